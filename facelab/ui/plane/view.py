"""What the plane component shows, as frozen dataclasses of arrays, and how they travel to the browser.

Indices of layers and units count from 0 here and in events; people read them counted from 1.
"""

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facelab.plots import palette

SHOWN_UNITS = 8
"""Units per layer, and classes, that are drawn one by one."""


@dataclass(frozen=True)
class Layer:
    """One linear map as it acts in evaluation: batch norm is folded into it.

    `weight` float32 [out, in], `bias` float32 [out]. A residual layer adds its input after the activation.
    """

    weight: np.ndarray
    bias: np.ndarray
    residual: bool = False


@dataclass(frozen=True)
class Frame:
    """The network at one moment of its training.

    Args:
        epoch, step: when.
        regions: uint8 [h, w], the most probable class; row 0 is the top, where y is largest.
        confidence: uint8 [h, w], its probability: 0 at one over the number of classes, 255 at 1.
        units: uint8 [U, s, s], the activations of each layer's first `SHOWN_UNITS` units over the window, layer by
            layer: 128 is 0, and each unit is scaled by its largest magnitude. U is 0 where they are not known.
        layers: the hidden layers, then the output.
        wrong: bool [n], which of the view's points the network gets wrong.
        numbers: "train_loss", "train_accuracy", "test_loss", "test_accuracy"; accuracies from 0 to 1, losses in nats,
            NaN where unknown.
    """

    epoch: float
    step: int
    regions: np.ndarray
    confidence: np.ndarray
    units: np.ndarray
    layers: tuple[Layer, ...]
    wrong: np.ndarray
    numbers: dict[str, float]


@dataclass(frozen=True)
class Curves:
    """The course of training: float32 [R] each, NaN where unknown. Accuracies from 0 to 1, losses in nats."""

    epoch: np.ndarray
    train_loss: np.ndarray
    train_accuracy: np.ndarray
    test_loss: np.ndarray
    test_accuracy: np.ndarray


@dataclass(frozen=True)
class View:
    """All that the component draws.

    Args:
        coordinates: float32 [n, 2] in standard units; at most about 4,000, thinned by the caller.
        labels: uint16 [n].
        is_test: bool [n].
        names, colors: one per class, colours as "#RRGGBB".
        axes: the titles of x and y, with units.
        center, scale: two numbers each: original = standard * scale + center.
        aspect: how much taller one original unit of y is drawn than one of x; 0 or None to fill a square.
        window: x0, x1, y0, y1 in standard units.
        is_map: names are written on the plane.
        features: names of the network's inputs, keys of `FEATURES` in network.js.
        hidden: units per hidden layer.
        activation: a key of `ACTIVATIONS` in forward.js.
        mean, std: float [D] each, what the network standardises its D inputs by; none where it does not. They cannot
            be folded into the first layer's weights, as a residual one passes its standardised input on.
        frames: one, or a film of several; the last is shown first.
        curves: as far as they go.
        alt: one sentence that stands in for the picture.
        changes: (epoch, text) of settings changed in mid-training.
        total_epochs: planned epochs, if known: the curves' axis then stands still.
        diverged: the epoch at which the loss stopped being a number.
        off: (layer, unit) of units that are switched off: what they pass on, residual included, is 0.
        pinned: (layer, unit) of the unit that is shown large.
        drawing: the number of classes that points may be drawn of; None where no points are drawn.
        editable: layers and units can be added and taken away.
    """

    coordinates: np.ndarray
    labels: np.ndarray
    is_test: np.ndarray
    names: tuple[str, ...]
    colors: tuple[str, ...]
    axes: tuple[str, str]
    center: tuple[float, float]
    scale: tuple[float, float]
    aspect: float | None
    window: tuple[float, float, float, float]
    is_map: bool
    features: tuple[str, ...]
    hidden: tuple[int, ...]
    activation: str
    frames: tuple[Frame, ...]
    curves: Curves
    alt: str
    changes: tuple[tuple[float, str], ...] = ()
    total_epochs: int | None = None
    diverged: float | None = None
    mean: Sequence[float] = ()
    std: Sequence[float] = ()
    off: tuple[tuple[int, int], ...] = ()
    pinned: tuple[int, int] | None = None
    drawing: int | None = None
    editable: bool = False


def pack(view: View) -> dict:
    """The view as JSON can carry it: arrays as base64 of their little-endian bytes, NaN as null.

    Masks travel as one byte per point, and colours of facelab's palette come along.
    """
    values = {name: _plain(value) for name, value in vars(view).items() if name not in PACKED}
    return values | {
        "coordinates": _base64(view.coordinates, "<f4"),
        "labels": _base64(view.labels, "<u2"),
        "is_test": _base64(view.is_test, "u1"),
        "frames": [_frame(frame) for frame in view.frames],
        "curves": {name: _base64(column, "<f4") for name, column in vars(view.curves).items()},
        "palette": {
            "categories": palette.CATEGORIES,
            "diverging": palette.DIVERGING,
            "train": palette.SPLITS["train"],
            "test": palette.SPLITS["test"],
            "wrong": palette.WRONG,
        },
        "shown_units": SHOWN_UNITS,
    }


PACKED = {"coordinates", "labels", "is_test", "frames", "curves"}


def _frame(frame: Frame) -> dict:
    height, width = frame.regions.shape
    return {
        "epoch": float(frame.epoch),
        "step": int(frame.step),
        "height": height,
        "width": width,
        "regions": _base64(frame.regions, "u1"),
        "confidence": _base64(frame.confidence, "u1"),
        "side": frame.units.shape[-1],
        "units": _base64(frame.units, "u1"),
        "layers": [_layer(layer) for layer in frame.layers],
        "wrong": _base64(frame.wrong, "u1"),
        "numbers": {name: _plain(value) for name, value in frame.numbers.items()},
    }


def _layer(layer: Layer) -> dict:
    outputs, inputs = layer.weight.shape
    weight, bias = _base64(layer.weight, "<f4"), _base64(layer.bias, "<f4")
    return {"outputs": outputs, "inputs": inputs, "weight": weight, "bias": bias, "residual": layer.residual}


def _base64(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype)).decode("ascii")


def _plain(value):
    """Numbers of numpy as Python's, sequences as lists, and what JSON does not know as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple | list | np.ndarray):
        return [_plain(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
