"""How well distances tell pairs of one person from pairs of two.

A pair is accepted, taken for one person, where its distance is at most the threshold. Everywhere `distances` is float
[P], small where two photos are alike, `same` is bool or int [P], and a `DataError` says that one of the two kinds of
pairs is missing or that a distance is not finite. Terms and definitions are those of ISO/IEC 19795-1 and of Martin et
al., "The DET curve in assessment of detection task performance" (Eurospeech 1997).
"""

from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from facelab.training import interval
from facelab.training.calibration import Calibration, known_pairs

MOST_CONFIDENT = 0.99


@dataclass(frozen=True)
class Share:
    """A share of pairs.

    Attributes:
        value: 0 to 1.
        low, high: its 95 % interval (Wilson 1927).
        count, total: the pairs that it is made of.
    """

    value: float
    low: float
    high: float
    count: int
    total: int

    @classmethod
    def of(cls, chosen: np.ndarray) -> "Share":
        """The share of the true ones in bool [n], n at least 1."""
        count, total = int(np.count_nonzero(chosen)), len(chosen)
        return cls(count / total, *interval(count, total), count, total)


@dataclass(frozen=True)
class Roc:
    """The receiver operating characteristic, float64 [T] each, from accepting nothing to accepting everything.

    Attributes:
        thresholds: just below the smallest distance, then every distance that occurs, ascending.
        true_accepts: the share of the same pairs that is accepted at each; one less it is the false-reject rate.
        false_accepts: the share of the different pairs that is.
    """

    thresholds: np.ndarray
    true_accepts: np.ndarray
    false_accepts: np.ndarray


@dataclass(frozen=True)
class OperatingPoint:
    """What a threshold does to known pairs."""

    threshold: float
    accuracy: Share
    true_accepts: Share
    false_accepts: Share
    false_rejects: Share


@dataclass(frozen=True)
class EqualError:
    """Where as large a share of the different pairs is accepted as of the same pairs is rejected.

    Attributes:
        rate: that share, on the straight line between the two points of the ROC around it.
        threshold: the smallest distance at which false accepts are at least as frequent as false rejects.
    """

    rate: float
    threshold: float


@dataclass(frozen=True)
class Evidence:
    """What known pairs say of a pair at some distance.

    Attributes:
        same_farther: known same pairs that are at least as far apart; few speak against one person.
        different_nearer: known different pairs that are at most as far apart; few speak against two.
        probability: of the same person, as calibrated: where both kinds are as frequent as those calibrated on.
    """

    same_farther: Share
    different_nearer: Share
    probability: float


def confidence(probability: float, is_same: bool) -> float:
    """How sure an answer is, given the probability of the same person: 0.5 to `MOST_CONFIDENT`, never certain."""
    return min(max(probability if is_same else 1 - probability, 0.5), MOST_CONFIDENT)


def roc(distances: np.ndarray, same: np.ndarray) -> Roc:
    """The rates at every threshold that makes a difference."""
    distances, same = known_pairs(distances, same)
    false_accepts, true_accepts, nearness = roc_curve(same, -distances, drop_intermediate=False)
    thresholds = np.concatenate([np.nextafter(-nearness[1:2], -np.inf), -nearness[1:]])
    return Roc(thresholds, true_accepts, false_accepts)


def auc(distances: np.ndarray, same: np.ndarray) -> float:
    """The area under the ROC: how often a same pair is nearer than a different one, a tie counting half."""
    distances, same = known_pairs(distances, same)
    return float(roc_auc_score(same, -distances))


def equal_error(distances: np.ndarray, same: np.ndarray) -> EqualError:
    """The equal error rate: where the ROC crosses the line on which both errors are as frequent."""
    curve = roc(distances, same)
    difference = curve.false_accepts + curve.true_accepts - 1  # grows with every threshold
    rate = np.interp(0, difference, curve.false_accepts)
    return EqualError(float(rate), float(curve.thresholds[np.searchsorted(difference, 0)]))


def operating_point(distances: np.ndarray, same: np.ndarray, threshold: float) -> OperatingPoint:
    """Accuracy and both kinds of error at a threshold that was chosen on other pairs."""
    distances, same = known_pairs(distances, same)
    accepted = distances <= threshold
    return OperatingPoint(
        threshold=float(threshold),
        accuracy=Share.of(accepted == same),
        true_accepts=Share.of(accepted[same]),
        false_accepts=Share.of(accepted[~same]),
        false_rejects=Share.of(~accepted[same]),
    )


def at_false_accepts(distances: np.ndarray, same: np.ndarray, rate: float) -> OperatingPoint | None:
    """The point with the most true accepts among those whose false-accept rate is at most `rate`, 0.01 or 0.001.

    Its threshold is read off the very pairs, as is usual for this figure, so it shows what a network could do rather
    than what a threshold chosen before does.

    Returns:
        None where there are fewer than 1 / `rate` different pairs, too few for a single one to be within the rate.
    """
    curve = roc(distances, same)
    if np.count_nonzero(~np.asarray(same, bool)) < 1 / rate:
        return None
    return operating_point(distances, same, curve.thresholds[np.flatnonzero(curve.false_accepts <= rate)[-1]])


def evidence(distance: float, distances: np.ndarray, same: np.ndarray, calibration: Calibration) -> Evidence:
    """What stands behind one verdict.

    Args:
        distance: of the pair in question.
        distances, same: of known pairs that neither the network nor the calibration was fitted to.
        calibration: from validation pairs.
    """
    distances, same = known_pairs(distances, same)
    return Evidence(
        same_farther=Share.of(distances[same] >= distance),
        different_nearer=Share.of(distances[~same] <= distance),
        probability=float(calibration.probability(distance)),
    )
