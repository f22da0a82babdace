"""The whole function of an MLP on points in the plane: its regions, and what each of its units sees.

In evaluation batch norm and standardisation are linear, so a trained layer is one matrix, one bias and its activation.
Everything here works on these: a picture of the plane is then a few matrix products.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from facelab.data.points import Points
from facelab.models.mlp import MLP

MARGIN = 0.08
"""How far a window reaches beyond the points, as a share of their extent."""
UNITS_SHOWN = 8
"""Of each layer."""
PIXELS_AT_ONCE = 4096
"""So many pixels' activations stay at hand in the processor."""

Unit = tuple[int, int]
"""A hidden unit: its layer and its place in it, both from 0."""


@dataclass(frozen=True)
class Dense:
    """One layer as it acts in evaluation: `weight` float32 [out, in], `bias` float32 [out], and whether it adds its
    input to its output."""

    weight: Tensor
    bias: Tensor
    residual: bool = False


@dataclass(frozen=True)
class Window:
    """A rectangle of the plane, in standard units."""

    left: float
    right: float
    bottom: float
    top: float

    def grid(self, rows: int, columns: int) -> Tensor:
        """The centres of `rows` x `columns` equal pixels, from the top left, row by row: float32 [pixels, 2]."""
        x = self.left + (torch.arange(columns) + 0.5) / columns * (self.right - self.left)
        y = self.top - (torch.arange(rows) + 0.5) / rows * (self.top - self.bottom)
        down, across = torch.meshgrid(y, x, indexing="ij")
        return torch.stack([across.flatten(), down.flatten()], 1)


@dataclass(frozen=True)
class Survey:
    """A network's answers all over a window, row 0 at the top.

    Attributes:
        regions: uint8 [h, w], the most probable class.
        confidence: uint8 [h, w], its probability: 0 where all classes are equal, 255 where it is certain.
        units: uint8 [U, s, s], the activations of the first `UNITS_SHOWN` units of each hidden layer; 128 is zero, and
            each unit's largest magnitude is 127 away from it.
    """

    regions: np.ndarray
    confidence: np.ndarray
    units: np.ndarray


class Folded:
    """A trained MLP as it acts in evaluation: standardised input, then `layers`, the last of them the output.

    A snapshot: it does not change when the model trains on.
    """

    def __init__(self, model: MLP) -> None:
        self.mean, self.std = model.standardize.mean.flatten().clone(), model.standardize.std.flatten().clone()
        hidden = [_normalized(layer.linear, getattr(layer, "norm", None), layer.residual) for layer in model.hidden]
        self.layers = [*hidden, _normalized(model.output)]
        self._activation = next((layer.activation for layer in model.hidden), None)

    def __call__(self, inputs: Tensor, off: Sequence[Unit] = ()) -> tuple[list[Tensor], Tensor]:
        """Activations of every hidden layer, float32 [N, width] each, and logits [N, classes].

        Args:
            inputs: float32 [N, D], as `Points.inputs` gives them.
            off: units that pass nothing on, neither their activation nor, in a residual layer, their input.
        """
        *hidden, output = self.layers
        state, activations = (inputs - self.mean) / self.std, []
        for index, layer in enumerate(hidden):
            out = self._activation(torch.addmm(layer.bias, state, layer.weight.T))
            state = state + out if layer.residual else out
            state[:, [unit for place, unit in off if place == index]] = 0
            activations.append(state)
        return activations, torch.addmm(output.bias, state, output.weight.T)


def _normalized(linear: torch.nn.Linear, norm: torch.nn.BatchNorm1d | None = None, residual: bool = False) -> Dense:
    weight = linear.weight.detach().clone()
    if norm is None:
        return Dense(weight, linear.bias.detach().clone(), residual)
    scale = norm.weight.detach() / torch.sqrt(norm.running_var + norm.eps)
    return Dense(weight * scale[:, None], norm.bias.detach() - norm.running_mean * scale, residual)


def window(points: Points) -> Window:
    """What of the plane to show: its fixed frame if it has one, else all points and a margin around them."""
    if points.window:
        return Window(*points.window)
    low, high = points.coordinates.min(0).values, points.coordinates.max(0).values
    margin = MARGIN * (high - low)
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return Window(left, right, bottom, top)


@torch.no_grad()
def survey(
    network: Folded, points: Points, view: Window, rows: int, columns: int, side: int = 24, off: Sequence[Unit] = ()
) -> Survey:
    """Ask `network` all over `view`: its regions in `rows` x `columns` pixels, its units in `side` x `side`."""
    chance = 1 / points.classes
    regions, confidence = [], []
    for pixels in view.grid(rows, columns).split(PIXELS_AT_ONCE):
        _, logits = network(points.inputs(pixels), off)
        best, region = logits.max(1)
        # The largest probability is 1 / sum(exp(logit - largest)): no division per class.
        certain = 1 / logits.sub_(best[:, None]).exp_().sum(1)
        regions.append(region)
        confidence.append(((certain - chance) / (1 - chance) * 255).nan_to_num_(0).round_().clamp_(0, 255))
    hidden, _ = network(points.inputs(view.grid(side, side)), off)
    shown = [layer[:, :UNITS_SHOWN].T for layer in hidden]
    units = torch.cat(shown) if shown else torch.empty(0, side * side)
    return Survey(
        torch.cat(regions).to(torch.uint8).view(rows, columns).numpy(),
        torch.cat(confidence).to(torch.uint8).view(rows, columns).numpy(),
        _centred(units).view(-1, side, side).numpy(),
    )


def _centred(units: Tensor) -> Tensor:
    """Each row scaled by its largest magnitude: uint8 around 128."""
    largest = units.abs().amax(1, keepdim=True) if len(units) else units
    scaled = torch.where(largest > 0, units / largest, 0.0).nan_to_num_(0)
    return (128 + 127 * scaled).round_().to(torch.uint8)


@torch.no_grad()
def answers(network: Folded, points: Points, rows: Tensor, off: Sequence[Unit] = ()) -> Tensor:
    """The class that `network` gives to each of the points `rows`: int64 [n]."""
    return network(points.inputs(points.coordinates[rows]), off)[1].argmax(1)
