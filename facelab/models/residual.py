"""The residual network: basic blocks, each of which adds its input to what comes out (He et al. 2016)."""

from collections import OrderedDict
from collections.abc import Iterator
from itertools import pairwise
from math import prod

from torch import Tensor, nn

from facelab.models.configs import Block, ResidualConfig
from facelab.models.convnet import conv_block
from facelab.models.initialization import ACTIVATIONS, initialize
from facelab.models.layers import BatchNorm2d, Standardize
from facelab.models.shapes import block_shapes


class Residual(nn.Module):
    """Float [B, C, H, W] to logits [B, classes], through `stem`, `stages.0.0`, ..., `pool` and `output`."""

    def __init__(self, config: ResidualConfig, input_shape: tuple[int, int, int], classes: int) -> None:
        super().__init__()
        first = Block(channels=config.widths[0], stride=config.stem_stride)
        shape = block_shapes(first, 0, input_shape)[0]
        self.standardize = Standardize(input_shape)
        self.stem = conv_block(input_shape[0], first, config.activation, batch_norm=True)
        self.stages = nn.Sequential(*(nn.Sequential(*blocks) for blocks in _stages(config)))
        for _ in config.widths[1:]:
            shape = block_shapes(Block(channels=1, stride=2), 0, shape)[0]
        shape = (config.widths[-1], *shape[1:])
        is_average = config.pool == "average"
        self.pool = nn.Sequential(*[nn.AdaptiveAvgPool2d(1)] * is_average, nn.Flatten())
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(shape[0] if is_average else prod(shape), classes)
        initialize(self, config.init, config.activation, config.init_std)

    def embed(self, x: Tensor) -> Tensor:
        """The input of the last layer: float [B, C, H, W] to [B, D]."""
        return self.dropout(self.pool(self.stages(self.stem(self.standardize(x)))))

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.embed(x))


class BasicBlock(nn.Module):
    """Two convolutions 3x3 beside a way past them, which is a convolution 1x1 where the shape changes."""

    def __init__(self, inputs: int, width: int, stride: int, activation: str) -> None:
        super().__init__()
        self.first = conv_block(inputs, Block(channels=width, stride=stride), activation, batch_norm=True)
        self.second = _projection(width, width, 3)
        same = inputs == width and stride == 1
        self.shortcut = nn.Identity() if same else _projection(inputs, width, 1, stride)
        self.activation = ACTIVATIONS[activation].module()

    def forward(self, x: Tensor) -> Tensor:
        return self.activation(self.second(self.first(x)) + self.shortcut(x))


def _stages(config: ResidualConfig) -> Iterator[list[BasicBlock]]:
    for stage, (inputs, width) in enumerate(pairwise((config.widths[0], *config.widths))):
        yield [
            BasicBlock(width if index else inputs, width, 2 if stage and not index else 1, config.activation)
            for index in range(config.blocks)
        ]


def _projection(inputs: int, width: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution and its batch norm."""
    conv = nn.Conv2d(inputs, width, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(OrderedDict[str, nn.Module](conv=conv, norm=BatchNorm2d(width)))
