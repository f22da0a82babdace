"""A job from queued to ended, in this process."""

import threading

import numpy as np
import pytest
import torch

from facelab import models
from facelab.data import load_points
from facelab.errors import StoreError
from facelab.models.flat import unflatten
from facelab.runs import RunConfig, RunStore, export, job
from facelab.runs.lease import Lease


@pytest.fixture(autouse=True)
def _same_threads_afterwards():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def store(local_store):
    return local_store


def run(store, config, listen=None):
    run_id = store.create(config)
    job.execute(run_id, 1, store.url, listen)
    return store.get(run_id)


def ask_at(store, command, moment, kind="epoch"):
    """A listener that asks for something after so many epochs or steps, and waits until the job has heard it."""

    def listen(record):
        if record.kind == kind and getattr(record, kind) == moment:
            store.ask(store.all()[0].id, command)
            heart = next(thread for thread in threading.enumerate() if isinstance(thread, job._Heart))
            assert heart.asked.wait(10)

    return listen


@pytest.fixture(scope="module")
def uninterrupted(config, tmp_path_factory):
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('store') / 'runs.sqlite'}")
    return store, run(store, config)


def same_tensors(ours, theirs):
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_finished_run_is_complete(uninterrupted, config):
    store, run = uninterrupted
    assert (run.status, run.message, run.epoch, run.step, run.threads) == ("finished", "", 10, 50, 1)
    assert run.parameters == 3 * 28 * 28 * 8 + 8 + 8 * 3 + 3
    assert run.created <= run.started < run.ended
    assert store.history(run.id).epochs["epoch"].tolist() == list(range(11))
    assert store.history(run.id).steps["step"].tolist() == list(range(1, 51))
    assert store.load_checkpoint(run.id) is None


def test_a_finished_run_has_its_answers_on_the_test_split(uninterrupted):
    store, run = uninterrupted
    answers = store.load_tensors(run.id, "predictions")
    assert answers["probabilities"].shape == (6, 3)
    assert torch.allclose(answers["probabilities"].sum(1), torch.ones(6))
    assert run.test_total == 6
    assert run.test_right == int((answers["probabilities"].argmax(1) == answers["labels"]).sum())
    low, high = run.test_interval
    assert low <= run.test_accuracy <= high


def test_a_finished_run_can_be_replayed(uninterrupted):
    store, run = uninterrupted
    steps, frames = store.frames(run.id, "first_layer")
    assert (steps[0], steps[-1]) == (0, run.step)
    assert len(steps) <= 60
    assert {(frame.shape, frame.dtype) for frame in frames} == {((8, 3, 28, 28), np.dtype(np.float16))}


def test_a_long_run_keeps_few_frames(store, config):
    done = run(store, config.replace({"epochs": 200}))
    assert 50 <= len(store.frames(done.id, "first_layer")[0]) <= 60


@pytest.fixture
def spirals():
    """Ten epochs on points."""
    return RunConfig.parse(
        {
            "data": {"source": "spirals", "points": 100, "features": ["x", "y", "xy"]},
            "model": {"kind": "mlp", "hidden": [6, 5]},
            "batch_size": 10,
            "epochs": 10,
        }
    )


def test_a_run_on_points_is_complete(store, spirals):
    done = run(store, spirals)
    points = load_points(spirals.data)
    assert (done.status, done.epoch, done.step, done.classes) == ("finished", 10, 50, 2)
    assert done.parameters == (3 * 6 + 6) + (6 * 5 + 5) + (5 * 2 + 2)
    assert (done.test_total, done.fingerprint) == (50, points.fingerprint)
    assert done.best_validation_accuracy is None
    assert store.history(done.id).epochs["test_accuracy"][-1] == pytest.approx(done.test_accuracy)
    assert b'"classes":"[\\"Arm 1\\", \\"Arm 2\\"]"' in export.weights(store, done.id)


def test_a_run_on_points_keeps_the_whole_network_at_every_moment(store, spirals):
    done = run(store, spirals)
    steps, frames = store.frames(done.id, "weights")
    assert (steps[0], steps[-1]) == (0, done.step)
    network = models.blank(spirals.model, (3,), 2)
    unflatten(network, frames[-1])
    assert same_tensors(network.state_dict(), store.load_tensors(done.id, "weights"))
    untrained = models.build(spirals.model, load_points(spirals.data), spirals.seed)
    unflatten(network, frames[0])
    assert same_tensors(network.state_dict(), untrained.state_dict())


def test_a_run_on_points_can_be_paused(store, spirals):
    whole, paused = run(store, spirals), run(store, spirals, ask_at(store, "pause", 4))
    assert paused.status == "paused"
    job.execute(paused.id, store.requeue(paused.id), store.url)
    assert same_tensors(store.load_tensors(paused.id, "weights"), store.load_tensors(whole.id, "weights"))


def test_paused_and_resumed_it_ends_as_if_nothing_had_been(uninterrupted, store, config):
    reference, whole = uninterrupted
    paused = run(store, config, ask_at(store, "pause", 4))
    assert (paused.status, paused.epoch) == ("paused", 4)
    assert store.load_tensors(paused.id, "weights")
    job.execute(paused.id, store.requeue(paused.id), store.url)
    ours, theirs = store.history(paused.id), reference.history(whole.id)
    assert store.get(paused.id).status == "finished"
    assert same_tensors(store.load_tensors(paused.id, "weights"), reference.load_tensors(whole.id, "weights"))
    np.testing.assert_array_equal(ours.steps["loss"], theirs.steps["loss"])
    np.testing.assert_array_equal(ours.epochs["train_loss"], theirs.epochs["train_loss"])
    assert store.frames(paused.id, "first_layer")[0] == reference.frames(whole.id, "first_layer")[0]


def test_paused_within_an_epoch_it_ends_as_if_nothing_had_been(uninterrupted, store, config):
    reference, whole = uninterrupted
    paused = run(store, config, ask_at(store, "pause", 23, "step"))
    assert (paused.status, paused.step) == ("paused", 23)
    job.execute(paused.id, store.requeue(paused.id), store.url)
    assert same_tensors(store.load_tensors(paused.id, "weights"), reference.load_tensors(whole.id, "weights"))
    assert store.history(paused.id).steps["step"].tolist() == list(range(1, 51))


def test_dead_after_its_last_checkpoint_it_runs_again_without_a_gap(uninterrupted, store, config, monkeypatch):
    """As Dask does after the death of a worker: the same attempt again."""
    reference, whole = uninterrupted

    def die(record):
        if record.kind == "epoch" and record.epoch == 6:
            raise SystemExit

    monkeypatch.setattr(job, "FLUSH_SECONDS", 0)
    monkeypatch.setattr(job, "CHECKPOINT_SHARE", 1e9)
    run_id = store.create(config)
    with pytest.raises(SystemExit):
        job.execute(run_id, 1, store.url, die)
    assert store.get(run_id).status == "running"
    assert store.load_checkpoint(run_id).progress["step"] == 5
    assert store.recorded(run_id) == (30, 6)
    job.execute(run_id, 1, store.url)
    assert store.get(run_id).status == "finished"
    assert same_tensors(store.load_tensors(run_id, "weights"), reference.load_tensors(whole.id, "weights"))
    ours, theirs = store.history(run_id), reference.history(whole.id)
    np.testing.assert_array_equal(ours.steps["loss"], theirs.steps["loss"])
    assert ours.epochs["epoch"].tolist() == theirs.epochs["epoch"].tolist()


def test_stopped_it_keeps_its_weights_and_can_go_on(store, config):
    stopped = run(store, config, ask_at(store, "stop", 3))
    assert (stopped.status, stopped.resumable, stopped.epoch) == ("stopped", True, 3)
    assert store.load_tensors(stopped.id, "weights")
    assert stopped.test_total == 6


def test_the_last_word_counts_also_while_it_is_leaving(store, config, monkeypatch):
    keep = job.keep_model

    def keep_and_ask(lease, *args):
        keep(lease, *args)
        store.ask(lease.run_id, "stop")

    monkeypatch.setattr(job, "keep_model", keep_and_ask)
    assert run(store, config, ask_at(store, "pause", 2)).status == "stopped"


def test_a_command_is_heard_while_the_faces_are_made(store, config, monkeypatch):
    def slow(spec, progress):
        store.ask(store.all()[0].id, "stop")
        while True:
            progress(0.5)

    monkeypatch.setattr(job, "load_dataset", slow)
    assert run(store, config).status == "stopped"


def test_deleted_while_it_trains_it_ends_and_leaves_nothing(store, config):
    heard = []

    def listen(record):
        heard.append(record.epoch)
        if len(heard) == 3:
            store.delete(store.all()[0].id)

    run_id = store.create(config.replace({"epochs": 10_000}))
    job.execute(run_id, 1, store.url, listen)
    assert store.all() == []
    assert heard[-1] < 10_000
    assert store.history(run_id).epochs == {}


def test_a_run_that_is_not_wanted_any_more_is_not_trained(store, config):
    run_id = store.create(config)
    store.ask(run_id, "stop")
    job.execute(run_id, 1, store.url, lambda record: pytest.fail("It trains."))
    assert store.get(run_id).status == "stopped"


def test_without_its_data_it_has_failed_and_says_why(store, config):
    failed = run(store, config.replace({"data.path": "/nowhere"}))
    assert failed.status == "failed"
    assert "/nowhere" in failed.message
    assert failed.resumable


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (MemoryError(), job.NO_MEMORY),
        (RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"), job.NO_MEMORY),
        (ZeroDivisionError("no way"), "ZeroDivisionError: no way"),
    ],
)
def test_an_unexpected_error_is_in_the_store_and_raised(store, config, monkeypatch, error, sentence):
    def fail(*args):
        raise error

    monkeypatch.setattr(job.models, "build", fail)
    run_id = store.create(config)
    with pytest.raises(type(error)):
        job.execute(run_id, 1, store.url)
    assert (store.get(run_id).status, store.get(run_id).message) == ("failed", sentence)


def test_interrupted_at_the_keyboard_it_is_stopped(store, config):
    def interrupt(record):
        if record.epoch == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(store, config, interrupt)
    assert store.all()[0].status == "stopped"


def test_diverged_it_keeps_its_curve_and_says_what_to_try(store, config):
    diverged = run(store, config.replace({"optimizer.name": "sgd", "optimizer.learning_rate": 100, "epochs": 500}))
    assert diverged.status == "diverged"
    assert not diverged.resumable
    assert f"Diverged at step {diverged.step + 1}" in diverged.message
    assert store.history(diverged.id).steps["step"][-1] == diverged.step
    assert store.load_tensors(diverged.id, "weights")


def test_the_heart_outlives_a_store_that_is_away_for_a_moment(store, config, monkeypatch):
    beat, failures = Lease.beat, iter([StoreError("Away.")] * 2)

    def sometimes(self):
        for error in failures:
            raise error
        return beat(self)

    monkeypatch.setattr(Lease, "beat", sometimes)
    monkeypatch.setattr(job, "BEAT_SECONDS", 0.01)
    assert run(store, config, ask_at(store, "pause", 5)).status == "paused"
