"""A network to put hooks on."""

from collections import OrderedDict
from copy import deepcopy

import torch
from torch import nn


def private(model: nn.Module) -> nn.Module:
    """A copy in float32 and evaluation mode, without the hooks of `model`; nothing works in place or needs a gradient.

    Whatever is done to it, `model`, others who use that and other threads see nothing of it.
    """
    # What deepcopy finds in its memo it does not copy: hooks may hold on to anything, even to what cannot be copied.
    hooks = (
        value
        for module in model.modules()
        for name, value in vars(module).items()
        if name.endswith("_hooks") and isinstance(value, dict)
    )
    with torch.inference_mode(False), torch.no_grad():
        copy = deepcopy(model, {id(hook): OrderedDict() for hook in hooks})
        copy = copy.float().to(memory_format=torch.contiguous_format).eval().requires_grad_(False)
    for module in copy.modules():
        if getattr(module, "inplace", False):
            module.inplace = False
    return copy
