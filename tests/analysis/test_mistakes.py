import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, precision_score, recall_score

from facelab.analysis import Predictions
from facelab.training import interval

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 4, 200)
PROBABILITIES = RNG.dirichlet(np.ones(4), 200) + 0.5 * np.eye(4)[LABELS]
PROBABILITIES /= PROBABILITIES.sum(1, keepdims=True)
MADE = Predictions(PROBABILITIES.astype(np.float32), LABELS)
HAND = Predictions(np.array([[0.9, 0.1], [0.6, 0.4], [0.3, 0.7], [0.8, 0.2]]), np.array([0, 0, 1, 1]))


def test_confusion_is_scikit_learns():
    np.testing.assert_array_equal(MADE.confusion(), confusion_matrix(LABELS, PROBABILITIES.argmax(1)))


def test_each_cell_knows_its_rows():
    counts = MADE.confusion()
    rows = [MADE.cell(truth, answer) for truth in range(4) for answer in range(4)]
    assert [len(cell) for cell in rows] == counts.ravel().tolist()
    assert sorted(np.concatenate(rows)) == list(range(200))
    assert (np.diff(MADE.confidence[MADE.cell(0, 0)]) <= 0).all()


def test_mistakes_and_narrow_successes():
    assert HAND.confident_mistakes().tolist() == [3]
    assert HAND.unsure_successes(2).tolist() == [1, 2]
    assert not MADE.right[MADE.confident_mistakes()].any()
    assert MADE.confidence[MADE.confident_mistakes()[0]] == MADE.confidence[~MADE.right].max()


def test_precision_and_recall_are_scikit_learns():
    answers = PROBABILITIES.argmax(1)
    np.testing.assert_allclose(MADE.recall().share, recall_score(LABELS, answers, average=None))
    np.testing.assert_allclose(MADE.precision().share, precision_score(LABELS, answers, average=None))


def test_intervals_are_wilsons():
    recall = HAND.recall()
    assert (recall.low[1], recall.high[1]) == interval(1, 2)
    assert recall.total.tolist() == [2, 2]


def test_shares_of_nothing_are_unknown():
    rates = Predictions(np.array([[0.9, 0.1]]), np.array([0])).recall()
    assert np.isnan(rates.share[1])
    assert (rates.low[1], rates.high[1]) == (0, 1)


def test_calibration_by_hand():
    """Guo et al. 2017, equation 3: |0.65 - 1| * 2/4 + |0.85 - 0.5| * 2/4."""
    calibration = HAND.calibration(bins=2 * 2)
    np.testing.assert_allclose(calibration.edges, [0, 0.25, 0.5, 0.75, 1])
    np.testing.assert_allclose(calibration.confidence, [np.nan, np.nan, 0.65, 0.85])
    np.testing.assert_allclose(calibration.right.share, [np.nan, np.nan, 1, 0.5])
    assert calibration.right.total.tolist() == [0, 0, 2, 2]
    assert calibration.error == pytest.approx(0.35)


def test_answers_as_likely_as_they_claim_are_calibrated():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(3), 20_000)
    labels = (probabilities.cumsum(1) < rng.random((20_000, 1))).sum(1)
    assert Predictions(probabilities, labels).calibration().error < 0.02


def test_certainty_is_in_the_last_bin():
    calibration = Predictions(np.array([[1.0, 0.0]]), np.array([0])).calibration()
    assert calibration.right.total.tolist() == [0] * 9 + [1]
    assert calibration.error == 0


def test_no_answers():
    empty = Predictions(np.empty((0, 3), np.float32), np.empty(0, np.int64))
    assert not empty.confusion().any()
    assert np.isnan(empty.calibration().error)
    assert len(empty.confident_mistakes()) == len(empty.unsure_successes()) == 0


def test_a_network_that_diverged_is_never_sure():
    lost = Predictions(np.full((2, 3), np.nan), np.array([0, 1]))
    assert lost.confidence.tolist() == [0, 0]
    assert np.isfinite(lost.calibration().error)
