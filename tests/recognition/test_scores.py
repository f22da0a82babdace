from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from facelab.errors import DataError
from facelab.recognition.scores import (
    Share,
    at_false_accepts,
    auc,
    equal_error,
    evidence,
    operating_point,
    roc,
)
from facelab.training import interval
from facelab.training.calibration import Calibration

SEPARATED = np.array([0.1, 0.4, 0.8, 0.9]), np.array([1, 1, 0, 0])


@st.composite
def pairs(draw, ties=True):
    """Distances and kinds of 2 to 30 pairs, at least one of either kind."""
    number = draw(st.integers(2, 30))
    distances = draw(st.lists(st.integers(0, 6 if ties else 10**6), min_size=number, max_size=number, unique=not ties))
    positive = draw(st.integers(1, number - 1))
    return np.array(distances) / 8, draw(st.permutations([1] * positive + [0] * (number - positive)).map(np.array))


def rates(distances, same, threshold):
    """(false accepts, true accepts), by counting."""
    accepted = [
        sum(distance <= threshold for distance, own in zip(distances, same, strict=True) if own == kind)
        for kind in (0, 1)
    ]
    return accepted[0] / sum(same == 0), accepted[1] / sum(same == 1)


@given(pairs())
def test_the_roc_is_what_every_threshold_does(known):
    curve = roc(*known)
    assert curve.thresholds[1:].tolist() == sorted(set(known[0]))
    expected = [rates(*known, threshold) for threshold in curve.thresholds]
    np.testing.assert_allclose(np.stack([curve.false_accepts, curve.true_accepts], axis=1), expected)
    assert expected[0] == (0, 0)


@given(pairs())
def test_the_area_is_the_statistic_of_mann_and_whitney(known):
    distances, same = known
    wins = [(near < far) + (near == far) / 2 for near, far in product(distances[same == 1], distances[same == 0])]
    assert auc(*known) == pytest.approx(np.mean(wins))


@given(pairs(ties=False))
def test_without_ties_the_equal_error_is_the_most_that_either_rate_must_be(known):
    points = [rates(*known, threshold) for threshold in [-1, *known[0]]]
    assert equal_error(*known).rate == pytest.approx(max(min(false, 1 - true) for false, true in points))


@given(pairs())
def test_the_equal_error_lies_between_the_rates_around_its_threshold(known):
    distances = known[0]
    found = equal_error(*known)
    (false_before, true_before), (false, true) = (
        rates(*known, max([-1, *distances[distances < found.threshold]])),
        rates(*known, found.threshold),
    )
    assert false_before + true_before < 1 <= false + true + 1e-12
    assert max(false_before, 1 - true) - 1e-12 <= found.rate <= min(false, 1 - true_before) + 1e-12


@given(pairs())
def test_exchanging_near_and_far_exchanges_the_kinds(known):
    distances, same = known
    assert auc(-distances, 1 - same) == pytest.approx(auc(distances, same))
    assert equal_error(-distances, 1 - same).rate == pytest.approx(equal_error(distances, same).rate)


@given(pairs(), st.sampled_from([np.exp, np.cbrt, lambda distances: 1e5 * distances - 3]))
def test_only_the_order_of_distances_counts(known, stretch):
    distances, same = known
    assert auc(stretch(distances), same) == auc(distances, same)
    assert equal_error(stretch(distances), same).rate == pytest.approx(equal_error(distances, same).rate)


def test_perfect_distances():
    assert auc(*SEPARATED) == 1
    assert equal_error(*SEPARATED).rate == 0
    assert auc(-SEPARATED[0], SEPARATED[1]) == 0


def test_an_operating_point_counts_both_errors_with_their_intervals():
    distances, same = np.array([1, 2, 3, 1, 2, 3, 4]), np.array([1, 1, 1, 0, 0, 0, 0])
    found = operating_point(distances, same, 2)
    assert (found.accuracy.count, found.accuracy.total) == (4, 7)
    assert (found.false_accepts.value, found.false_rejects.value) == (2 / 4, 1 / 3)
    assert found.true_accepts == Share(2 / 3, *interval(2, 3), 2, 3)
    assert (found.accuracy.low, found.accuracy.high) == interval(4, 7)


def test_true_accepts_at_a_rate_of_false_ones():
    distances, same = np.arange(400), np.arange(400) % 4 == 1  # 0 is a different pair's, 1 a same one's, 2 and 3 ...
    found = at_false_accepts(distances, same, 0.01)
    # Three of 300 different pairs may be accepted: those at 0, 2 and 3; the fourth is at 4.
    assert (found.threshold, found.false_accepts.count, found.true_accepts.count) == (3, 3, 1)
    assert at_false_accepts(distances, same, 0.001) is None


def test_a_hundred_different_pairs_are_enough_for_one_per_cent():
    distances, same = np.arange(101), np.arange(101) == 1
    assert at_false_accepts(distances, same, 0.01).true_accepts.count == 1
    assert at_false_accepts(distances[:-1], same[:-1], 0.01) is None


def test_where_the_nearest_are_all_different_nothing_is_accepted():
    found = at_false_accepts(np.repeat([0.0, 1.0], 100), np.arange(200) >= 100, 0.01)
    assert (found.false_accepts.count, found.true_accepts.count) == (0, 0)
    assert found.threshold == pytest.approx(0)


def test_evidence_counts_known_pairs_beyond_the_distance():
    distances, same = np.array([1, 2, 3, 2, 4, 5]), np.array([1, 1, 1, 0, 0, 0])
    found = evidence(2, distances, same, Calibration(3, 1))
    assert (found.same_farther.count, found.different_nearer.count) == (2, 1)
    assert found.probability == pytest.approx(1 / (1 + np.exp(-1)))


@pytest.mark.parametrize(
    "score",
    [
        roc,
        auc,
        equal_error,
        lambda *known: operating_point(*known, 1.0),
        lambda *known: at_false_accepts(*known, 0.01),
        lambda *known: evidence(1.0, *known, Calibration(1, 1)),
    ],
)
@pytest.mark.parametrize(
    ("distances", "same", "sentence"),
    [([1, 2], [1, 1], "no pairs of different people"), ([1, np.inf], [0, 1], "1 of 2 distances are not finite")],
)
def test_what_cannot_be_scored(score, distances, same, sentence):
    with pytest.raises(DataError, match=sentence):
        score(np.array(distances), np.array(same))
