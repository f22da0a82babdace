"""A network to put hooks on."""

from copy import deepcopy
from itertools import chain

from torch import nn


def private(model: nn.Module) -> nn.Module:
    """The same network in evaluation mode, with modules of its own that share the weights: nothing done to its hooks
    and modes is seen by `model`, by others who use it, or by another thread. Its weights are read-only.
    """
    shared = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
    return deepcopy(model, shared).eval()
