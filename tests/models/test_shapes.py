"""Arithmetic against the network itself, with what its modules really put out."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from facelab.errors import ShapeError
from facelab.models import PRESETS, Block, ConvNetConfig, Layer, MLPConfig, blank, layer_table
from facelab.models.convnet import conv_block

WIDTHS = st.lists(st.integers(1, 9), max_size=3).map(tuple)
COMMON = {
    "hidden": WIDTHS,
    "activation": st.sampled_from(["relu", "tanh"]),
    "batch_norm": st.booleans(),
    "dropout": st.sampled_from([0.0, 0.5]),
}
BLOCKS = st.builds(
    Block,
    channels=st.integers(1, 5),
    kernel=st.integers(1, 7),
    stride=st.integers(1, 3),
    padding=st.integers(0, 4),
    pool=st.sampled_from(["none", "max", "average"]),
)
MLPS = st.builds(MLPConfig, residual=st.booleans(), **COMMON)
CONVNETS = st.builds(ConvNetConfig, blocks=st.lists(BLOCKS, min_size=1, max_size=4).map(tuple), **COMMON)
SHAPES = st.tuples(st.just(3), st.integers(4, 33), st.integers(4, 33))


def assert_agrees(config, input_shape, classes=5):
    """The table says what the modules put out, in order, how many numbers they learn, and what they multiply."""
    network = blank(config, input_shape, classes).eval()
    seen = []
    for name, module in network.named_modules():
        if not list(module.children()) and not isinstance(module, torch.nn.Sequential):
            module.register_forward_hook(
                lambda module, _, output, name=name: seen.append(
                    (name, tuple(output.shape[1:]), sum(p.numel() for p in module.parameters()))
                )
            )
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, *input_shape))
    table = layer_table(config, input_shape, classes)
    if not config.dropout:
        seen = [layer for layer in seen if layer[0] != "dropout"]
    assert [(layer.name, layer.output_shape, layer.parameters) for layer in table] == seen
    assert sum(layer.parameters for layer in table) == sum(p.numel() for p in network.parameters())
    assert 2 * sum(layer.multiply_adds for layer in table) == counter.get_total_flops()


@pytest.mark.parametrize("title", PRESETS)
def test_presets_agree_with_their_networks(title):
    assert_agrees(PRESETS[title], (3, 37, 28))


@settings(deadline=None, max_examples=30)
@given(MLPS, st.one_of(SHAPES, st.just((2,))))
def test_perceptrons_agree_with_their_networks(config, input_shape):
    assert_agrees(config, input_shape)


def through_blocks(config, x):
    for block in config.blocks:
        x = conv_block(x.shape[1], block, "relu", batch_norm=False)(x)


@settings(deadline=None, max_examples=60)
@given(CONVNETS, SHAPES)
def test_convnets_agree_or_torch_refuses_them_too(config, input_shape):
    try:
        layer_table(config, input_shape, 5)
    except ShapeError:
        with pytest.raises(ShapeError):
            blank(config, input_shape, 5)
        with pytest.raises(RuntimeError):
            through_blocks(config, torch.zeros(1, *input_shape))
    else:
        assert_agrees(config, input_shape)


def test_known_table():
    config = ConvNetConfig(blocks=(Block(channels=8, kernel=5, padding=0, pool="max"),), hidden=(), batch_norm=True)
    assert layer_table(config, (3, 32, 28), 10) == [
        Layer("standardize", "standardize", (3, 32, 28)),
        Layer("blocks.0.conv", "conv 5x5", (8, 28, 24), 600, 403_200),
        Layer("blocks.0.norm", "batch norm", (8, 28, 24), 16),
        Layer("blocks.0.activation", "relu", (8, 28, 24)),
        Layer("blocks.0.pool", "max pool 2x2", (8, 14, 12)),
        Layer("flatten", "flatten", (1344,)),
        Layer("output", "linear", (10,), 13_450, 13_440),
    ]


def test_too_small_for_a_convolution():
    blocks = (Block(pool="max"), Block(pool="max"), Block(pool="max"), Block(kernel=5, padding=0))
    with pytest.raises(ShapeError) as error:
        layer_table(ConvNetConfig(blocks=blocks), (3, 28, 28), 2)
    assert str(error.value) == (
        "Block 4 (kernel 5, no padding) needs a feature map of at least 5x5 but gets 3x3: "
        "use fewer blocks, less pooling or more padding."
    )


def test_too_small_for_pooling():
    blocks = (Block(pool="max"),) * 5
    with pytest.raises(ShapeError) as error:
        layer_table(ConvNetConfig(blocks=blocks), (3, 28, 28), 2)
    assert str(error.value) == (
        "Block 5 (max pooling 2x2) needs a feature map of at least 2x2 but gets 1x1: "
        "use fewer blocks, less pooling or more padding."
    )
