"""Which pixels a unit of a feature map looks at.

The arithmetic is that of Araujo, Norris & Sim 2019 ("Computing receptive fields of convolutional neural networks",
https://distill.pub/2019/computing-receptive-fields); Dumoulin & Visin 2016 (https://arxiv.org/abs/1603.07285) draw it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from facelab.models.configs import ConvNetConfig
from facelab.models.shapes import POOL


@dataclass(frozen=True)
class Window:
    """A layer whose units each look at a square of the feature map below: a convolution or a pooling."""

    name: str
    kernel: int
    stride: int = 1
    padding: int = 0


@dataclass(frozen=True)
class Field:
    """What the units of one layer see of the input. The image's top left corner is at 0 and its first pixel ends at 1.

    The square is exact unless a stride is greater than its kernel, which leaves gaps in it.

    Attributes:
        layer: its name.
        size: the side of the square of pixels that one unit sees.
        jump: the distance in pixels between neighbouring units' squares.
        start: the centre of the first unit's square along either axis, in pixels; 0.5 is the first pixel's centre.
    """

    layer: str
    size: int
    jump: int
    start: float


def windows(config: ConvNetConfig) -> Iterator[Window]:
    """The convolutions and poolings of a network, named as in it; everything between them keeps fields as they are."""
    for index, block in enumerate(config.blocks):
        yield Window(f"blocks.{index}.conv", block.kernel, block.stride, block.padding)
        if block.pool != "none":
            yield Window(f"blocks.{index}.pool", POOL, POOL)


def receptive_field(layers: ConvNetConfig | Iterable[Window]) -> list[Field]:
    """The receptive field of each convolution and pooling, from the input up.

    Two 3x3 convolutions see 5x5 pixels, and three see 7x7 (Simonyan & Zisserman 2015).
    """
    fields = []
    size, jump, start = 1, 1, 0.5
    for window in windows(layers) if isinstance(layers, ConvNetConfig) else layers:
        size += (window.kernel - 1) * jump
        start += ((window.kernel - 1) / 2 - window.padding) * jump
        jump *= window.stride
        fields.append(Field(window.name, size, jump, start))
    return fields


def unit_box(field: Field, row: int, column: int) -> tuple[int, int, int, int]:
    """(top, left, bottom, right) of the pixels that the unit at `row`, `column` sees, as in `[top:bottom, left:right]`.

    With padding a box may reach outside the image (top or left below 0, bottom or right beyond the sides): `clip_box`
    cuts it to what is inside.
    """
    top, left = (round(field.start + index * field.jump - field.size / 2) for index in (row, column))
    return top, left, top + field.size, left + field.size


def clip_box(box: tuple[int, int, int, int], height: int, width: int) -> tuple[int, int, int, int]:
    """The part of a (top, left, bottom, right) box inside an image; empty (top == bottom) if it lies outside."""
    top, left, bottom, right = box
    return (
        min(max(top, 0), height),
        min(max(left, 0), width),
        min(max(bottom, 0), height),
        min(max(right, 0), width),
    )
