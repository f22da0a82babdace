"""How large the gradient and the weights are in each layer."""

import math

import torch
from torch import nn


def weighted_layers(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """The own parameters (weight, bias) of every linear and convolutional layer, by the layer's name."""
    return {
        name: list(module.parameters(recurse=False))
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d)
    }


def gradient_norms(layers: dict[str, list[nn.Parameter]]) -> dict[str, float]:
    """The Euclidean norm of each layer's present gradient; layers without one are left out."""
    found = [(name, parameter.grad) for name in layers for parameter in layers[name] if parameter.grad is not None]
    if not found:
        return {}
    # One transfer from the device for all of them.
    values = torch.stack([torch.linalg.vector_norm(gradient) for _, gradient in found]).tolist()
    norms: dict[str, float] = {}
    for (name, _), value in zip(found, values, strict=True):
        norms[name] = math.hypot(norms.get(name, 0.0), value)
    return norms


def weight_norms(layers: dict[str, list[nn.Parameter]]) -> dict[str, float]:
    """The Euclidean norm of each layer's weight, without its bias."""
    if not layers:
        return {}
    values = torch.stack([torch.linalg.vector_norm(weight.detach()) for weight, *_ in layers.values()]).tolist()
    return dict(zip(layers, values, strict=True))
