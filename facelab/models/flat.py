"""A network as one vector: what a film keeps of every frame, and what the compiled engine trains."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

from facelab.errors import SettingsError


def flat_parts(model: nn.Module) -> Iterator[tuple[str, Tensor, slice]]:
    """Every floating-point entry of `model.state_dict()` in order: its name, itself, and its place in the vector."""
    at = 0
    for name, tensor in model.state_dict(keep_vars=True).items():
        if tensor.is_floating_point():
            yield name, tensor, slice(at, at + tensor.numel())
            at += tensor.numel()


def flatten(model: nn.Module) -> np.ndarray:
    """A copy of all weights and floating-point buffers (standardisation, running statistics), float32 [P]."""
    parts = [tensor.detach().cpu().reshape(-1).float() for _, tensor, _ in flat_parts(model)]
    return torch.cat(parts).numpy() if parts else np.empty(0, np.float32)


def unflatten(model: nn.Module, values: np.ndarray) -> None:
    """Write what `flatten` gave, [P], back into a network of the same shape.

    Raises:
        SettingsError: the vector belongs to a network of another shape; the network is as it was.
    """
    parts = list(flat_parts(model))
    size = parts[-1][2].stop if parts else 0
    if values.shape != (size,):
        raise SettingsError(
            f"These weights have the shape {values.shape}, but the network takes ({size},): "
            "give it weights of a network with the same layers."
        )
    with torch.no_grad():
        for _, tensor, place in parts:
            tensor.copy_(torch.from_numpy(np.array(values[place], np.float32)).view_as(tensor))
