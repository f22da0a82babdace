"""What each layer puts out and costs, by arithmetic alone (Dumoulin & Visin 2016, https://arxiv.org/abs/1603.07285).

Nothing here runs a network, so a page can show the table, or say what is impossible, while settings are being changed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import prod

from facelab.errors import ShapeError
from facelab.models.configs import Block, ConvNetConfig, MLPConfig, ResidualConfig

POOL = 2
REMEDY = "use fewer blocks, less pooling or more padding"


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: of the module in the network, as in `named_modules()`.
        kind: in words, such as "conv 3x3" or "max pool 2x2".
        output_shape: for one input: (C, H, W) or (D,).
        parameters: how many numbers the layer learns.
        multiply_adds: of a linear layer or convolution for one input; 0 for the others, which cost next to nothing.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    parameters: int = 0
    multiply_adds: int = 0


def mlp_layers(config: MLPConfig, input_shape: tuple[int, ...], classes: int) -> Iterator[Layer]:
    """The layers of an `MLP`, in the order in which an input meets them."""
    widths = (prod(input_shape), *config.hidden)
    yield Layer("standardize", "standardize", input_shape)
    yield Layer("flatten", "flatten", (widths[0],))
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        yield from _dense_layers(
            f"hidden.{index}", inputs, outputs, config.activation, config.batch_norm, config.dropout
        )
    yield _linear("output", widths[-1], classes)


def convnet_layers(config: ConvNetConfig, input_shape: tuple[int, ...], classes: int) -> Iterator[Layer]:
    """The layers of a `ConvNet`, in the order in which an input meets them.

    Raises:
        ShapeError: the input is not an image, or a feature map would be smaller than 1x1.
    """
    yield Layer("standardize", "standardize", input_shape)
    shape = input_shape
    for index, block in enumerate(config.blocks):
        conv, after = block_shapes(block, index, shape)
        yield _conv(f"blocks.{index}.conv", block, shape[0], conv, bias=not config.batch_norm)
        if config.batch_norm:
            yield Layer(f"blocks.{index}.norm", "batch norm", conv, 2 * block.channels)
        yield Layer(f"blocks.{index}.activation", config.activation, conv)
        if block.pool != "none":
            yield Layer(f"blocks.{index}.pool", f"{block.pool} pool {POOL}x{POOL}", after)
        shape = after
    widths = (prod(shape), *config.hidden)
    yield Layer("flatten", "flatten", (widths[0],))
    if config.dropout:
        yield Layer("dropout", "dropout", (widths[0],))
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        dropout = config.dropout if index == len(config.hidden) - 1 else 0.0
        activation = config.hidden_activation or config.activation
        yield from _dense_layers(f"hidden.{index}", inputs, outputs, activation, batch_norm=False, dropout=dropout)
    yield _linear("output", widths[-1], classes)


def residual_layers(config: ResidualConfig, input_shape: tuple[int, ...], classes: int) -> Iterator[Layer]:
    """The layers of a `Residual` network, in the order in which an input meets them.

    Raises:
        ShapeError: the input is not an image.
    """
    yield Layer("standardize", "standardize", input_shape)
    yield from _normed("stem", Block(channels=config.widths[0], stride=config.stem_stride), input_shape, config)
    shape = block_shapes(Block(channels=config.widths[0], stride=config.stem_stride), 0, input_shape)[0]
    for stage, width in enumerate(config.widths):
        for index in range(config.blocks):
            name, stride = f"stages.{stage}.{index}", 2 if stage and not index else 1
            first, second = Block(channels=width, stride=stride), Block(channels=width)
            after = block_shapes(first, 0, shape)[0]
            yield from _normed(f"{name}.first", first, shape, config)
            yield from list(_normed(f"{name}.second", second, after, config))[:-1]
            if shape[0] != width or stride != 1:
                project = Block(channels=width, kernel=1, stride=stride, padding=0)
                yield from list(_normed(f"{name}.shortcut", project, shape, config))[:-1]
            yield Layer(f"{name}.activation", config.activation, after)
            shape = after
    width = shape[0] if config.pool == "average" else prod(shape)
    yield Layer("pool", "average pool" if config.pool == "average" else "flatten", (width,))
    if config.dropout:
        yield Layer("dropout", "dropout", (width,))
    yield _linear("output", width, classes)


def _normed(name: str, block: Block, shape: tuple[int, ...], config: ResidualConfig) -> Iterator[Layer]:
    """A convolution, its batch norm and its activation."""
    after = block_shapes(block, 0, shape)[0]
    yield _conv(f"{name}.conv", block, shape[0], after, bias=False)
    yield Layer(f"{name}.norm", "batch norm", after, 2 * block.channels)
    yield Layer(f"{name}.activation", config.activation, after)


def feature_shape(config: ConvNetConfig, input_shape: tuple[int, ...]) -> tuple[int, int, int]:
    """(C, H, W) of what the last block puts out for an input of (C, H, W).

    Raises:
        ShapeError: the input is not an image, or a feature map would be smaller than 1x1.
    """
    shape = input_shape
    for index, block in enumerate(config.blocks):
        _, shape = block_shapes(block, index, shape)
    return shape


def block_shapes(
    block: Block, index: int, input_shape: tuple[int, ...]
) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    """(C, H, W) after the convolution of one block and after its pooling, which are the same where it does not pool.

    Raises:
        ShapeError: the input is not an image, or a feature map would be smaller than 1x1.
    """
    if len(input_shape) != 3:
        raise ShapeError("A convolutional network needs images as input: choose a multilayer perceptron for points.")
    _, height, width = input_shape
    name = f"Block {index + 1}"
    needed = block.kernel - 2 * block.padding
    if min(height, width) < needed:
        padding = f"padding {block.padding}" if block.padding else "no padding"
        raise ShapeError(
            f"{name} (kernel {block.kernel}, {padding}) needs a feature map of at least {needed}x{needed} "
            f"but gets {height}x{width}: {REMEDY}."
        )
    height, width = (slide(side, block.kernel, block.stride, block.padding) for side in (height, width))
    conv = (block.channels, height, width)
    if block.pool == "none":
        return conv, conv
    if min(height, width) < POOL:
        raise ShapeError(
            f"{name} ({block.pool} pooling {POOL}x{POOL}) needs a feature map of at least {POOL}x{POOL} "
            f"but gets {height}x{width}: {REMEDY}."
        )
    return conv, (block.channels, slide(height, POOL, POOL), slide(width, POOL, POOL))


def slide(side: int, kernel: int, stride: int = 1, padding: int = 0) -> int:
    """In how many places a window fits along a side."""
    return (side + 2 * padding - kernel) // stride + 1


def _dense_layers(
    name: str, inputs: int, outputs: int, activation: str, batch_norm: bool, dropout: float
) -> Iterator[Layer]:
    yield _linear(f"{name}.linear", inputs, outputs, bias=not batch_norm)
    if batch_norm:
        yield Layer(f"{name}.norm", "batch norm", (outputs,), 2 * outputs)
    yield Layer(f"{name}.activation", activation, (outputs,))
    if dropout:
        yield Layer(f"{name}.dropout", "dropout", (outputs,))


def _linear(name: str, inputs: int, outputs: int, bias: bool = True) -> Layer:
    return Layer(name, "linear", (outputs,), inputs * outputs + outputs * bias, inputs * outputs)


def _conv(name: str, block: Block, inputs: int, shape: tuple[int, int, int], bias: bool) -> Layer:
    weights = inputs * block.channels * block.kernel**2
    kind = f"conv {block.kernel}x{block.kernel}"
    return Layer(name, kind, shape, weights + block.channels * bias, weights * shape[1] * shape[2])
