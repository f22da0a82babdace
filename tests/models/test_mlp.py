"""Known answers for the perceptron, its standardisation and its first weights."""

import numpy as np
import pytest
import torch
from torch import nn

from facelab.models import ACTIVATIONS, Block, ConvNetConfig, MLPConfig, blank, build
from facelab.models.layers import BatchNorm1d, BatchNorm2d, Dense, Standardize


def test_known_answer():
    network = blank(MLPConfig(hidden=(2,)), (2,), 1)
    network.hidden[0].linear.weight.data = torch.tensor([[1.0, 2.0], [-1.0, 0.0]])
    network.output.weight.data = torch.tensor([[3.0, 5.0]])
    network.output.bias.data = torch.tensor([0.5])
    assert network(torch.tensor([[1.0, 1.0], [-2.0, 1.0]])).tolist() == [[9.5], [10.5]]


def test_residual_adds_the_input_where_widths_are_equal():
    network = blank(MLPConfig(hidden=(2, 3, 3), residual=True), (2,), 1)
    assert [layer.residual for layer in network.hidden] == [True, False, True]
    layer = network.hidden[2]
    nn.init.eye_(layer.linear.weight)
    assert layer(torch.tensor([[1.0, -2.0, 3.0]])).tolist() == [[2.0, -2.0, 6.0]]


def test_dropout_spares_the_way_past_a_residual_layer():
    layer = Dense(1000, 1000, "relu", dropout=0.9, residual=True)
    nn.init.zeros_(layer.linear.weight)
    x = torch.randn(1, 1000)
    nn.init.zeros_(layer.linear.bias)
    assert torch.equal(layer(x), x)


def test_linear_is_logistic_regression():
    assert list(blank(MLPConfig(hidden=()), (3, 4, 4), 2).state_dict()) == [
        "standardize.mean",
        "standardize.std",
        "output.weight",
        "output.bias",
    ]


def test_standardize_images_exactly(images):
    """Against NumPy in float64, channel by channel."""
    network = build(MLPConfig(), images)
    values = images.inputs.numpy().astype(np.float64) / 255
    np.testing.assert_allclose(network.standardize.mean.flatten(), values.mean((0, 2, 3)), rtol=1e-7)
    np.testing.assert_allclose(network.standardize.std.flatten(), values.std((0, 2, 3)), rtol=1e-7)
    standard = network.standardize(images.batch)
    torch.testing.assert_close(standard.mean((0, 2, 3)), torch.zeros(3).double(), atol=1e-6, rtol=0)


def test_standardize_points(points):
    standard = build(MLPConfig(), points).standardize(points.inputs)
    torch.testing.assert_close(standard.mean(0), torch.zeros(2))
    torch.testing.assert_close(standard.std(0, correction=0), torch.ones(2))


@pytest.mark.parametrize("inputs", [torch.full((5, 1, 3, 3), 77, dtype=torch.uint8), torch.full((7, 1), 0.1)])
def test_constant_channel_is_only_centred(inputs):
    layer = Standardize(tuple(inputs.shape[1:]))
    layer.fit(inputs)
    assert layer.std.item() == 1
    scale = 255 if inputs.dtype == torch.uint8 else 1
    torch.testing.assert_close(layer(inputs / scale), torch.zeros(inputs.shape), atol=1e-6, rtol=0)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "gelu", "silu", "identity"])
def test_gain_keeps_the_second_moment(name):
    """1 / sqrt(E[f(z)^2]) for a standard normal z, integrated numerically."""
    z = torch.linspace(-10, 10, 200_001, dtype=torch.float64)
    density = torch.exp(-z * z / 2) / (2 * torch.pi) ** 0.5
    moment = torch.trapezoid(ACTIVATIONS[name].module()(z) ** 2 * density, z)
    assert ACTIVATIONS[name].gain == pytest.approx(float(moment) ** -0.5, rel=1e-4)


@pytest.mark.parametrize(
    ("config", "hidden", "output"),
    [
        (MLPConfig(hidden=(500,)), (2 / 1000) ** 0.5, (1 / 500) ** 0.5),
        (MLPConfig(hidden=(500,), activation="tanh"), 5 / 3 / 1000**0.5, (1 / 500) ** 0.5),
        (MLPConfig(hidden=(500,), init="xavier"), (2 / 1500) ** 0.5, (2 / 600) ** 0.5),
        (MLPConfig(hidden=(500,), init="normal", init_std=0.3), 0.3, 0.3),
    ],
    ids=["kaiming relu", "kaiming tanh", "xavier", "normal"],
)
def test_spread_of_the_first_weights(config, hidden, output):
    network = blank(config, (1000,), 100)
    assert network.hidden[0].linear.weight.std().item() == pytest.approx(hidden, rel=0.02)
    assert network.output.weight.std().item() == pytest.approx(output, rel=0.02)
    assert not network.hidden[0].linear.bias.any()


def test_koch_draws_weights_and_biases():
    """Koch et al. 2015: std 0.01 in convolutions and 0.2 in linear layers, biases around 0.5 with std 0.01."""
    config = ConvNetConfig(blocks=(Block(channels=500, stride=2, pool="max"),), hidden=(500,), init="koch")
    network = blank(config, (3, 8, 8), 500)
    for layer, std in ((network.blocks[0].conv, 0.01), (network.hidden[0].linear, 0.2), (network.output, 0.2)):
        assert layer.weight.std().item() == pytest.approx(std, rel=0.03)
        assert layer.weight.mean().item() == pytest.approx(0, abs=0.05 * std)
        assert layer.bias.mean().item() == pytest.approx(0.5, abs=0.003)
        assert layer.bias.std().item() == pytest.approx(0.01, rel=0.15)


@pytest.mark.parametrize(
    ("norm", "lone", "several"),
    [(BatchNorm1d, (1, 3), (4, 3)), (BatchNorm2d, (1, 3, 1, 1), (1, 3, 2, 2))],
)
def test_batch_norm_of_a_lone_value_uses_running_statistics(norm, lone, several):
    layer = norm(3)
    layer(torch.randn(several))
    before = {name: value.clone() for name, value in layer.state_dict().items()}
    x = torch.randn(lone)
    trained = layer(x)
    assert all(torch.equal(value, before[name]) for name, value in layer.state_dict().items())
    assert torch.equal(trained, layer.eval()(x))


def test_batch_norm_is_otherwise_torchs():
    ours, torchs = BatchNorm1d(3), nn.BatchNorm1d(3)
    x = torch.randn(5, 3)
    assert torch.equal(ours(x), torchs(x))
    assert torch.equal(ours.eval()(x), torchs.eval()(x))
