import numpy as np
import pytest
import torch

from facelab.analysis import NOBODY, ORDERS, Units, read_units, unit_images
from facelab.errors import ShapeError
from facelab.models import ConvNetConfig, MLPConfig, blank

GENERATOR = torch.Generator().manual_seed(0)
IMAGES = torch.randint(0, 256, (300, 3, 28, 28), dtype=torch.uint8, generator=GENERATOR)
LABELS = torch.arange(300) % 3  # nobody has label 3


def mlp(hidden=(6,), channels=3, **settings):
    return blank(MLPConfig(hidden=hidden, **settings), (channels, 28, 28), 4, seed=1).eval()


@pytest.fixture(scope="module")
def units():
    return read_units(mlp(), IMAGES, LABELS, 4)


def test_pictures_are_the_first_layers_weights(units):
    np.testing.assert_array_equal(units.images.reshape(6, -1), mlp().hidden[0].linear.weight.detach())


def test_activations_are_those_of_the_first_layer(units):
    inputs = IMAGES.float() / 255
    expected = torch.relu(mlp().hidden[0].linear(inputs.flatten(1))).detach().numpy()
    np.testing.assert_allclose(units.activations, expected, atol=1e-5)
    np.testing.assert_allclose(units.mean_activation[1], expected[1::3].mean(0), atol=1e-5)


def test_with_one_hidden_layer_contribution_is_mean_activation_times_outgoing_weight(units):
    outgoing = mlp().output.weight.detach().numpy()
    np.testing.assert_allclose(units.contribution[:3], (units.mean_activation * outgoing)[:3], atol=1e-5)


def test_in_a_deep_relu_network_contributions_and_biases_add_up_to_the_score():
    model = mlp((6, 5))
    units = read_units(model, IMAGES, LABELS, 4)
    with torch.no_grad():
        scores = model(IMAGES.float() / 255)
    # Biases start at zero, and a network of ReLUs without them is linear along each ray.
    np.testing.assert_allclose(units.contribution[2].sum(), scores[2::3, 2].mean(), rtol=1e-4)


def test_someone_without_photos_has_no_numbers_and_no_votes(units):
    assert np.isnan(units.mean_activation[3]).all()
    assert np.isnan(units.contribution[3]).all()
    assert not (units.votes == 3).any()


def test_a_unit_votes_for_whom_it_adds_most_to():
    contribution = np.array([[1.0, -1.0, 2.0], [3.0, -2.0, 1.0], [np.nan] * 3])
    units = Units(np.zeros((3, 1, 2, 2)), np.zeros((4, 3)), contribution, contribution)
    assert units.votes.tolist() == [1, NOBODY, 0]
    assert units.order("vote").tolist() == [2, 0, 1]


@pytest.mark.parametrize("by", ORDERS)
def test_every_order_has_every_unit(units, by):
    assert sorted(units.order(by, 2)) == list(range(6))


def test_orders_fall(units):
    assert (np.diff(units.mean_activation[2][units.order("activation", 2)]) <= 0).all()
    assert (np.diff(units.contribution[2][units.order("contribution", 2)]) <= 0).all()
    assert (np.diff(np.linalg.norm(units.images.reshape(6, -1), axis=1)[units.order("norm")]) <= 0).all()


def test_photos_that_excite_a_unit_most_and_least(units):
    most, least = units.photos(2, 5)
    active = units.activations[:, 2]
    assert active[most[0]] == active.max()
    assert active[least[0]] == active.min()
    assert active[most].min() >= active[least].max()
    assert IMAGES[least].shape == (5, 3, 28, 28)


def test_of_few_photos_each_end_gets_half():
    units = read_units(mlp(), IMAGES[:5], LABELS[:5], 4)
    most, least = units.photos(0)
    assert (len(most), len(least)) == (2, 2)
    assert not set(most) & set(least)


@pytest.mark.parametrize("settings", [{"batch_norm": True}, {"dropout": 0.5}, {"hidden": ()}, {"hidden": (5, 5, 5)}])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_mlp_on_grey_and_colour(settings, channels):
    model = mlp(**({"channels": channels, "hidden": (5,)} | settings))
    units = read_units(model, IMAGES[:20, :channels], LABELS[:20], 4)
    assert units.images.shape[1:] == (channels, 28, 28)
    assert np.isfinite(units.contribution[:3]).all()


def test_without_hidden_layers_each_unit_is_a_person():
    units = read_units(mlp(()), IMAGES, LABELS, 4)
    for person in range(3):
        others = np.delete(units.contribution[person], person)
        assert not others.any()
        np.testing.assert_allclose(units.contribution[person, person], units.mean_activation[person, person], rtol=1e-5)


def test_the_model_is_left_as_it_was():
    model = mlp(dropout=0.5).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    read_units(model, IMAGES, LABELS, 4)
    assert all(module.training for module in model.modules())
    assert all(parameter.grad is None for parameter in model.parameters())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_what_has_no_unit_pictures_is_refused():
    with pytest.raises(ShapeError, match="Only a multilayer perceptron on faces"):
        read_units(blank(ConvNetConfig(), (3, 28, 28), 4), IMAGES, LABELS, 4)


def test_filters_are_pictures_as_they_are():
    model = blank(ConvNetConfig(), (1, 28, 28), 4)
    assert torch.equal(unit_images(model, (1, 28, 28)), model.blocks[0].conv.weight)
