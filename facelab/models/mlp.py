"""The multilayer perceptron: fully connected layers on the flattened input."""

from itertools import pairwise
from math import prod

from torch import Tensor, nn

from facelab.models.configs import MLPConfig
from facelab.models.initialization import initialize
from facelab.models.layers import Dense, Standardize


class MLP(nn.Module):
    """Float [B, *input_shape] to logits [B, classes], through `hidden.0`, `hidden.1`, ... and `output`.

    A hidden layer as wide as its input adds that input to its output if the config says `residual`. With no hidden
    layers this is multinomial logistic regression.
    """

    def __init__(self, config: MLPConfig, input_shape: tuple[int, ...], classes: int) -> None:
        super().__init__()
        widths = (prod(input_shape), *config.hidden)
        self.standardize = Standardize(input_shape)
        self.flatten = nn.Flatten()
        self.hidden = nn.Sequential(
            *(
                Dense(
                    inputs,
                    outputs,
                    config.activation,
                    config.batch_norm,
                    config.dropout,
                    residual=config.residual and inputs == outputs,
                )
                for inputs, outputs in pairwise(widths)
            )
        )
        self.output = nn.Linear(widths[-1], classes)
        initialize(self, config.init, config.activation, config.init_std)

    def embed(self, x: Tensor) -> Tensor:
        """The input of the last layer: float [B, *input_shape] to [B, D]."""
        return self.hidden(self.flatten(self.standardize(x)))

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.embed(x))
