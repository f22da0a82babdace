"""One step of `fit` against its arithmetic, written out."""

import pytest
import torch

from facelab.models import build
from facelab.training import TrainingConfig, fit

RATE = 0.2


def after_one_step(network, data, **settings):
    config = TrainingConfig.parse(
        {"batch_size": 48, "epochs": 1, "optimizer": {"name": "sgd", "learning_rate": RATE, "momentum": 0}} | settings
    )
    model = build(network, data)
    return model, list(fit(model, data, config))


def gradients(model, loss):
    return dict(zip(dict(model.named_parameters()), torch.autograd.grad(loss, list(model.parameters())), strict=True))


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.6])
def test_label_smoothing(mlp, points, smoothing):
    inputs, labels = points.split("train")
    model, records = after_one_step(mlp, points, label_smoothing=smoothing)
    start = build(mlp, points)
    target = torch.full((48, 3), smoothing / 3)
    target[torch.arange(48), labels] += 1 - smoothing
    loss = -(target * start(inputs).log_softmax(1)).sum(1).mean()
    assert records[1].metrics["loss"] == pytest.approx(loss.item(), rel=1e-5)
    slopes = gradients(start, loss)
    for (name, before), after in zip(start.named_parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(after, before - RATE * slopes[name])


@pytest.mark.parametrize("limit", [0.01, 0.1, 1e6])
def test_clipping(mlp, points, limit):
    inputs, labels = points.split("train")
    model, _ = after_one_step(mlp, points, clip_norm=limit)
    start = build(mlp, points)
    slopes = gradients(start, torch.nn.functional.cross_entropy(start(inputs), labels))
    norm = torch.cat([slope.flatten() for slope in slopes.values()]).norm()
    for (name, before), after in zip(start.named_parameters(), model.parameters(), strict=True):
        torch.testing.assert_close(after, before - RATE * slopes[name] * min(1, limit / norm), atol=1e-6, rtol=1e-4)


def test_augmentation_is_for_training_alone(convnet, images):
    model, seen = build(convnet, images), {True: [], False: []}
    model.register_forward_pre_hook(lambda module, args: seen[module.training].append(args[0].clone()))
    config = TrainingConfig(batch_size=50, epochs=1, augmentation={"erase": 1}, precision="float32")
    list(fit(model, images, config))
    validation = images.split("validation")[0] / 255
    assert all(torch.equal(batch, validation) for batch in seen[False])
    whole = {tuple(image.flatten().tolist()) for image in images.split("train")[0] / 255}
    assert not any(tuple(image.flatten().tolist()) in whole for image in seen[True][0])


def test_frozen_layers_stay(mlp, points):
    model = build(mlp, points)
    model.hidden.requires_grad_(False)
    before = model.hidden[0].linear.weight.clone()
    config = TrainingConfig(batch_size=16, epochs=1, optimizer={"weight_decay": 1})
    epoch = [record for record in fit(model, points, config) if record.kind == "epoch"][-1]
    assert torch.equal(model.hidden[0].linear.weight, before)
    assert [name for name in epoch.metrics if name.startswith("gradient")] == ["gradient_norm.output"]
