"""The compiled engine against autograd, and what it owes to those who use it."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from facelab.models import ACTIVATIONS, MLPConfig, build
from facelab.training import TrainingConfig
from facelab.training.engine import Engine
from facelab.training.optimizers import OPTIMIZERS
from facelab.training.schedule import rates

SHAPES = {
    "plain": {},
    "batch norm": {"batch_norm": True},
    "dropout": {"dropout": 0.3},
    "residual": {"residual": True},
    "all": {"batch_norm": True, "dropout": 0.2, "residual": True},
}
STEPS = 50
SGD = {"name": "sgd", "learning_rate": 0.02}
WORD = 2**64 - 1


def key(seed, *parts):
    """Splitmix64 over the parts."""
    for part in parts:
        seed = (seed + part) * 0x9E3779B97F4A7C15 & WORD
        seed = (seed ^ seed >> 30) * 0xBF58476D1CE4E5B9 & WORD
        seed = (seed ^ seed >> 27) * 0x94D049BB133111EB & WORD
        seed ^= seed >> 31
    return seed


def uniform(seed, step, layer, unit, example):
    """The number in [0, 1) that decides whether a unit is dropped: murmur3's finalizer."""
    x = key(seed, step, layer, unit) + example * 0x9E3779B9 & 0xFFFFFFFF
    x = (x ^ x >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    x = (x ^ x >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return (x ^ x >> 16) / 2**32


def with_known_masks(model, seed, clock):
    """Dropout as the engine draws it, in a torch network."""

    def masked(layer, p):
        def hook(module, args, out):
            if not module.training:
                return None
            kept = [
                [uniform(seed, clock[0], layer, unit, b) >= p for unit in range(out.shape[1])] for b in range(len(out))
            ]
            return args[0] * torch.tensor(kept) / (1 - p)

        return hook

    for index, layer in enumerate(model.hidden):
        if hasattr(layer, "dropout"):
            layer.dropout.register_forward_hook(masked(index, layer.dropout.p))
    return model


def by_autograd(model, data, config, steps):
    """The usual loop."""
    inputs, labels = data.split("train")
    clock = [0]
    with_known_masks(model, config.seed, clock).train()
    optimizer = OPTIMIZERS[config.optimizer.name](model.parameters(), config.optimizer)
    linear = [module.weight for module in model.modules() if isinstance(module, torch.nn.Linear)]
    losses, epoch = [], 0
    while True:
        order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(config.seed * 1_000_003 + epoch))
        speed = rates(config, epoch, -(-len(labels) // config.batch_size))
        for batch, rate in zip(order.split(config.batch_size), speed, strict=True):
            loss = F.cross_entropy(model(inputs[batch]), labels[batch], label_smoothing=config.label_smoothing)
            penalty = sum(weight.abs().sum() for weight in linear)
            optimizer.zero_grad()
            (loss + config.l1 * penalty).backward()
            if config.clip_norm:
                torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
            optimizer.param_groups[0]["lr"] = rate
            optimizer.step()
            losses.append(loss.item())
            clock[0] += 1
            if clock[0] == steps:
                return losses
        epoch += 1


def assert_same_training(network, data, config):
    ours, theirs = build(network, data, 3), build(network, data, 3)
    trained = Engine(ours, *data.split("train"), config).train(STEPS)
    losses = by_autograd(theirs, data, config, STEPS)
    np.testing.assert_allclose(trained.losses, losses, atol=1e-4)
    for (name, mine), other in zip(ours.state_dict().items(), theirs.state_dict().values(), strict=True):
        torch.testing.assert_close(mine, other, atol=1e-4, rtol=1e-5, msg=lambda text, name=name: f"{name}: {text}")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_layer_and_activation_equals_autograd(points, activation, shape):
    """Batches of 9 and, at the end of an epoch, 3; residual layers with and without equal widths.

    By SGD: where a gradient is zero but for rounding, as that of a bias before batch norm, Adam makes steps of it.
    """
    network = MLPConfig(hidden=(6, 6, 5), activation=activation, **SHAPES[shape])
    assert_same_training(network, points, TrainingConfig(batch_size=9, seed=5, optimizer=SGD))


TRAININGS = {
    "plain": {},
    "momentum": {"momentum": 0.8},
    "nesterov": {"momentum": 0.8, "nesterov": True},
    "weight decay": {"weight_decay": 0.05},
    "l1": {"l1": 0.01},
    "clipping": {"clip_norm": 0.1},
    "smoothing": {"label_smoothing": 0.2},
    "one cycle": {"schedule": {"name": "one_cycle"}, "epochs": 9},
    "all": {"momentum": 0.8, "weight_decay": 0.05, "l1": 0.001, "clip_norm": 0.3, "label_smoothing": 0.1},
}


@pytest.mark.parametrize("settings", TRAININGS)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_equals_torch(points, name, settings):
    own = dict(TRAININGS[settings])
    optimizer = {key: own.pop(key) for key in ("momentum", "nesterov", "weight_decay") if key in own}
    optimizer = {"name": name, "learning_rate": 0.01, "momentum": 0.0} | optimizer
    config = TrainingConfig.parse({"batch_size": 9, "seed": 2, "optimizer": optimizer} | own)
    assert_same_training(MLPConfig(hidden=(7, 6), activation="tanh"), points, config)
