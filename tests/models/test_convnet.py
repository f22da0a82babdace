"""Known answers for the convolutional network."""

import pytest
import torch
from torch import nn

from facelab.models import Block, ConvNetConfig, blank


def ones(config, side, channels=1):
    network = blank(config, (channels, side, side), 1)
    for name, parameter in network.named_parameters():
        (nn.init.zeros_ if name.endswith("bias") else nn.init.ones_)(parameter)
    return network


@pytest.mark.parametrize(
    ("pool", "expected"), [("none", 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8), ("max", 4), ("average", 2)]
)
def test_known_answer_of_pooling(pool, expected):
    """A 1x1 convolution with weight 1 on 0..8 in a 3x3 image; pooling takes its top left 2x2."""
    config = ConvNetConfig(blocks=(Block(channels=1, kernel=1, padding=0, pool=pool),), hidden=())
    image = torch.arange(9.0).view(1, 1, 3, 3)
    assert ones(config, 3)(image).item() == expected


def test_known_answer_of_stride_and_padding():
    """3x3 sums of ones at stride 2 with padding 1 on 4x4: 4 in the corner, 6 along two sides, 9 inside."""
    config = ConvNetConfig(blocks=(Block(channels=1, stride=2),), hidden=())
    assert ones(config, 4).blocks(torch.ones(1, 1, 4, 4)).flatten().tolist() == [4, 6, 6, 9]


def test_activation_follows_the_convolution():
    config = ConvNetConfig(blocks=(Block(channels=1, kernel=1, padding=0),), hidden=())
    assert ones(config, 2)(torch.full((1, 1, 2, 2), -1.0)).item() == 0


def test_names_read_well():
    config = ConvNetConfig(
        blocks=(Block(channels=2, pool="max"),), hidden=(3, 3), batch_norm=True, dropout=0.5, activation="gelu"
    )
    network = blank(config, (3, 8, 8), 2)
    leaves = [name for name, module in network.named_modules() if not list(module.children())]
    assert leaves == [
        "standardize",
        "blocks.0.conv",
        "blocks.0.norm",
        "blocks.0.activation",
        "blocks.0.pool",
        "flatten",
        "dropout",
        "hidden.0.linear",
        "hidden.0.activation",
        "hidden.1.linear",
        "hidden.1.activation",
        "hidden.1.dropout",
        "output",
    ]


def test_channels_last_in_gives_the_same_out():
    network = blank(ConvNetConfig(), (3, 16, 16), 2)
    x = torch.randn(2, 3, 16, 16)
    torch.testing.assert_close(network(x.to(memory_format=torch.channels_last)), network(x))


def test_trains_under_bfloat16_autocast():
    network = blank(ConvNetConfig(batch_norm=True), (3, 16, 16), 2)
    with torch.autocast("cpu", torch.bfloat16):
        network(torch.randn(2, 3, 16, 16)).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())
