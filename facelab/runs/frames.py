"""What is kept of a network at moments of its training, to make the run replayable."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from facelab.models.flat import flatten
from facelab.training.fit import Frame

UNITS = 16
SIDE = 32


def first_layer(model: nn.Module, input_shape: tuple[int, ...]) -> np.ndarray:
    """The weights of the first `UNITS` units of the first layer as pictures.

    Returns:
        float16 [units, channels, h, w]: a filter as it is; a dense unit's weights in the shape of the image, averaged
        down to at most `SIDE` pixels a side.
    """
    layer = next(module for module in model.modules() if isinstance(module, nn.Linear | nn.Conv2d))
    weights = layer.weight.detach()[:UNITS].float().cpu()
    if isinstance(layer, nn.Linear):
        weights = weights.view(-1, *input_shape)
        side = min(SIDE, input_shape[-1])
        weights = F.adaptive_avg_pool2d(weights, side)
    return weights.to(torch.float16).numpy()


FRAMES: dict[str, Callable[[Any], dict[str, Frame]]] = {
    "faces": lambda faces: {"first_layer": partial(first_layer, input_shape=faces.input_shape)},
    "points": lambda points: {"weights": flatten},
}
"""For each subject of a run, from its dataset to the frames that `fit` takes along.

A network on points is small enough to be kept whole: from its weights follow its border and every unit's view.
"""
