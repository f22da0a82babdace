"""The convolutional network: convolution blocks, then fully connected layers (LeCun et al. 1998)."""

from collections import OrderedDict
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from facelab.models.configs import Block, ConvNetConfig
from facelab.models.initialization import ACTIVATIONS, initialize
from facelab.models.layers import BatchNorm2d, Dense, Standardize
from facelab.models.shapes import POOL, feature_shape

POOLS = {"max": nn.MaxPool2d, "average": nn.AvgPool2d}


class ConvNet(nn.Module):
    """Float [B, C, H, W] to logits [B, classes], through `blocks.0`, ..., `hidden.0`, ... and `output`.

    Dropout acts on the flattened features and again on the input of `output`; without hidden layers these are the same,
    and it acts once.
    """

    def __init__(self, config: ConvNetConfig, input_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        channels = (input_shape[0], *(block.channels for block in config.blocks))
        widths = (prod(feature_shape(config, input_shape)), *config.hidden)
        last = len(config.hidden) - 1
        self.standardize = Standardize(input_shape)
        self.blocks = nn.Sequential(
            *(
                conv_block(inputs, block, config.activation, config.batch_norm)
                for inputs, block in zip(channels, config.blocks, strict=False)
            )
        )
        self.flatten = nn.Flatten()
        self.dropout = nn.Dropout(config.dropout)
        self.hidden = nn.Sequential(
            *(
                Dense(
                    inputs,
                    outputs,
                    config.hidden_activation or config.activation,
                    dropout=config.dropout if index == last else 0.0,
                )
                for index, (inputs, outputs) in enumerate(pairwise(widths))
            )
        )
        self.output = nn.Linear(widths[-1], classes)
        initialize(self, config.init, config.activation, config.init_std)

    def embed(self, x: Tensor) -> Tensor:
        """The input of the last layer: float [B, C, H, W] to [B, D]."""
        features = self.blocks(self.standardize(x))
        return self.hidden(self.dropout(self.flatten(features)))

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.embed(x))


def conv_block(inputs: int, block: Block, activation: str, batch_norm: bool) -> nn.Sequential:
    """Convolution, batch norm, activation, pooling: float [B, inputs, H, W] to [B, block.channels, H', W'].

    Batch norm brings the bias, so the convolution before it has none.
    """
    parts = OrderedDict[str, nn.Module](
        conv=nn.Conv2d(inputs, block.channels, block.kernel, block.stride, block.padding, bias=not batch_norm)
    )
    if batch_norm:
        parts["norm"] = BatchNorm2d(block.channels)
    parts["activation"] = ACTIVATIONS[activation].module()
    if block.pool != "none":
        parts["pool"] = POOLS[block.pool](POOL)
    return nn.Sequential(parts)
