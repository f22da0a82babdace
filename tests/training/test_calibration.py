import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from facelab.errors import DataError
from facelab.training.calibration import Calibration, calibrate

RNG = np.random.default_rng(0)
SAME = np.arange(400) < 150
OVERLAPPING = np.where(SAME, RNG.normal(0.6, 0.2, 400), RNG.normal(1.0, 0.2, 400))
SEPARATED = np.where(SAME, RNG.uniform(0, 0.4, 400), RNG.uniform(0.6, 1, 400))
APART = np.where(SAME, 1e-9, 1.0)


def by_scikit_learn(distances, same):
    """Each pair as two weighted examples, for its target is a probability."""
    positive, negative = same.sum(), (~same).sum()
    targets = np.where(same, (positive + 1) / (positive + 2), 1 / (negative + 2))
    model = LogisticRegression(C=np.inf, tol=1e-12, solver="newton-cholesky", max_iter=1000)
    inputs = np.concatenate([distances, distances])[:, None]
    model.fit(inputs, np.repeat([1, 0], len(same)), sample_weight=np.concatenate([targets, 1 - targets]))
    slope, offset = model.coef_.item(), model.intercept_.item()
    return -offset / slope, -slope


@pytest.mark.parametrize("distances", [OVERLAPPING, SEPARATED, -OVERLAPPING], ids=["overlap", "separate", "inverted"])
def test_equals_an_unpenalised_logistic_regression(distances):
    found = calibrate(distances, SAME)
    assert (found.threshold, found.scale) == pytest.approx(by_scikit_learn(distances, SAME), rel=1e-5)


def test_pairs_of_two_distances_get_the_smoothed_shares():
    assert calibrate(APART, SAME).probability([1e-9, 1.0]) == pytest.approx([151 / 152, 1 / 252])


@given(st.integers(0, 2**32 - 1), st.floats(-6, 6), st.floats(-100, 100))
def test_any_unit_of_distance_gives_the_same_probabilities(seed, power, shift):
    rng = np.random.default_rng(seed)
    same = np.arange(40) < rng.integers(1, 40)
    distances = rng.normal(size=40) + rng.uniform(0, 5) * ~same
    unit = 10**power
    moved = calibrate((distances + shift) * unit, same).probability((distances + shift) * unit)
    np.testing.assert_allclose(moved, calibrate(distances, same).probability(distances), atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_probabilities_are_right_on_average(seed):
    rng = np.random.default_rng(seed)
    same = np.arange(30) < rng.integers(1, 30)
    distances = rng.exponential(1 + rng.uniform(0, 3) * ~same)
    positive, negative = same.sum(), (~same).sum()
    targets = positive * (positive + 1) / (positive + 2) + negative / (negative + 2)
    assert calibrate(distances, same).probability(distances).sum() == pytest.approx(targets)


def test_the_threshold_is_where_either_is_as_likely():
    assert Calibration(0.5, 12).probability(0.5) == 0.5
    assert Calibration(0.5, 12).probability([0, 1]) == pytest.approx([1 / (1 + np.exp(-6)), 1 / (1 + np.exp(6))])
    assert Calibration(0.5, 1e6).probability([-1e6, 1e6]).tolist() == [1, 0]


def test_equal_distances_tell_nothing():
    assert calibrate(np.full(7, 0.1), np.arange(7) < 2) == Calibration(0.1, 0.0)


@pytest.mark.parametrize(
    ("distances", "same", "sentence"),
    [
        ([1.0, 2.0], [1, 1], "There are no pairs of different people: give pairs of both kinds."),
        ([1.0, 2.0], [0, 0], "There are no pairs of the same person: give pairs of both kinds."),
        ([], [], "There are no pairs of the same person: give pairs of both kinds."),
        ([1.0, np.nan], [0, 1], "1 of 2 distances are not finite: the network diverged, use another."),
        ([1.0], [0, 1], "There are 1 distances for 2 pairs: give one for each."),
    ],
)
def test_what_cannot_be_calibrated(distances, same, sentence):
    with pytest.raises(DataError, match=f"^{sentence}$"):
        calibrate(np.array(distances), np.array(same))
