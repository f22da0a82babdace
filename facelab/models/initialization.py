"""Activations with their gains, and the ways to draw a network's first weights."""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt

from torch import Tensor, nn


@dataclass(frozen=True)
class Nonlinearity:
    """An activation: what makes a new module of it, and its gain.

    The gain is what weights are scaled by so that a signal keeps its size from layer to layer (He et al. 2015).
    """

    module: Callable[[], nn.Module]
    gain: float


# Gains are torch's (`nn.init.calculate_gain`) where torch has one. For ELU, GELU and SiLU they are 1 / sqrt(E[f(z)^2])
# with z standard normal, which for ReLU is the sqrt(2) of the paper.
ACTIVATIONS: dict[str, Nonlinearity] = {
    "relu": Nonlinearity(nn.ReLU, sqrt(2)),
    "leaky_relu": Nonlinearity(nn.LeakyReLU, nn.init.calculate_gain("leaky_relu")),
    "elu": Nonlinearity(nn.ELU, 1.2451),
    "gelu": Nonlinearity(nn.GELU, 1.5335),
    "silu": Nonlinearity(nn.SiLU, 1.6765),
    "tanh": Nonlinearity(nn.Tanh, 5 / 3),
    "sigmoid": Nonlinearity(nn.Sigmoid, 1.0),
    "identity": Nonlinearity(nn.Identity, 1.0),
}


def kaiming_uniform(weight: Tensor, gain: float, std: float) -> None:
    """Uniform with standard deviation gain / sqrt(inputs per unit): He et al. 2015, https://arxiv.org/abs/1502.01852."""
    bound = gain * sqrt(3 / weight[0].numel())
    nn.init.uniform_(weight, -bound, bound)


def xavier(weight: Tensor, gain: float, std: float) -> None:
    """Uniform with variance 2 / (inputs + outputs): Glorot & Bengio 2010."""
    nn.init.xavier_uniform_(weight)


def normal(weight: Tensor, gain: float, std: float) -> None:
    """Normal around 0 with the standard deviation that was asked for."""
    nn.init.normal_(weight, std=std)


def koch(weight: Tensor, gain: float, std: float) -> None:
    """Normal around 0, with 0.01 in convolutions and 0.2 in linear layers: Koch et al. 2015, section 3.3."""
    nn.init.normal_(weight, std=0.01 if weight.dim() == 4 else 0.2)


def _koch_bias(bias: Tensor) -> None:
    nn.init.normal_(bias, 0.5, 0.01)


INITS: dict[str, Callable[[Tensor, float, float], None]] = {
    "kaiming_uniform": kaiming_uniform,
    "xavier": xavier,
    "normal": normal,
    "koch": koch,
}
BIASES: dict[str, Callable[[Tensor], None]] = {"koch": _koch_bias}
"""Those that draw biases as well; the others set them to zero."""


def initialize(network: nn.Module, init: str, activation: str, std: float) -> None:
    """Draws every linear and convolution weight from torch's global generator, and sets their biases.

    No activation follows the layer named `output`, so its gain is 1, and the first loss is nearer to that of guessing.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            gain = 1.0 if name == "output" else ACTIVATIONS[activation].gain
            INITS[init](module.weight, gain, std)
            if module.bias is not None:
                BIASES.get(init, nn.init.zeros_)(module.bias)
