"""A run on pairs goes every way that other runs go."""

import json
import threading

import numpy as np
import pytest
import safetensors.torch
import torch

from facelab.data import load_pairs
from facelab.errors import RunError, SettingsError
from facelab.runs import RunConfig, RunStore, Sweep, export, job
from facelab.runs.dealing import deal
from facelab.runs.parcel import pack, unpack
from facelab.runs.room import check, check_search
from facelab.runs.search import best_trial, search
from facelab.runs.spaces import Search
from facelab.training import predict

LOSSES = ["binary", "contrastive", "triplet", "margin_softmax"]


@pytest.fixture(autouse=True)
def _same_threads_afterwards():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def run(store, config, listen=None):
    run_id = store.create(config)
    job.execute(run_id, 1, store.url, listen)
    return store.get(run_id)


@pytest.fixture(scope="module")
def finished(pairs_config, tmp_path_factory):
    """A store, and a run in it."""
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('pairs') / 'runs.sqlite'}")
    return store, run(store, pairs_config)


def test_a_run_is_complete(finished, pairs_config):
    store, done = finished
    assert (done.status, done.message, done.epoch, done.classes) == ("finished", "", 4, 2)
    # To the embedding without biases, and its batch norm; the directions of the people are no part of the network.
    assert done.parameters == (3 * 28 * 28 * 8 + 8) + 8 * 4 + 2 * 4
    assert done.step == 4 * 30 / 6
    assert done.fingerprint == load_pairs(pairs_config.data).fingerprint
    epochs = store.history(done.id).epochs
    assert epochs["epoch"].tolist() == list(range(5))
    assert done.best_validation_accuracy in epochs["validation_accuracy"]
    assert np.isfinite(epochs["train_accuracy"][1:]).all()


@pytest.mark.parametrize("loss", LOSSES)
def test_its_distances_labels_and_probabilities_agree(loss, local_store, pairs_config):
    done = run(local_store, pairs_config.replace({"model.loss": loss, "epochs": 2}))
    assert done.status == "finished"
    answers, weights = (local_store.load_tensors(done.id, name) for name in ("predictions", "weights"))
    distances, labels = answers["distances"].double(), answers["labels"]
    assert labels.equal(load_pairs(pairs_config.data).same("test"))
    chances = 1 / (1 + torch.exp(-weights["scale"].double() * (weights["threshold"].double() - distances)))
    torch.testing.assert_close(answers["probabilities"][:, 1].double(), chances, atol=1e-5, rtol=0)
    right = ((distances < weights["threshold"]) == labels.bool()).sum() if weights["scale"] else (labels == 0).sum()
    assert (done.test_right, done.test_total) == (int(right), len(labels))


def test_its_network_answers_as_it_did(finished, pairs_config):
    store, done = finished
    network = store.load_model(done.id)
    photos, _ = load_pairs(pairs_config.data).split("test")
    distances = predict(network, photos, ask=network.distances)
    torch.testing.assert_close(distances, store.load_tensors(done.id, "predictions")["distances"], atol=1e-4, rtol=0)


def test_its_scores_can_be_replayed(finished, pairs_config):
    store, done = finished
    steps, scores = store.frames(done.id, "scores")
    assert steps == [0, 5, 10, 15, 20]
    same = load_pairs(pairs_config.data).same("validation")
    for moment in scores:
        assert (moment.dtype, moment.shape) == (np.float32, (len(same), 2))
        assert moment[:, 1].tolist() == same.tolist()
    assert not np.array_equal(scores[0], scores[-1])
    assert store.frames(done.id, "first_layer")[1][0].shape == (8, 3, 28, 28)


@pytest.mark.parametrize(("kind", "moment"), [("epoch", 2), ("step", 7)])
@pytest.mark.parametrize("loss", ["contrastive", "margin_softmax"])
def test_paused_and_resumed_it_ends_as_if_nothing_had_been(loss, kind, moment, local_store, pairs_config):
    config = pairs_config.replace({"model.loss": loss})

    def pause(record):
        if record.kind == kind and getattr(record, kind) == moment:
            local_store.ask(local_store.all()[0].id, "pause")
            heart = next(thread for thread in threading.enumerate() if isinstance(thread, job._Heart))
            assert heart.asked.wait(10)

    whole, paused = run(local_store, config), run(local_store, config, pause)
    assert (paused.status, getattr(paused, kind)) == ("paused", moment)
    job.execute(paused.id, local_store.requeue(paused.id), local_store.url)
    for name in ("weights", "predictions"):
        ours, theirs = (local_store.load_tensors(run.id, name) for run in (paused, whole))
        assert ours.keys() == theirs.keys()
        assert all(torch.equal(ours[key], theirs[key]) for key in ours)
    frames = [local_store.frames(run.id, "scores") for run in (paused, whole)]
    assert frames[0][0] == frames[1][0]
    np.testing.assert_array_equal(frames[0][1], frames[1][1])


def test_packed_it_comes_out_as_it_went_in(finished, store):
    there, done = finished
    ours = unpack(store, pack(there, done.id))
    for name in ("weights", "predictions"):
        old, new = there.load_tensors(done.id, name), store.load_tensors(ours, name)
        assert old.keys() == new.keys()
        assert all(torch.equal(new[key], value) for key, value in old.items())
    for name in ("scores", "first_layer"):
        (old_steps, old), (new_steps, new) = there.frames(done.id, name), store.frames(ours, name)
        assert new_steps == old_steps
        np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("damage", [lambda distances: distances[1:], lambda distances: distances / 0, lambda _: None])
def test_a_packed_run_with_damaged_distances_is_refused(finished, local_store, damage):
    there, done = finished
    data = pack(there, done.id)
    tensors, size = safetensors.torch.load(data), int.from_bytes(data[:8], "little")
    distances = damage(tensors.pop("predictions.distances"))
    if distances is not None:
        tensors["predictions.distances"] = distances
    metadata = json.loads(data[8 : 8 + size])["__metadata__"]
    with pytest.raises(RunError, match="it is damaged"):
        unpack(local_store, safetensors.torch.save(tensors, metadata))
    assert local_store.all() == []


def test_its_weights_say_what_they_tell_apart(finished):
    store, done = finished
    data = export.weights(store, done.id)
    assert b'"classes":"[\\"different people\\", \\"the same person\\"]"' in data
    assert b"Person 3" not in data
    assert RunConfig.parse(export.config_json(done)) == done.config
    assert export.history_csv(store.history(done.id)).count("\n") == 6


def test_a_sweep_over_losses_and_margins(local_store, pairs_config):
    vary = [{"field": "model.loss", "values": LOSSES[1:]}, {"field": "model.margin", "values": [None, 0.1]}]
    sweep = Sweep.parse({"base": pairs_config.replace({"epochs": 1}), "vary": vary})
    check(sweep)
    assert deal(sweep, jobs=2) == [None] * 6
    sweep_id = local_store.create_sweep(sweep)
    for member in local_store.members(sweep_id):
        job.execute(member.id, 1, local_store.url)
    members = local_store.members(sweep_id)
    assert {run.status for run in members} == {"finished"}
    assert members[1].name == "loss contrastive, margin 0.1"
    assert local_store.frames(members[0].id, "scores")[0]
    assert not local_store.frames(members[0].id, "first_layer")[0]


def test_a_batch_is_refused_where_neither_photos_nor_pairs_suffice(pairs_config):
    """36 pairs and 30 photos to train on."""
    check(Sweep.parse({"base": pairs_config, "vary": [{"field": "batch_size", "values": [30, 36]}]}))
    with pytest.raises(SettingsError, match=r"batch_size is 37, but there are only 36 "):
        check(Sweep.parse({"base": pairs_config, "vary": [{"field": "batch_size", "values": [37]}]}))


@pytest.mark.parametrize("data", [{}, {"source": "lfw_pairs"}])
def test_a_search_can_be_planned_on_any_pairs(data, pairs_config):
    base = pairs_config.replace({"data": data}) if data else pairs_config
    space = {"field": "model.margin", "low": 0.1, "high": 0.5}
    assert [config.model.margin for config in Search.parse({"base": base, "spaces": [space]}).outermost()] == [0.1, 0.5]


def test_a_search_chooses_by_validation_pairs(local_store, pairs_config):
    spaces = [
        {"field": "model.loss", "choices": LOSSES},
        {"field": "model.margin", "low": 0.1, "high": 1.0},
        {"field": "model.branch.dropout", "low": 0.0, "high": 0.5},
    ]
    plan = Search.parse({"base": pairs_config.replace({"epochs": 1}), "spaces": spaces, "trials": 3})
    check_search(plan)
    done = list(search(plan, local_store))
    assert [trial.state for trial in done] == ["finished"] * 3
    assert best_trial(done).accuracy == max(trial.accuracy for trial in done)
    model = local_store.get(done[0].run_id).config.model
    assert (model.loss, model.branch.dropout) == (
        done[0].values["model.loss"],
        done[0].values["model.branch.dropout"],
    )
