"""Receptive fields: published sizes, and the pixels that a unit's gradient really reaches."""

import pytest
import torch
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from facelab.errors import ShapeError
from facelab.models import Block, ConvNetConfig, Field, Window, blank, clip_box, layer_table, receptive_field, unit_box
from facelab.models.receptive import windows


def convnet(*blocks):
    return ConvNetConfig(blocks=blocks, hidden=(), activation="identity")


@pytest.mark.parametrize(
    ("layers", "size", "jump"),
    [
        ([(3, 1), (3, 1)], 5, 1),
        ([(3, 1), (3, 1), (3, 1)], 7, 1),
        ([(5, 1), (3, 1)], 7, 1),
        ([(3, 2), (3, 1)], 7, 2),
        ([(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)], 195, 32),
    ],
    ids=["two 3x3", "three 3x3", "3x3 on 5x5", "3x3 on 3x3 of stride 2", "AlexNet v2 (Araujo et al. 2019)"],
)
def test_published_sizes(layers, size, jump):
    last = receptive_field([Window("", kernel, stride) for kernel, stride in layers])[-1]
    assert (last.size, last.jump) == (size, jump)


def test_vgg16_sees_212_pixels():
    """Araujo, Norris & Sim 2019, table 1: the convolutional part of VGG-16."""
    blocks = [Block(pool="max" if index in (1, 3, 6, 9, 12) else "none") for index in range(13)]
    last = receptive_field(convnet(*blocks))[-1]
    assert (last.layer, last.size, last.jump) == ("blocks.12.pool", 212, 32)


def test_each_window_has_a_field():
    config = convnet(Block(kernel=3, padding=1, pool="max"), Block(kernel=3, padding=0))
    assert receptive_field(config) == [
        Field("blocks.0.conv", size=3, jump=1, start=0.5),
        Field("blocks.0.pool", size=4, jump=2, start=1.0),
        Field("blocks.1.conv", size=8, jump=2, start=3.0),
    ]
    names = [layer.name for layer in layer_table(config, (3, 28, 28), 2)]
    assert all(window.name in names for window in windows(config))


def test_boxes_reach_outside_and_are_clipped():
    field = Field("", size=3, jump=2, start=0.5)
    assert unit_box(field, 0, 0) == (-1, -1, 2, 2)
    assert unit_box(field, 1, 3) == (1, 5, 4, 8)
    assert clip_box((-1, -1, 2, 2), 28, 28) == (0, 0, 2, 2)
    assert clip_box((1, 26, 4, 29), 28, 28) == (1, 26, 4, 28)
    assert clip_box((1, 30, 4, 33), 28, 28) == (1, 28, 4, 28)


@st.composite
def overlapping_blocks(draw):
    kernel = draw(st.integers(1, 5))
    return Block(
        channels=1,
        kernel=kernel,
        stride=draw(st.integers(1, min(kernel, 2))),
        padding=draw(st.integers(0, 2)),
        pool=draw(st.sampled_from(["none", "average"])),
    )


@settings(deadline=None, max_examples=40)
@given(st.lists(overlapping_blocks(), min_size=1, max_size=3), st.integers(28, 48), st.integers(28, 48), st.data())
def test_gradient_of_a_unit_fills_its_box(blocks, height, width, data):
    """With all weights 1 a unit's gradient is positive exactly at the pixels it sees.

    At the border a unit may see less than its box holds: windows that would reach past the padding do not exist.
    """
    config = convnet(*blocks)
    try:
        network = blank(config, (1, height, width), 1)
    except ShapeError:
        reject()
    for parameter in network.parameters():
        torch.nn.init.ones_(parameter)
    image = torch.zeros(1, 1, height, width, requires_grad=True)
    features = network.blocks(image)[0, 0]
    row, column = (data.draw(st.integers(0, side - 1)) for side in features.shape)
    features[row, column].backward()
    seen = image.grad[0, 0] > 0
    box = unit_box(receptive_field(config)[-1], row, column)
    inside = clip_box(box, height, width)
    expected = torch.zeros_like(seen)
    expected[inside[0] : inside[2], inside[1] : inside[3]] = True
    if inside == box:
        assert torch.equal(seen, expected)
    else:
        assert not (seen & ~expected).any()
