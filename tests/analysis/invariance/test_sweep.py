import numpy as np
import pytest
import torch
from torch import nn

from facelab.analysis.invariance import (
    Lost,
    Progress,
    Sweep,
    apply,
    drops,
    hardest_hit,
    in_words,
    lost_first,
    paired_interval,
    ranking,
    sweep,
)
from facelab.analysis.invariance.sweep import mean_interval
from facelab.errors import DataError, SettingsError
from facelab.models import ENCODERS, blank
from facelab.training import interval, predict
from tests.analysis.networks import TINY

STRENGTHS = (0.5, 1.0)


class Brightest(nn.Module):
    """Answers with the channel that is brightest on average."""

    def forward(self, x):
        return 100 * x.mean((2, 3))


def made(shares_by_transform, labels=None, strengths=(0, 0.5, 1)):
    """A sweep with one draw from rows of right answers [T][S][N]."""
    right = np.array(shares_by_transform, bool)[:, :, None]
    labels = np.zeros(right.shape[-1], np.int64) if labels is None else np.array(labels)
    names = ("rotation", "brightness", "gaussian_blur")[: len(right)]
    return Sweep(names, np.array(strengths, np.float64), labels, right)


@pytest.fixture(scope="module")
def photos():
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, (70, 3, 28, 28), dtype=torch.uint8, generator=generator)


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("channels", [1, 3])
def test_every_network_is_swept_and_left_as_it_was(kind, channels, photos):
    model = blank(TINY[kind], (channels, 28, 28), 5).train()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    labels = predict(model, photos[:, :channels]).argmax(1)
    *progress, result = sweep(model, photos[:, :channels], labels, ["rotation", "jpeg"], STRENGTHS, draws=2)
    assert result.right.shape == (2, 3, 2, 70)
    assert result.clean > 0.9
    assert all(isinstance(step, Progress) for step in progress)
    assert progress[-1].done == progress[-1].total
    assert model.training
    assert not any(module._forward_hooks for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_answers_are_those_to_the_photos_changed_one_set_at_a_time(photos):
    model = Brightest()
    labels = model(photos.float() / 255).argmax(1)
    *_, result = sweep(model, photos, labels, ["translation", "resolution"], STRENGTHS, draws=2, seed=3)
    for draw in range(2):
        changed = apply(photos.float() / 255, "translation", 0.5, seed=3 + draw)
        np.testing.assert_array_equal(result.right[0, 1, draw], model(changed).argmax(1) == labels)
    assert result.clean == 1
    np.testing.assert_array_equal(result.right[1, :, 0], result.right[1, :, 1])
    assert not np.array_equal(result.right[0, 1, 0], result.right[0, 1, 1])


def test_a_network_that_looks_at_brightness_minds_neither_flip_nor_turn(photos):
    model = Brightest()
    labels = model(photos.float() / 255).argmax(1)
    *_, result = sweep(model, photos, labels, ["vertical_flip", "occlusion"], STRENGTHS)
    assert result.accuracy[0, -1] > 0.9 > result.accuracy[1, -1]


def test_the_interval_counts_photos_not_draws():
    shares = np.repeat([1.0, 0.0], [70, 30])
    assert mean_interval(shares, 5) == pytest.approx(interval(70, 100))
    independent = np.random.default_rng(0).binomial(5, 0.7, 4000) / 5
    low, high = mean_interval(independent, 5)
    assert high - low == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 20_000), rel=0.05)
    assert mean_interval(np.ones(100), 5) == pytest.approx(interval(100, 100))


def test_drops_are_paired():
    (rotation,) = drops(made([[[1, 1, 1, 0], [0, 1, 1, 1], [0, 0, 1, 0]]]))
    assert (rotation.clean, rotation.accuracy, rotation.drop) == (0.75, 0.25, 0.5)
    # Two of four photos lost; with one lost and one gained besides: mean 1/3, variance 4/6 - 1/9.
    half = 1.959964 * np.sqrt((4 / 6 - 1 / 9) / 6)
    assert (rotation.low, rotation.high) == pytest.approx((1 / 3 - half, 1 / 3 + half))


def test_photos_that_all_agree_are_not_certain():
    low, high = paired_interval(np.zeros(100))
    assert -0.05 < low < 0 < high < 0.05


def test_the_paired_interval_covers():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(400):
        low, high = paired_interval(rng.choice([-1.0, 0.0, 1.0], 60, p=(0.05, 0.7, 0.25)))
        held += low <= 0.2 <= high
    assert 0.92 < held / 400 < 0.99


def test_the_ranking_is_the_area_under_the_curve():
    unmoved = [[1, 1, 0, 1]] * 3
    falling = [[1, 1, 0, 1], [1, 0, 0, 1], [0, 0, 0, 0]]
    first, second = ranking(made([falling, unmoved]))
    assert (first.name, first.kept, first.low, first.high) == ("brightness", 1, 1, 1)
    assert second.name == "rotation"
    # The areas under straight lines between the strengths, over three right answers.
    assert second.kept == pytest.approx((0.75 + 0.25 + 0 + 0.75) / 3)
    assert second.low < second.kept < second.high


def test_the_verdict_names_the_ends_and_what_they_cost():
    right = np.ones((3, 3, 400), bool)
    right[0, 1:, :300] = False
    right[2, 1:, :100] = False
    assert in_words(made(right), people=10) == (
        "The network is most invariant to brightness and least to rotation: brightness of up to 80 % to either side "
        "costs 0.0 points (-0.7 to 0.7), rotation of up to 90 degrees to either side costs 75.0 points (70.3 to 78.9). "
        "It is right on 100.0 % (99.0 to 100.0) of the photos as they are."
    )


def test_a_transform_that_helps_gains():
    right = np.ones((1, 3, 400), bool)
    right[0, 0, :100] = False
    assert "gains 25.0 points (20." in in_words(made(right), people=10)


def test_a_network_that_guesses_has_no_verdict():
    right = np.zeros((2, 3, 40), bool)
    right[..., :4] = True
    assert "no better than guessing" in in_words(made(right), people=10)
    assert np.isnan(ranking(made(np.zeros((1, 3, 4), bool)))[0].kept)


def test_the_people_who_suffer_most_come_first():
    right = [[[1, 1, 1, 1], [1, 1, 0, 1], [1, 1, 0, 0]]]
    first, second = hardest_hit(made(right, labels=[0, 0, 2, 2]), 3)
    assert (first.person, first.photos, first.clean, first.accuracy) == (2, 2, 1, 0.25)
    assert (second.person, second.drop) == (0, 0)
    assert second.low < 0 < second.high


def test_photos_that_go_wrong_soonest_come_first():
    rotation = [[1, 1, 1, 0], [1, 0, 1, 0], [0, 0, 1, 0]]
    brightness = [[1, 1, 1, 0], [0, 1, 1, 0], [1, 1, 1, 0]]
    result = made([rotation, brightness])
    assert lost_first(result) == [Lost(1, "rotation", 0.5), Lost(0, "brightness", 0.5)]
    assert lost_first(result, "rotation") == [Lost(1, "rotation", 0.5), Lost(0, "rotation", 1.0)]
    assert lost_first(result, most=1) == [Lost(1, "rotation", 0.5)]


def test_what_cannot_be_swept_is_said(photos):
    model = nn.Flatten()
    with pytest.raises(DataError):
        next(sweep(model, photos[:0], torch.zeros(0, dtype=torch.int64), ["hue"]))
    for names, strengths, draws in ((["melting"], (1,), 1), ([], (1,), 1), (["hue"], (2,), 1), (["hue"], (1,), 0)):
        with pytest.raises(SettingsError):
            next(sweep(model, photos, torch.zeros(70, dtype=torch.int64), names, strengths, draws))
