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


INITS: dict[str, Callable[[Tensor, float, float], None]] = {
    "kaiming_uniform": kaiming_uniform,
    "xavier": xavier,
    "normal": normal,
}


def initialize(network: nn.Module, init: str, activation: str, std: float) -> None:
    """Draws every linear and convolution weight from torch's global generator and sets their biases to zero.

    No activation follows the layer named `output`, so its gain is 1, and the first loss is nearer to that of guessing.
    """
    for name, module in network.named_modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            gain = 1.0 if name == "output" else ACTIVATIONS[activation].gain
            INITS[init](module.weight, gain, std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
