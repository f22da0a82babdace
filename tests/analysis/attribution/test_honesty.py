import numpy as np
import pytest
import torch
from scipy.stats import spearmanr
from torch import nn

from facelab.analysis.attribution import (
    attribute,
    completeness,
    deletion_curve,
    heat,
    layers_from_top,
    randomised,
    rank_correlation,
)
from facelab.errors import AnalysisError
from tests.analysis.networks import SIDE, network, some_photos

TARGETS = torch.tensor([2, 0])


def test_integrated_gradients_add_up_to_the_change_of_the_logits():
    model, photos = network("mlp", activation="tanh"), some_photos()
    maps = attribute(model, photos, TARGETS, "integrated_gradients")
    for row, whole in enumerate(completeness(model, photos, TARGETS, maps)):
        change = (model(photos[[row]]) - model(torch.zeros_like(photos[[row]])))[0, TARGETS[row]]
        assert whole.difference == pytest.approx(change.item(), rel=1e-4)
        assert whole.attributed == pytest.approx(maps[row].sum().item(), rel=1e-4)
        assert whole.error == pytest.approx(abs(whole.attributed - whole.difference))
        assert whole.relative == pytest.approx(whole.error / abs(whole.difference))
        assert whole.relative < 0.01


def test_more_steps_leave_a_smaller_error():
    model, photos = network("convnet"), some_photos()
    errors = []
    for steps in (2, 200):
        maps = attribute(model, photos, TARGETS, "integrated_gradients", steps=steps, baseline="blurred")
        errors.append(max(whole.error for whole in completeness(model, photos, TARGETS, maps, "blurred")))
    assert errors[1] < errors[0] / 5


def test_layers_are_counted_from_the_output():
    model = network("convnet", batch_norm=True)
    assert layers_from_top(model) == ["output", "hidden.0.linear", "blocks.1.conv", "blocks.0.conv"]


def test_layers_forget_from_the_top_and_those_below_stay():
    model = network("convnet", batch_norm=True)
    model.blocks[0].norm.running_mean.fill_(3)
    model.blocks[1].norm.running_mean.fill_(3)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    changed = randomised(model, 3, seed=1).state_dict()
    fresh = {name for name, value in changed.items() if not torch.equal(value, before[name])}
    assert {"output.weight", "hidden.0.linear.weight", "blocks.1.conv.weight", "blocks.1.norm.running_mean"} <= fresh
    assert all(name.startswith(("output", "hidden", "blocks.1")) for name in fresh)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_depths_share_their_top_layers_and_the_seed_decides():
    model = network("convnet")
    two, three, other = (randomised(model, depth, seed) for depth, seed in ((2, 5), (3, 5), (2, 6)))
    assert torch.equal(two.output.weight, three.output.weight)
    assert torch.equal(two.hidden[0].linear.weight, three.hidden[0].linear.weight)
    assert not torch.equal(two.output.weight, other.output.weight)


def test_new_weights_are_spread_as_before_training():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, 200))
    weight = randomised(model, 1)[1].weight
    assert weight.std().item() == pytest.approx((2 / (3 * SIDE**2)) ** 0.5, rel=0.02)
    assert weight.mean().item() == pytest.approx(0, abs=1e-3)


def test_nothing_randomised_is_the_same_and_too_much_is_refused():
    model, photos = network("mlp"), some_photos()
    assert torch.equal(randomised(model, 0)(photos), model(photos))
    with pytest.raises(AnalysisError, match="has 3 layers"):
        randomised(model, 4)


def test_rank_correlation_is_spearmans_of_sizes():
    first, second = np.random.default_rng(0).normal(size=(2, 8, 8))
    second += first
    assert rank_correlation(first, second) == pytest.approx(
        spearmanr(abs(first).ravel(), abs(second).ravel()).statistic
    )
    assert rank_correlation(first, -3 * first) == pytest.approx(1)
    assert np.isnan(rank_correlation(first, np.zeros((8, 8))))


@pytest.fixture
def bright_half():
    """Two classes; only the brightness of the left half counts."""
    model = nn.Sequential(nn.Flatten(), nn.Linear(SIDE**2, 2))
    weight = torch.zeros(2, SIDE, SIDE)
    weight[0, :, : SIDE // 2] = 0.05
    model[1].weight = nn.Parameter(weight.flatten(1))
    nn.init.zeros_(model[1].bias)
    return model


def test_the_answer_goes_with_the_pixels_it_hangs_on(bright_half):
    photo = torch.ones(1, SIDE, SIDE)
    importance = np.zeros((SIDE, SIDE))
    importance[:, : SIDE // 2] = 1
    found = deletion_curve(bright_half, photo, importance, 0, steps=4, orders=5, baseline="black")
    logits = 0.05 * SIDE**2 / 2 * np.array([1, 0.5, 0, 0, 0])
    np.testing.assert_allclose(found.shares, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(found.values, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    np.testing.assert_allclose(found.random[:, [0, -1]], np.tile(found.values[[0, -1]], (5, 1)))
    assert found.area == pytest.approx(((found.values[1:] + found.values[:-1]) / 8).sum())
    assert (found.random_areas > found.area).all()
    assert deletion_curve(bright_half, photo, -importance, 0, baseline="black").area > found.random_areas.max()


def test_random_orders_come_from_the_seed():
    model, photo = network("convnet"), some_photos(1)[0]
    importance = heat(attribute(model, photo[None], 1, "saliency"), "saliency")[0]
    one, again, other = (deletion_curve(model, photo, importance, 1, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(one.random, again.random)
    assert not np.array_equal(one.random, other.random)
    np.testing.assert_allclose(one.values, other.values, rtol=1e-5)


def test_a_map_of_another_size_is_refused():
    with pytest.raises(AnalysisError, match=r"shape is \(3, 16, 16\)"):
        deletion_curve(network("mlp"), some_photos(1)[0], np.zeros((3, SIDE, SIDE)), 0)
