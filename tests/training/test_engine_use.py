"""Which networks the compiled engine takes, and that `fit` cannot tell it from autograd but by speed."""

import gc
import math
import weakref

import numpy as np
import pytest
import torch

from facelab.errors import DataError, SettingsError
from facelab.models import ACTIVATIONS, MLPConfig, build, flatten
from facelab.training import TrainingConfig, fit, loss_and_accuracy, predict, steps
from facelab.training.engine import LARGEST, Engine, supports, trainable
from facelab.training.optimizers import OPTIMIZERS
from facelab.training.records import Checkpoint

EVERYTHING = MLPConfig(hidden=(6, 6, 5), activation="tanh", batch_norm=True, dropout=0.2, residual=True)
CONFIG = TrainingConfig(
    batch_size=9,
    epochs=8,
    seed=4,
    l1=0.001,
    optimizer={"name": "sgd", "learning_rate": 0.03, "momentum": 0.8},
    changes=[{"epoch": 2, "batch_size": 20, "weight_decay": 0.01}, {"epoch": 5, "learning_rate": 0.01, "l1": 0.0}],
)


def engine(network, data, config=CONFIG):
    return Engine(build(network, data, 1), *data.split("train"), config)


@pytest.fixture
def by_autograd(monkeypatch):
    """Makes `fit` do without the engine."""
    return lambda: monkeypatch.setattr(steps.engine, "supports", lambda *_: False)


# Which networks


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_supports_every_network_of_the_page(points, activation):
    model = build(EVERYTHING.replace({"activation": activation}), points)
    assert supports(model, points.inputs, CONFIG)


def hook(model):
    model.hidden[0].register_forward_hook(lambda module, inputs, output: None)


def hook_a_gradient(model):
    model.output.weight.register_hook(lambda gradient: gradient)


def freeze(model):
    model.hidden[0].linear.bias.requires_grad_(False)


def change_a_layer(model):
    model.hidden[0].activation = torch.nn.Softplus()


@pytest.mark.parametrize("change", [hook, hook_a_gradient, freeze, change_a_layer, torch.nn.Module.double])
def test_leaves_to_autograd_what_has_been_changed(points, mlp, change):
    model = build(mlp, points)
    change(model)
    assert not trainable(model, points.inputs, CONFIG)


@pytest.mark.parametrize("inputs", [torch.zeros(4, 2, dtype=torch.float64), torch.zeros(4, 3), torch.zeros(4, 2, 1, 1)])
def test_leaves_to_autograd_what_is_no_float32_point(points, mlp, inputs):
    assert not trainable(build(mlp, points), inputs, CONFIG)


def test_leaves_images_convnets_and_low_precision_to_autograd(points, images, mlp, convnet):
    assert not trainable(build(mlp, images), images.inputs, CONFIG)
    assert not trainable(build(convnet, images), images.inputs, CONFIG)
    assert not trainable(build(mlp, points), points.inputs, CONFIG.replace({"precision": "bfloat16"}))


def test_leaves_wide_layers_to_matrix_products(points):
    side = math.isqrt(LARGEST)
    fits, wide = (build(MLPConfig(hidden=(side, width)), points) for width in (side, side + 1))
    assert supports(fits, points.inputs, CONFIG)
    assert trainable(wide, points.inputs, CONFIG)
    assert not supports(wide, points.inputs, CONFIG)


@pytest.mark.parametrize("label", [-1, 3])
def test_refuses_a_label_without_an_output(points, mlp, label):
    inputs, labels = points.split("train")
    with pytest.raises(DataError, match="between 0 and 2"):
        Engine(build(mlp, points), inputs, torch.full_like(labels, label), CONFIG)
    with pytest.raises(DataError, match="between 0 and 2"):
        engine(mlp, points).evaluate(inputs, torch.full_like(labels, label))


def test_refuses_a_batch_larger_than_the_split(points, mlp):
    with pytest.raises(SettingsError, match=r"batch_size is 49, .*: choose at most 48\."):
        engine(mlp, points, CONFIG.replace({"changes": [{"epoch": 3, "batch_size": 49}]}))


# Training


def test_the_module_is_the_engine(points):
    one = engine(EVERYTHING, points)
    one.train(20)
    np.testing.assert_array_equal(flatten(one.model), one.values)
    with torch.no_grad():
        one.model.output.bias.fill_(7)
    assert (one.values == 7).sum() >= 3


def test_steps_may_be_divided_anyhow(points):
    """By 6 steps an epoch, and 3 after the change."""
    whole, parts = engine(EVERYTHING, points), engine(EVERYTHING, points)
    losses = whole.train(40).losses
    divided = np.concatenate([parts.train(steps).losses for steps in (1, 4, 1, 7, 8, 19)])
    np.testing.assert_array_equal(divided, losses)
    np.testing.assert_array_equal(parts.values, whole.values)
    assert (whole.step, whole.epoch) == (40, pytest.approx(2 + 28 / 3))


def test_what_was_trained_on(points, mlp):
    trained = engine(mlp, points).train(16)
    assert trained.seen.tolist() == [9, 9, 9, 9, 9, 3] * 2 + [20, 20, 8, 20]
    assert trained.learning_rates.tolist() == [0.03] * 16
    assert ((trained.right >= 0) & (trained.right <= trained.seen)).all()
    assert not trained.diverged


def test_divergence_ends_at_the_step_before(points, mlp):
    one = engine(mlp, points, CONFIG.replace({"optimizer.learning_rate": 100.0, "optimizer.weight_decay": 10.0}))
    trained = one.train(10_000)
    assert trained.diverged
    assert one.step == len(trained.losses) < 10_000
    assert np.isfinite(trained.losses).all()


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_one_number_that_is_not_finite_is_seen(points, activation, value):
    one = engine(MLPConfig(hidden=(6, 5), activation=activation), points)
    one.model.output.weight.data[0, 0] = value
    assert one.train(1).diverged


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_evaluates_as_torch_does(points, activation):
    one = engine(EVERYTHING.replace({"activation": activation}), points)
    one.train(30)
    many = points.inputs.repeat(9, 1), points.labels.repeat(9)
    assert one.evaluate(*many) == pytest.approx(loss_and_accuracy(predict(one.model, many[0]), many[1]), abs=1e-5)
    assert all(math.isnan(number) for number in one.evaluate(points.inputs[:0], points.labels[:0]))


def test_evaluation_leaves_no_trace(points):
    one, other = engine(EVERYTHING, points), engine(EVERYTHING, points)
    for each in (one, other):
        for _ in range(7):
            each.train(1)
            if each is one:
                each.evaluate(points.inputs, points.labels)
    np.testing.assert_array_equal(one.values, other.values)


def test_an_engine_is_forgotten(points):
    one = engine(EVERYTHING, points)
    one.train(3)
    values = weakref.ref(one.values)
    del one
    gc.collect()
    assert values() is None


# Through `fit`


def records(network, data, config, **options):
    model = build(network, data, 1)
    return model, list(fit(model, data, config, **options))


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle"])
def test_fit_tells_the_same_with_and_without_it(points, by_autograd, schedule):
    config = CONFIG.replace({"schedule.name": schedule})
    network = EVERYTHING.replace({"dropout": 0.0})
    (compiled, ours), _ = records(network, points, config), by_autograd()
    usual, theirs = records(network, points, config)
    assert [(one.kind, one.step, one.epoch, one.outcome) for one in ours] == [
        (one.kind, one.step, one.epoch, one.outcome) for one in theirs
    ]
    for one, other in zip(ours, theirs, strict=True):
        assert one.metrics.keys() == other.metrics.keys()
        for name in one.metrics.keys() - {"images_per_second", "seconds_left", "best_epoch"}:
            assert one.metrics[name] == pytest.approx(other.metrics[name], abs=2e-4, rel=1e-3), name
    np.testing.assert_allclose(flatten(compiled), flatten(usual), atol=1e-4)
    assert compiled.hidden[0].norm.num_batches_tracked == usual.hidden[0].norm.num_batches_tracked


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("stop", [1, 4, 8, 20])
def test_resumed_from_any_record(points, name, stop):
    """8 is in the middle of the second epoch, 20 past a change."""
    config = CONFIG.replace({"optimizer.name": name})
    model, whole = records(EVERYTHING, points, config)
    begun = fit(build(EVERYTHING, points, 1), points, config)
    checkpoint = [next(begun) for _ in range(stop)][-1].checkpoint()
    begun.close()
    other = build(EVERYTHING, points, 2)
    rest = list(fit(other, points, config, resume=checkpoint))
    np.testing.assert_array_equal(flatten(other), flatten(model))
    assert [one.metrics.get("loss") for one in rest] == [one.metrics.get("loss") for one in whole[stop:]]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_autograd_goes_on_where_the_engine_stopped(points, mlp, by_autograd, name):
    config = CONFIG.replace({"optimizer.name": name})
    begun = fit(build(mlp, points, 1), points, config)
    checkpoint = [next(begun) for _ in range(9)][-1].checkpoint()
    begun.close()
    expected, _ = records(mlp, points, config, resume=checkpoint)
    by_autograd()
    model, _ = records(mlp, points, config, resume=Checkpoint(dict(checkpoint.tensors), checkpoint.progress))
    np.testing.assert_allclose(flatten(model), flatten(expected), atol=1e-4)
