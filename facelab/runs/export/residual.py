"""A residual network as code, see `facelab.runs.export.network`."""

from collections.abc import Iterator
from itertools import pairwise
from math import prod

from facelab.models import ACTIVATIONS, Block, ResidualConfig
from facelab.models.shapes import block_shapes
from facelab.runs.export.template import render

REPEATS = 3
"""From this many equal layers or blocks in a row on, the script writes a loop."""

BLOCK = '''\
class BasicBlock(nn.Module):
    """Two convolutions beside a way past them (He et al. 2016)."""

    def __init__(self, inputs, width, stride=1):  #? shortcut
    def __init__(self, inputs, width):  #? !shortcut
        super().__init__()
        self.first = Layers(
            conv=nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False),  #? shortcut
            conv=nn.Conv2d(inputs, width, 3, padding=1, bias=False),  #? !shortcut
            norm=${norm}(width),
            activation=nn.$activation(),
        )
        self.second = Layers(conv=nn.Conv2d(width, width, 3, padding=1, bias=False), norm=${norm}(width))
        self.shortcut = nn.Identity()  #? shortcut
        if inputs != width or stride != 1:  #? shortcut
            project = nn.Conv2d(inputs, width, 1, stride, bias=False)  #? shortcut
            self.shortcut = Layers(conv=project, norm=${norm}(width))  #? shortcut
        self.activation = nn.$activation()

    def forward(self, x):
        return self.activation(self.second(self.first(x)) + self.shortcut(x))  #? shortcut
        return self.activation(self.second(self.first(x)) + x)  #? !shortcut
'''

NET = '''\
class Net(nn.Module):
    """Images float [B, 3, $height, $width] in [0, 1] to logits [B, $classes]."""

    def __init__(self):
        super().__init__()
        self.standardize = Standardize()
        self.stem = Layers(
            conv=nn.Conv2d(3, $stem, padding=1, bias=False),
            norm=${norm}($first),
            activation=nn.$activation(),
        )
        self.stages = nn.Sequential(
$stages
        )
        self.dropout = nn.Dropout($dropout)  #? dropout
        self.output = nn.Linear($features, $classes)

    def forward(self, x):
        x = self.stages(self.stem(self.standardize(x)))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)  #? average
        x = x.flatten(1)  #? !average
        return self.output(self.dropout(x))  #? dropout
        return self.output(x)  #? !dropout
'''


def residual_code(config: ResidualConfig, input_shape: tuple[int, int, int], classes: int) -> list[str]:
    """The classes `BasicBlock` and `Net`, which need `Layers` and, where `meets_lone_values`, `BatchNorm2d`."""
    *_, shape = residual_shapes(config, input_shape)
    flags = {"shortcut": len(config.widths) > 1, "dropout": config.dropout, "average": config.pool == "average"}
    first = config.widths[0]
    values = {
        "norm": "BatchNorm2d" if meets_lone_values(config, input_shape) else "nn.BatchNorm2d",
        "activation": ACTIVATIONS[config.activation].module.__name__,
        "height": input_shape[1],
        "width": input_shape[2],
        "classes": classes,
        "first": first,
        "stem": f"{first}, 3" + (f", {config.stem_stride}" if config.stem_stride > 1 else ""),
        "stages": "\n".join(_stages(config)),
        "dropout": config.dropout,
        "features": shape[0] if config.pool == "average" else prod(shape),
    }
    on = {name for name, wanted in flags.items() if wanted}
    return [render(part, on, **values) for part in (BLOCK, NET)]


def residual_shapes(config: ResidualConfig, input_shape: tuple[int, int, int]) -> Iterator[tuple[int, int, int]]:
    """(C, H, W) after the stem and after every stage.

    Raises:
        ShapeError: the input is not an image.
    """
    strides = (config.stem_stride, 1, *[2] * (len(config.widths) - 1))
    for width, stride in zip((config.widths[0], *config.widths), strides, strict=True):
        input_shape, _ = block_shapes(Block(channels=width, stride=stride), 0, input_shape)
        yield input_shape


def meets_lone_values(config: ResidualConfig, input_shape: tuple[int, int, int]) -> bool:
    """Whether maps become 1x1, of which a batch of one has a single value per channel."""
    return (1, 1) in (shape[1:] for shape in residual_shapes(config, input_shape))


def _stages(config: ResidualConfig) -> Iterator[str]:
    for stage, (inputs, width) in enumerate(pairwise((config.widths[0], *config.widths))):
        more, equal = config.blocks - bool(stage), f"BasicBlock({width}, {width})"
        blocks = [f"BasicBlock({inputs}, {width}, 2)"] * bool(stage)
        blocks += [equal] * more if more < REPEATS else [f"*({equal} for _ in range({more}))"]
        yield f"            nn.Sequential({', '.join(blocks)}),"
