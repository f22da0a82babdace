"""Small views for tests of the plane, and what their networks answer, by torch."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import torch

from facelab.models.initialization import ACTIVATIONS
from facelab.ui.plane import Curves, Frame, Layer, View

FEATURES = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x**2,
    "y2": lambda x, y: y**2,
    "xy": lambda x, y: x * y,
    "sin_x": lambda x, y: np.sin(np.pi * x),
    "sin_y": lambda x, y: np.sin(np.pi * y),
}
WINDOW = (-1.0, 2.2, -1.4, 1.8)
CENTRE = (0.6, 0.2)
"""The middle of the window, where the arrow keys find the probe."""


def tiny(frames: int = 3, hidden=(3, 3), classes: int = 2, residual: bool = False, **changes) -> View:
    """Random networks over twenty random points; `changes` are fields of the view."""
    random = np.random.default_rng(0)
    features = changes.get("features", ("x", "y"))
    widths = (len(features), *hidden, classes)
    view = View(
        coordinates=random.uniform(-1, 1.7, (20, 2)).astype(np.float32),
        labels=(np.arange(20) % classes).astype(np.uint16),
        is_test=np.arange(20) % 3 == 0,
        names=tuple(f"class {index}" for index in range(classes)),
        colors=("#1878B9", "#D55E00", "#009E73")[:classes],
        axes=("Width (cm)", "Height (cm)"),
        center=(10.0, 20.0),
        scale=(2.0, 4.0),
        aspect=None,
        window=WINDOW,
        is_map=False,
        features=features,
        hidden=tuple(hidden),
        activation="tanh",
        frames=(),
        curves=Curves(*random.uniform(0, 1, (5, frames)).cumsum(1).astype(np.float32)),
        alt="Two classes in the plane.",
    )
    view = replace(view, **changes)
    return replace(view, frames=tuple(_frame(view, widths, residual, epoch, random) for epoch in range(frames)))


def _frame(view: View, widths, residual: bool, epoch: int, random: np.random.Generator) -> Frame:
    layers = tuple(
        Layer(
            random.normal(0, 1, (outputs, inputs)).astype(np.float32),
            random.normal(0, 1, outputs).astype(np.float32),
            residual and inputs == outputs,
        )
        for inputs, outputs in pairwise(widths)
    )
    x, y = np.meshgrid(np.linspace(-1, 2.2, 12), np.linspace(1.8, -1.4, 12))
    chances = probabilities(view, layers, x.ravel(), y.ravel()).reshape(12, 12, -1)
    chance = 1 / chances.shape[-1]
    return Frame(
        epoch=epoch,
        step=10 * epoch,
        regions=chances.argmax(2).astype(np.uint8),
        confidence=(255 * (chances.max(2) - chance) / (1 - chance)).astype(np.uint8),
        units=random.integers(0, 256, (sum(min(units, 8) for units in view.hidden), 6, 6), np.uint8),
        layers=layers,
        wrong=random.random(20) < 0.2,
        numbers={"train_loss": 0.5 / (epoch + 1), "test_loss": float("nan"), "test_accuracy": 0.75},
    )


def probabilities(view: View, layers: tuple[Layer, ...], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """What the network of `layers` answers at n places: float64 [n, classes]."""
    activation = ACTIVATIONS[view.activation].module()
    state = torch.tensor(np.stack([FEATURES[name](x, y) for name in view.features], -1), dtype=torch.float64)
    if len(view.mean):
        state = (state - torch.tensor(view.mean)) / torch.tensor(view.std)
    *hidden, output = [(torch.tensor(each.weight).double(), torch.tensor(each.bias), each.residual) for each in layers]
    for depth, (weight, bias, residual) in enumerate(hidden):
        out = activation(state @ weight.T + bias) + (state if residual else 0)
        for layer, unit in view.off:
            if layer == depth:
                out[:, unit] = 0
        state = out
    return (state @ output[0].T + output[1]).softmax(1).numpy()
