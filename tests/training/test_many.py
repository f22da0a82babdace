"""`fit_many` against `fit`, one network at a time."""

import gc
import math
import threading
import time
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch

from facelab.errors import DataError, SettingsError
from facelab.models import MLPConfig, build, flatten, unflatten
from facelab.training import TrainingConfig, fit, fit_many
from facelab.training.many import STEP_ROWS, moments

SGD = {"name": "sgd", "learning_rate": 0.05}
CONFIG = TrainingConfig(batch_size=9, epochs=12)
DIFFERENT = [
    (MLPConfig(hidden=(6, 5)), {}),
    (MLPConfig(hidden=()), {"seed": 3, "optimizer": SGD}),
    (MLPConfig(hidden=(8, 8), activation="tanh", residual=True), {"batch_size": 48, "optimizer": {"name": "rmsprop"}}),
    (MLPConfig(hidden=(7,) * 3, batch_norm=True, dropout=0.3), {"epochs": 30, "label_smoothing": 0.1}),
    (
        MLPConfig(hidden=(4, 9)),
        {"schedule": {"name": "one_cycle"}, "optimizer": {"name": "adamw", "weight_decay": 0.1}},
    ),
    (MLPConfig(hidden=(5, 5)), {"l1": 0.01, "changes": [{"epoch": 3, "batch_size": 20, "learning_rate": 0.02}]}),
    (
        MLPConfig(hidden=(6,)),
        {"early_stopping": {"patience": 2}, "optimizer": SGD | {"learning_rate": 3.0}, "epochs": 90},
    ),
    (MLPConfig(hidden=(6, 6)), {"optimizer": SGD | {"learning_rate": 100.0, "weight_decay": 10.0}, "epochs": 40}),
]


def config_of(settings):
    return TrainingConfig.parse(CONFIG.model_dump() | settings)


def together(data, cases, **options):
    """The trained models, what came of them, and every report on the way."""
    models = [build(network, data, 1) for network, _ in cases]
    reports = list(fit_many(models, data, [config_of(settings) for _, settings in cases], **options))
    return models, reports[-1].fitted, reports


@pytest.fixture(scope="module")
def many(points):
    return together(points, DIFFERENT, records=1000, frames=1000)


def assert_as_fit(data, network, settings, model, fitted):
    alone = build(network, data, 1)
    *records, end = fit(alone, data, config_of(settings), every=1)
    np.testing.assert_array_equal(flatten(model), flatten(alone))
    assert not model.training
    assert (fitted.outcome, fitted.step, fitted.epoch) == (end.outcome, end.step, end.epoch)
    assert fitted.best_epoch == end.metrics["best_epoch"]
    assert fitted.message == end.message
    losses = [record.metrics["loss"] for record in records if record.kind == "step"]
    assert fitted.last_loss == losses[-1]
    stops = fitted.steps["step"].astype(int).tolist()
    means = [np.mean(losses[start:stop]) for start, stop in pairwise([0, *stops])]
    assert stops[-1] == end.step
    assert len(stops) <= STEP_ROWS
    np.testing.assert_allclose(fitted.steps["loss"], means, rtol=1e-6)
    epochs = [record for record in records if record.kind == "epoch"]
    assert fitted.epochs.tolist() == [record.epoch for record in epochs]
    for name, column in fitted.metrics.items():
        expected = [record.metrics.get(name, math.nan) for record in epochs]
        np.testing.assert_allclose(column, expected, rtol=1e-6, err_msg=name)


@pytest.mark.parametrize("index", range(len(DIFFERENT)))
def test_every_network_is_trained_as_by_fit(points, many, index):
    models, fitted, _ = many
    assert_as_fit(points, *DIFFERENT[index], models[index], fitted[index])


def test_the_endings_of_these(many):
    outcomes = [fitted.outcome for fitted in many[1]]
    assert outcomes == ["finished"] * 6 + ["stopped early", "diverged"]
    assert all(np.isfinite(flatten(model)).all() for model in many[0])
    assert all(math.isfinite(fitted.last_loss) for fitted in many[1])


def test_without_validation_examples_the_training_loss_decides(mlp, points):
    alone = type(points)(points.inputs, points.labels, validating=0)
    stopping = {"early_stopping": {"patience": 1}, "optimizer": SGD | {"learning_rate": 3.0}, "epochs": 60}
    (model,), (fitted,), _ = together(alone, [(mlp, stopping)], records=100)
    assert fitted.outcome == "stopped early"
    assert_as_fit(alone, mlp, stopping, model, fitted)


def test_patience_that_ends_with_the_last_epoch_is_no_early_stopping(points, many):
    best = many[1][6].best_epoch
    case = [(DIFFERENT[6][0], DIFFERENT[6][1] | {"epochs": best + 2})]
    models, fitted, _ = together(points, case, records=1000)
    assert fitted[0].outcome == "finished"
    assert_as_fit(points, *case[0], models[0], fitted[0])


@pytest.mark.parametrize("threads", [1, 3, 16])
def test_the_number_of_threads_changes_nothing(points, many, threads):
    models, fitted, _ = together(points, DIFFERENT, threads=threads)
    for one, other in zip(models, many[0], strict=True):
        np.testing.assert_array_equal(flatten(one), flatten(other))
    assert [one.last_loss for one in fitted] == [other.last_loss for other in many[1]]


def test_what_is_taken_down_changes_nothing(points, many):
    models, (fitted, *_), _ = together(points, DIFFERENT, records=0)
    assert len(fitted.epochs) == len(fitted.frames) == 0
    for one, other in zip(models, many[0], strict=True):
        np.testing.assert_array_equal(flatten(one), flatten(other))


def test_frames_are_the_network_after_their_epoch(points, many):
    fitted = many[1][3]
    assert fitted.frame_epochs.tolist() == list(range(31))
    network = build(DIFFERENT[3][0], points, 1)
    np.testing.assert_array_equal(fitted.frames[0], flatten(network))
    for _ in fit(network, points, config_of(DIFFERENT[3][1])):
        pass
    np.testing.assert_array_equal(fitted.frames[-1], flatten(network))
    unflatten(network, fitted.frames[7])


@pytest.mark.parametrize(("epochs", "count"), [(1, 100), (12, 5), (1000, 100), (10_000, 60), (1000, 2)])
def test_moments_go_from_the_first_to_the_last_epoch_and_grow_apart(epochs, count):
    found = moments(epochs, count)
    assert (found[0], found[-1]) == (0, epochs)
    assert len(found) <= count
    assert (np.diff(found) > 0).all()
    assert (np.diff(found, 2) >= -1).all()  # but for rounding to whole epochs


# On the way


def test_reports_rise_to_the_end(mlp, points):
    *_, reports = together(points, [(mlp, {"epochs": 2000, "seed": seed}) for seed in range(4)])
    shares = [report.share for report in reports]
    assert shares == sorted(shares)
    assert (reports[-1].share, reports[-1].done, len(reports[-1].fitted)) == (1.0, 4, 4)


def test_what_they_have_done_can_be_seen_while_they_train(mlp, points):
    models = [build(mlp, points, seed) for seed in range(3)]
    running = fit_many(models, points, [CONFIG.replace({"epochs": 10_000, "seed": seed}) for seed in range(3)])
    seen = [next(running).fitted for _ in range(4)]
    last = list(running)[-1].fitted
    for before, now, whole in zip(seen[0], seen[-1], last, strict=True):
        assert before.outcome is None
        assert before.epoch <= now.epoch < whole.epoch == 10_000
        assert now.epochs.tolist() == whole.epochs[whole.epochs <= now.epoch].tolist()
        assert now.step == now.epoch * 6
        for name in ("train_loss", "validation_accuracy", "learning_rate"):
            np.testing.assert_array_equal(now.metrics[name], whole.metrics[name][: len(now.epochs)])
    assert all(fitted.epoch for fitted in seen[-1])


def test_one_of_them_is_stopped(mlp, points):
    models = [build(mlp, points, seed) for seed in range(3)]
    configs = [CONFIG.replace({"epochs": epochs}) for epochs in (500, 10_000, 500)]
    for many in fit_many(models, points, configs):
        many.stop(1)
    assert [fitted.outcome for fitted in many.fitted] == ["finished", "stopped", "finished"]
    stopped = many.fitted[1]
    until = build(mlp, points, 1)
    for record in fit(until, points, configs[1]):
        if record.kind == "epoch" and record.epoch == stopped.epoch:
            np.testing.assert_array_equal(flatten(models[1]), flatten(until))
            break


def test_the_accuracy_of_the_best_epoch_is_known_without_its_record(mlp, points):
    settings = CONFIG.replace({"epochs": 60, "optimizer": SGD | {"learning_rate": 1.0}})
    every, few = (list(fit_many([build(mlp, points)], points, [settings], records=n))[-1].fitted[0] for n in (99, 3))
    assert few.best_epoch == every.best_epoch not in few.epochs
    assert few.best_accuracy == every.metrics["validation_accuracy"][every.best_epoch]


def test_a_closed_generator_stops_its_threads(mlp, points):
    before = threading.active_count()
    models = [build(mlp, points) for _ in range(6)]
    running = fit_many(models, points, [CONFIG.replace({"epochs": 10_000, "batch_size": 1})] * 6, threads=2)
    assert next(running).share < 0.5
    start = time.perf_counter()
    running.close()
    assert time.perf_counter() - start < 1
    assert threading.active_count() == before


def test_nothing_is_kept_of_them(mlp, points):
    models, _, _ = together(points, [(mlp, {})])
    forgotten = weakref.ref(models[0])
    del models
    gc.collect()
    assert forgotten() is None


# Bad input


def test_nothing_to_train_on(mlp, points):
    empty = type(points)(points.inputs, points.labels, validating=60)
    with pytest.raises(DataError, match="training split is empty"):
        fit_many([build(mlp, points)], empty, [CONFIG])


def test_a_batch_larger_than_the_data(mlp, points):
    with pytest.raises(SettingsError, match=r"batch_size is 49, .*: choose at most 48\."):
        fit_many([build(mlp, points)] * 2, points, [CONFIG, CONFIG.replace({"batch_size": 49})])


def test_networks_that_are_not_for_the_engine(convnet, mlp, images, points):
    for network, data in ((convnet, images), (mlp, images)):
        with pytest.raises(SettingsError, match="must be multilayer perceptrons on points"):
            fit_many([build(network, data)], data, [CONFIG])


def test_an_error_in_one_of_them_stops_all(mlp, points):
    wrong = type(points)(points.inputs, torch.full_like(points.labels, 5))
    models = [build(mlp, points) for _ in range(3)]
    with pytest.raises(DataError, match="between 0 and 2"):
        list(fit_many(models, wrong, [CONFIG] * 3))
    assert not any(thread.name.startswith("ThreadPool") for thread in threading.enumerate())
