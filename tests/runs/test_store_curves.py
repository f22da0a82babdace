"""What a job records comes back: curves, frames, tensors and checkpoints."""

import numpy as np
import torch

from facelab.runs import lease
from tests.runs.records import CONFIG, checkpoint, epoch, started, step, swept


def test_records_come_back_as_curves_and_frames(store):
    run_id, job = started(store)
    job.record([epoch(0, validation_loss=2.0), step(5, 0.5, weights=[1, 2]), step(10, 1.0, weights=[3, 4])])
    job.record([epoch(1, validation_loss=1.0, train_loss=1.5, best_epoch=1, validation_accuracy=0.5)])
    history, run = store.history(run_id), store.get(run_id)
    assert history.steps["step"].tolist() == [5, 10]
    assert history.epochs["validation_loss"].tolist() == [2, 1]
    assert np.isnan(history.epochs["train_loss"][0])
    assert (run.step, run.epoch, run.best_epoch, run.best_validation_accuracy) == (10, 1, 1, 0.5)
    assert store.recorded(run_id) == (10, 1)
    steps, arrays = store.frames(run_id, "weights")
    assert steps == [5, 10]
    np.testing.assert_array_equal(arrays, [[1, 2], [3, 4]])


def test_a_run_without_records_has_empty_curves(store):
    run_id = store.create(CONFIG)
    history = store.history(run_id)
    assert {name: len(values) for name, values in history.steps.items()} == dict.fromkeys(history.steps, 0)
    assert history.epochs == {}
    assert store.frames(run_id, "weights") == ([], [])
    assert store.recorded(run_id) == (-1, -1)


def test_a_loss_that_is_no_number_is_kept_as_such(store):
    run_id, job = started(store)
    job.record([epoch(0, validation_loss=float("nan"), validation_accuracy=float("nan")), epoch(1, train_loss=np.inf)])
    assert store.history(run_id).epochs["train_loss"][1] == np.inf


def test_tensors_come_back_whole_also_in_parts(store, monkeypatch):
    monkeypatch.setattr(lease, "PART_BYTES", 100)
    run_id, job = started(store)
    weights = {"a": torch.randn(40), "b": torch.arange(3)}
    job.save_tensors("weights", {"a": torch.zeros(400)})
    job.save_tensors("weights", weights)
    loaded = store.load_tensors(run_id, "weights")
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)
    assert store.load_bytes(run_id, "predictions") is None


def test_a_checkpoint_comes_back_and_goes_when_the_run_is_finished(store):
    run_id, job = started(store)
    assert store.load_checkpoint(run_id) is None
    job.save_checkpoint(checkpoint())
    loaded = store.load_checkpoint(run_id)
    assert loaded.progress == checkpoint().progress
    assert torch.equal(loaded.tensors["model.weight"], checkpoint().tensors["model.weight"])
    job.end("finished")
    assert store.load_checkpoint(run_id) is None


def test_curves_and_frames_of_many_are_those_of_each(store):
    ids = [run.id for run in store.members(swept(store))]
    for number, run_id in enumerate(ids[:2]):
        records = [epoch(0, validation_loss=2.0 + number), step(5, weights=[1, number]), step(10, weights=[3, number])]
        store.claim(run_id, 1).record(records)
    together = store.histories(ids)
    for run_id in ids:
        alone = store.history(run_id)
        for ours, theirs in ((together[run_id].steps, alone.steps), (together[run_id].epochs, alone.epochs)):
            assert ours.keys() == theirs.keys()
            assert all(ours[name].tolist() == theirs[name].tolist() for name in ours)
    frames = store.last_frames(ids, "weights")
    assert {run_id: (at, array.tolist()) for run_id, (at, array) in frames.items()} == {
        ids[0]: (10, [3, 0]),
        ids[1]: (10, [3, 1]),
    }
    assert store.histories([]) == store.last_frames([], "weights") == {}
