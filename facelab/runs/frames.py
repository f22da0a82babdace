"""What is kept of a network at moments of its training, to make the run replayable."""

from collections.abc import Callable
from functools import partial
from math import isqrt
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.models.flat import flatten
from facelab.training.fit import Frame

SIDE = 32
"""Pixels a side that a dense unit's picture keeps at most, and at least where there are too many units."""
SMALLEST = 8
BYTES = 500_000
"""Of a frame of dense units, so that the film of a run stays below 30 MB: 80 colour pictures of 32x32, 300 of 16x16."""


def unit_images(model: nn.Module, input_shape: tuple[int, ...]) -> Tensor:
    """The first layer's weights as pictures: a copy, float32 [units, channels, h, w] on the CPU.

    A convolution's filters are pictures as they are; a dense unit's weights get the shape of the image, (C, H, W).
    """
    layer = next(module for module in model.modules() if isinstance(module, nn.Linear | nn.Conv2d))
    weights = layer.weight.detach().float().cpu().clone()
    return weights.view(-1, *input_shape) if isinstance(layer, nn.Linear) else weights


def first_layer(model: nn.Module, input_shape: tuple[int, ...]) -> np.ndarray:
    """The units of the first layer as pictures, small enough to be kept many times.

    Returns:
        float16 [units, channels, h, w]: a filter as it is; a dense unit's weights averaged down until the frame is at
        most `BYTES` long. Of very many units, those that have no room at `SMALLEST` pixels a side are left out.
    """
    weights = unit_images(model, input_shape)
    if weights.shape[2:] == input_shape[1:]:
        units, channels, height, _ = weights.shape
        side = min(height, SIDE, max(SMALLEST, isqrt(BYTES // (2 * units * channels))))
        weights = F.adaptive_avg_pool2d(weights[: BYTES // (2 * channels * side**2)], side)
    return weights.to(torch.float16).numpy()


FRAMES: dict[str, Callable[[Any], dict[str, Frame]]] = {
    "faces": lambda faces: {"first_layer": partial(first_layer, input_shape=faces.input_shape)},
    "pairs": lambda pairs: {"first_layer": partial(first_layer, input_shape=pairs.input_shape)},
    "points": lambda points: {"weights": flatten},
}
"""For each subject of a run, from its dataset to the frames that `fit` takes along.

A network on points is small enough to be kept whole: from its weights follow its border and every unit's view.
"""
