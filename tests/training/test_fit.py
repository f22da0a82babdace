"""What `fit` yields, and how it ends."""

import math

import pytest
import torch
import torch.nn.functional as F

from facelab.errors import DataError, SettingsError
from facelab.models import build
from facelab.training import TrainingConfig, fit, loss_and_accuracy, predict
from facelab.training.records import FRAMES, STEP_RECORDS, frame_steps, stride

SGD = {"name": "sgd", "learning_rate": 0.1}
STEP_METRICS = {"loss", "learning_rate"}
WATCHED_METRICS = {
    "validation_loss",
    "validation_accuracy",
    "weight_norm.blocks.0.conv",
    "weight_norm.hidden.0.linear",
    "weight_norm.output",
}
EPOCH_METRICS = WATCHED_METRICS | {
    "train_loss",
    "train_accuracy",
    "learning_rate",
    "images_per_second",
    "seconds_left",
    "best_epoch",
    "gradient_norm.blocks.0.conv",
    "gradient_norm.hidden.0.linear",
    "gradient_norm.output",
}


def weights(model):
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


def same(first, second):
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


def finite(model):
    return all(tensor.isfinite().all() for tensor in model.state_dict().values())


# Records


def test_records_in_order(trained):
    assert [record.epoch for record in trained.of("epoch")] == [0, 1, 2, 3, 4]
    assert [record.step for record in trained.of("step")] == list(range(1, 33))
    assert [record.kind for record in trained.records[:10]] == ["epoch", *["step"] * 8, "epoch"]
    end = trained.records[-1]
    assert (end.kind, end.step, end.epoch, end.outcome, end.message) == ("end", 32, 4, "finished", "")
    assert not trained.model.training


def test_metrics_are_as_documented(trained):
    first, *epochs = trained.of("epoch")
    assert first.metrics.keys() == WATCHED_METRICS
    assert all(record.metrics.keys() == EPOCH_METRICS for record in epochs)
    assert all(record.metrics.keys() == STEP_METRICS for record in trained.of("step"))
    assert all(math.isfinite(value) for record in trained.records for value in record.metrics.values())


def test_epoch_metrics_tell_the_truth(trained, images):
    inputs, labels = images.split("validation")
    last = trained.of("epoch")[-1].metrics
    assert (last["validation_loss"], last["validation_accuracy"]) == loss_and_accuracy(
        predict(trained.model, inputs), labels
    )
    losses = torch.tensor([record.metrics["loss"] for record in trained.of("step")[-8:]])
    sizes = torch.tensor([7.0] * 7 + [1.0])
    assert last["train_loss"] == pytest.approx(float((losses * sizes).sum() / 50), rel=1e-6)
    best = min(trained.of("epoch")[1:], key=lambda record: record.metrics["validation_loss"])
    assert last["best_epoch"] == best.epoch


def test_speed_and_time_left(trained):
    epochs = [record.metrics for record in trained.of("epoch")[1:]]
    assert all(metrics["images_per_second"] > 0 for metrics in epochs)
    assert all(metrics["seconds_left"] > 0 for metrics in epochs[:-1])
    assert epochs[-1]["seconds_left"] == 0


def test_weight_norms_are_those_of_the_weights(trained):
    last = trained.of("epoch")[-1].metrics
    for name in ("blocks.0.conv", "output"):
        norm = trained.model.get_submodule(name).weight.detach().pow(2).sum().sqrt().item()
        assert last[f"weight_norm.{name}"] == pytest.approx(norm, rel=1e-5)


def test_gradient_norms_are_those_of_the_batch(train, mlp, points):
    whole = TrainingConfig(batch_size=48, epochs=1, clip_norm=1e-3, optimizer=SGD)
    metrics = train(mlp, points, whole).of("epoch")[-1].metrics
    model = build(mlp, points)
    inputs, labels = points.split("train")
    F.cross_entropy(model(inputs), labels).backward()
    layers = {"hidden.0.linear": model.hidden[0].linear, "hidden.1.linear": model.hidden[1].linear}
    for name, layer in (layers | {"output": model.output}).items():
        norm = math.sqrt(sum((parameter.grad**2).sum().item() for parameter in layer.parameters()))
        assert metrics[f"gradient_norm.{name}"] == pytest.approx(norm, rel=1e-5)


def test_long_runs_are_thinned(train, mlp, points):
    epochs = 50
    config = TrainingConfig(batch_size=1, epochs=epochs)
    run = train(mlp, points, config, frames={"output": lambda model: model.output.weight.detach().clone().numpy()})
    steps = run.of("step")
    assert len(steps) == 48 * epochs / 2 <= STEP_RECORDS
    assert steps[-1].step == 48 * epochs
    framed = [record.step for record in run.records if record.frames]
    assert framed[0] == 0
    assert framed[-1] == 48 * epochs
    assert len(framed) == len(frame_steps(48 * epochs)) <= FRAMES


@pytest.mark.parametrize("total", [1, 7, 59, 1999, 2000, 2001, 4001, 123_457, 10_000_000])
def test_thinning_keeps_its_limits(total):
    recorded = {0, total, *range(stride(total), total, stride(total))}
    assert len(recorded) - 1 <= STEP_RECORDS
    assert {0, total} <= frame_steps(total) <= recorded
    assert len(frame_steps(total)) <= FRAMES


def test_frames_show_the_model_at_their_step(trained):
    assert trained.records[0].frames.keys() == {"output"}
    assert torch.equal(torch.from_numpy(trained.of("step")[-1].frames["output"]), trained.model.output.weight.detach())


# Batches


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_any_batch_size(train, convnet, images, size):
    run = train(convnet, images, TrainingConfig(batch_size=size, epochs=1))
    assert run.records[-1].step == math.ceil(50 / size)
    assert finite(run.model)


def test_every_example_once_an_epoch(mlp, points):
    model, seen = build(mlp, points), []
    model.register_forward_pre_hook(lambda module, args: seen.append(args[0]) if module.training else None)
    list(fit(model, points, TrainingConfig(batch_size=9, epochs=2)))
    inputs = points.split("train")[0]
    first, second = torch.cat(seen[:6]), torch.cat(seen[6:])
    assert not torch.equal(first, second)
    for epoch in (first, second):
        assert torch.equal(epoch[epoch[:, 0].argsort()], inputs[inputs[:, 0].argsort()])


def test_batch_larger_than_the_data(mlp, points):
    with pytest.raises(SettingsError, match=r"batch_size is 49, but there are only 48 .*: choose at most 48\."):
        fit(build(mlp, points), points, TrainingConfig(batch_size=49))


def test_nothing_to_train_on(mlp, points):
    empty = type(points)(points.inputs, points.labels, validating=60)
    with pytest.raises(DataError, match="training split is empty"):
        fit(build(mlp, points), empty, TrainingConfig(batch_size=1))


# Endings


def test_early_stopping_goes_back_to_the_best_weights(mlp, points):
    config = TrainingConfig(batch_size=16, epochs=100, early_stopping={"patience": 3}, optimizer=SGD | {"momentum": 0})
    config = config.replace({"optimizer.learning_rate": 3.0})
    model, kept = build(mlp, points), {}
    for record in fit(model, points, config):
        if record.kind == "epoch":
            kept[record.epoch] = (record.metrics["validation_loss"], weights(model))
    best = min(range(1, len(kept)), key=lambda epoch: kept[epoch][0])
    assert (record.outcome, record.epoch) == ("stopped early", best + 3)
    assert record.message == (f"The validation loss has not fallen for 3 epochs: the weights of epoch {best} are kept.")
    assert same(weights(model), kept[best][1])
    assert record.metrics == {"best_epoch": best}


def test_without_patience_the_last_weights_stay(mlp, points):
    config = TrainingConfig(batch_size=16, epochs=8, optimizer={"name": "sgd", "learning_rate": 3.0})
    model = build(mlp, points)
    for record in fit(model, points, config):
        if record.kind == "epoch":
            last = weights(model)
    assert record.metrics["best_epoch"] < 8
    assert same(weights(model), last)


def test_without_validation_the_training_loss_decides(train, mlp, points):
    alone = type(points)(points.inputs, points.labels, validating=0)
    config = TrainingConfig(batch_size=16, epochs=60, early_stopping={"patience": 1}, optimizer=SGD)
    run = train(mlp, alone, config.replace({"optimizer.learning_rate": 3.0}))
    assert math.isnan(run.records[0].metrics["validation_accuracy"])
    assert run.records[-1].outcome == "stopped early"
    losses = {record.epoch: record.metrics["train_loss"] for record in run.of("epoch")[1:]}
    best = round(min(losses, key=losses.get))
    assert run.records[-1].message == (
        f"The training loss has not fallen for an epoch: the weights of epoch {best} are kept."
    )


def test_diverged_loss_names_its_step(mlp, points):
    config = TrainingConfig(batch_size=16, epochs=50, optimizer={"name": "sgd", "learning_rate": 100})
    model = build(mlp, points)
    with torch.no_grad():
        model.output.weight.mul_(1e30)
    start = weights(model)
    *before, end = fit(model, points, config)
    assert end.outcome == "diverged"
    assert end.message == (
        f"Diverged at step {end.step + 1}: the loss is no longer a finite number. Try a learning rate of 10 instead "
        "of 100, or clip the gradient's norm at 1."
    )
    assert before[-1].step == end.step
    assert same(weights(model), start)
    assert finite(model)


class Poisoned(torch.nn.Module):
    """A linear network whose gradient is infinite from one step on, while its loss stays finite."""

    def __init__(self, model, step):
        super().__init__()
        self.model, self.step, self.steps = model, step, 0
        model.output.weight.register_hook(self.poison)

    def poison(self, gradient):
        self.steps += 1
        return gradient * math.inf if self.steps >= self.step else gradient

    def forward(self, inputs):
        return self.model(inputs)


@pytest.mark.parametrize("step", [5, 6])
def test_infinite_gradient(mlp, points, step):
    """Three steps an epoch: after step 5 the next loss tells, after step 6 only the weights do."""
    model = Poisoned(build(mlp, points), step)
    for record in fit(model, points, TrainingConfig(batch_size=16, epochs=3, optimizer=SGD, clip_norm=1)):
        if record.kind == "epoch" and record.epoch == 1:
            good = weights(model)
    assert (record.outcome, record.step) == ("diverged", step)
    assert record.message.startswith("Diverged at step 6: the ")
    assert record.message.endswith("Try a learning rate of 0.01 instead of 0.1.")
    assert same(weights(model), good)


def test_infinite_weights_that_no_loss_shows(mlp, points):
    model = build(mlp, points)
    model.register_buffer("unused", torch.zeros(()))
    model.output.weight.register_hook(lambda gradient: model.unused.fill_(math.inf) and None)
    end = list(fit(model, points, TrainingConfig(batch_size=16, epochs=3)))[-1]
    assert (end.outcome, end.step) == ("diverged", 3)
    assert finite(model)


def test_infinite_validation_loss(mlp, points):
    inputs = points.inputs.clone()
    inputs[-1] = 3e38
    model = build(mlp, points)
    end = list(fit(model, type(points)(inputs, points.labels), TrainingConfig(batch_size=16, epochs=3)))[-1]
    assert (end.outcome, end.step) == ("diverged", 3)
    assert finite(model)


def test_the_curve_is_kept_up_to_the_divergence(points, mlp):
    config = TrainingConfig(batch_size=1, epochs=100, optimizer=SGD)  # a step record every third step
    *records, end = fit(Poisoned(build(mlp, points), 11), points, config)
    steps = [record.step for record in records if record.kind == "step"]
    assert (steps, end.step) == ([3, 6, 9, 11], 11)
    assert end.message.startswith("Diverged at step 12:")


# A generator that is left


def test_closing_leaves_a_usable_model(convnet, images):
    model = build(convnet, images)
    records = fit(model, images, TrainingConfig(batch_size=7, epochs=5))
    while next(records).step < 11:
        pass
    records.close()
    assert not model.training
    assert model.blocks[0].conv.weight.is_contiguous()
    model.train()(images.inputs[:4] / 255).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in model.parameters())
