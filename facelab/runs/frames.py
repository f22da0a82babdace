"""The small pictures of a network that make its run replayable."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

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
