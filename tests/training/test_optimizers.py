"""One step of each optimizer against its formula, written out."""

import pytest
import torch

from facelab.training import OptimizerConfig
from facelab.training.optimizers import OPTIMIZERS, load_state_tensors, state_tensors

RATE, DECAY, MOMENTUM = 0.1, 0.01, 0.8
WEIGHTS = torch.tensor([0.5, -1.0, 2.0])
GRADIENTS = torch.tensor([[0.2, -0.4, 0.1], [-0.3, 0.6, 0.5], [0.1, 0.1, -0.2]])


def sgd(nesterov):
    w, velocity = WEIGHTS.clone(), torch.zeros(3)
    for g in GRADIENTS:
        g = g + DECAY * w
        velocity = MOMENTUM * velocity + g
        w = w - RATE * (g + MOMENTUM * velocity if nesterov else velocity)
    return w


def adam(decoupled):
    w, m, v = WEIGHTS.clone(), torch.zeros(3), torch.zeros(3)
    for t, g in enumerate(GRADIENTS, 1):
        if decoupled:
            w = w - RATE * DECAY * w
        else:
            g = g + DECAY * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        w = w - RATE * (m / (1 - 0.9**t)) / ((v / (1 - 0.999**t)).sqrt() + 1e-8)
    return w


def rmsprop():
    w, square, velocity = WEIGHTS.clone(), torch.zeros(3), torch.zeros(3)
    for g in GRADIENTS:
        g = g + DECAY * w
        square = 0.99 * square + 0.01 * g**2
        velocity = MOMENTUM * velocity + g / (square.sqrt() + 1e-8)
        w = w - RATE * velocity
    return w


FORMULAS = {
    "sgd": ({}, sgd(nesterov=False)),
    "nesterov": ({"name": "sgd", "nesterov": True}, sgd(nesterov=True)),
    "adam": ({}, adam(decoupled=False)),
    "adamw": ({}, adam(decoupled=True)),
    "rmsprop": ({}, rmsprop()),
}


def make(optimizer, **settings):
    weights = torch.nn.Parameter(WEIGHTS.clone())
    settings = {"name": optimizer, "learning_rate": RATE, "weight_decay": DECAY, "momentum": MOMENTUM} | settings
    config = OptimizerConfig.parse(settings)
    return weights, OPTIMIZERS[config.name]([weights], config)


def step(weights, optimizer, gradient):
    weights.grad = gradient.clone()
    optimizer.step()


@pytest.mark.parametrize("name", FORMULAS)
def test_three_steps_follow_the_formula(name):
    settings, expected = FORMULAS[name]
    weights, optimizer = make(name, **settings)
    for gradient in GRADIENTS:
        step(weights, optimizer, gradient)
    torch.testing.assert_close(weights.detach(), expected, rtol=1e-5, atol=1e-6)


def test_every_optimizer_has_a_formula():
    assert FORMULAS.keys() - {"nesterov"} == OPTIMIZERS.keys()


def test_nesterov_without_momentum_is_plain_descent():
    weights, optimizer = make("sgd", nesterov=True, momentum=0, weight_decay=0)
    step(weights, optimizer, GRADIENTS[0])
    torch.testing.assert_close(weights.detach(), WEIGHTS - RATE * GRADIENTS[0])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_state_moves_to_another_optimizer_as_a_copy(name):
    weights, optimizer = make(name)
    step(weights, optimizer, GRADIENTS[0])
    kept = {key: tensor.clone() for key, tensor in state_tensors(optimizer).items()}
    other_weights, other = make(name)
    other_weights.data.copy_(weights.data)
    load_state_tensors(other, kept)
    before = {key: tensor.clone() for key, tensor in kept.items()}
    for each in ((weights, optimizer), (other_weights, other)):
        step(*each, GRADIENTS[1])
    assert torch.equal(weights, other_weights)
    assert all(torch.equal(kept[key], before[key]) for key in kept)
