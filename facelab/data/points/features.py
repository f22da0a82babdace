"""What a network may be told of a point: the inputs to choose from in TensorFlow Playground."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

FEATURES: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "x": lambda x, y: x,
    "y": lambda x, y: y,
    "x2": lambda x, y: x * x,
    "y2": lambda x, y: y * y,
    "xy": lambda x, y: x * y,
    "sin_x": lambda x, y: torch.sin(math.pi * x),
    "sin_y": lambda x, y: torch.sin(math.pi * y),
}
"""Each input as a function of the standardised coordinates.

The sine goes through two periods from -2 to 2, where nearly all standardised points lie, as TensorFlow Playground's
sin(x) does from -6 to 6.
"""
