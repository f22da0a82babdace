"""Arithmetic against the network itself, with what its modules really put out."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from facelab.errors import SettingsError, ShapeError
from facelab.models import (
    DISTANCES,
    PRESETS,
    Block,
    ConvNetConfig,
    Layer,
    MLPConfig,
    ResidualConfig,
    SiameseConfig,
    blank,
    layer_table,
)
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
CONVNETS = st.builds(
    ConvNetConfig,
    blocks=st.lists(BLOCKS, min_size=1, max_size=4).map(tuple),
    hidden_activation=st.sampled_from([None, "sigmoid"]),
    **COMMON,
)
RESIDUALS = st.builds(
    ResidualConfig,
    widths=st.lists(st.integers(1, 3), min_size=1, max_size=6).map(tuple),
    blocks=st.integers(1, 2),
    stem_stride=st.sampled_from([1, 2]),
    pool=st.sampled_from(["average", "none"]),
    activation=st.sampled_from(["relu", "identity"]),
    dropout=st.sampled_from([0.0, 0.5]),
)
SIAMESE = st.builds(
    SiameseConfig,
    branch=st.one_of(MLPS, RESIDUALS),
    embedding=st.integers(0, 7),
    loss=st.sampled_from(sorted(DISTANCES)),
)
SHAPES = st.tuples(st.sampled_from([1, 3]), st.integers(4, 33), st.integers(4, 33))


def assert_agrees(config, input_shape, classes=5):
    """The table says what the modules put out, in order, how many numbers they learn, and what they multiply."""
    network, table = blank(config, input_shape, classes).eval(), layer_table(config, input_shape, classes)
    photos = 2 if config.kind == "siamese" else 1
    named, seen = {layer.name for layer in table}, []
    for name, module in network.named_modules():
        if name in named:
            module.register_forward_hook(
                lambda module, _, output, name=name: seen.append(
                    (name, tuple(output.shape[1:]) or (1,), sum(p.numel() for p in module.parameters()))
                )
            )
        elif not list(module.children()) and name.rpartition(".")[0] not in named:
            assert isinstance(module, nn.Identity | nn.Dropout | nn.Sequential)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(torch.zeros(1, *[2] * (photos - 1), *input_shape))
    assert [(layer.name, layer.output_shape, layer.parameters) for layer in table] == seen
    assert sum(layer.parameters for layer in table) == sum(p.numel() for p in network.parameters())
    times = [1 if layer.name == "distance" else photos for layer in table]
    multiply_adds = sum(layer.multiply_adds * often for layer, often in zip(table, times, strict=True))
    assert 2 * multiply_adds == counter.get_total_flops()


@pytest.mark.parametrize("title", PRESETS)
def test_presets_agree_with_their_networks(title):
    assert_agrees(PRESETS[title], (3, 37, 28))


@settings(deadline=None, max_examples=30)
@given(MLPS, st.one_of(SHAPES, st.just((2,))))
def test_perceptrons_agree_with_their_networks(config, input_shape):
    assert_agrees(config, input_shape)


@settings(deadline=None, max_examples=30)
@given(RESIDUALS, SHAPES)
def test_residual_networks_agree_with_their_networks(config, input_shape):
    assert_agrees(config, input_shape)


@settings(deadline=None, max_examples=30)
@given(SIAMESE, SHAPES)
def test_siamese_networks_agree_with_their_networks(config, input_shape):
    try:
        assert_agrees(config, input_shape)
    except SettingsError:
        assert not sum(layer.parameters for layer in layer_table(config, input_shape, 2))


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


def test_koch_2015_has_the_published_number_of_parameters():
    """Koch, Zemel, Salakhutdinov 2015, figure 4: 38,951,745 for 105x105 grey."""
    kernels = ((64, 10, "max"), (128, 7, "max"), (128, 4, "max"), (256, 4, "none"))
    blocks = tuple(Block(channels=width, kernel=side, padding=0, pool=pool) for width, side, pool in kernels)
    branch = ConvNetConfig(blocks=blocks, hidden=(4096,), hidden_activation="sigmoid", init="koch")
    table = layer_table(SiameseConfig(branch=branch, embedding=0, loss="binary"), (1, 105, 105), 2)
    maps = [layer.output_shape for layer in table if layer.kind.startswith("conv")]
    assert maps == [(64, 96, 96), (128, 42, 42), (128, 18, 18), (256, 6, 6)]
    assert table[-1] == Layer("distance", "weighted L1 distance", (1,), 4097, 4096)
    assert sum(layer.parameters for layer in table) == 38_951_745


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
