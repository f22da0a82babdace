"""From a distance to the probability that it is the same person.

Platt, "Probabilistic outputs for support vector machines" (1999): a logistic curve through the known pairs, fitted by
maximum likelihood as in Lin, Lin and Weng, "A note on Platt's probabilistic outputs" (Machine Learning 68, 2007).
"""

from dataclasses import dataclass

import numpy as np

from facelab.errors import DataError

MOST_STEPS = 100
SMALLEST_STEP = 1e-10
RIDGE = 1e-12
"""What is added to the curvature, per pair, so that it can always be divided by."""
DECREASE = 1e-4
"""The part of the promised gain that a step must bring (Armijo 1966)."""
CONVERGED = 1e-20
"""The squared Newton decrement, per pair, below which no further step is seen in the result."""


@dataclass(frozen=True)
class Calibration:
    """P(same) = sigmoid(scale * (threshold - distance)), where same and different pairs are as frequent as those known.

    Attributes:
        threshold: the distance at which either is as likely.
        scale: how fast certainty grows, per unit of distance; 0 where distances tell nothing, negative where same
            pairs are the farther ones.
    """

    threshold: float
    scale: float

    def probability(self, distances: np.ndarray) -> np.ndarray:
        """P(same), float64 in [0, 1], of distances of any shape."""
        logits = self.scale * (self.threshold - np.asarray(distances, np.float64))
        return np.exp(-np.logaddexp(0, -logits))


def calibrate(distances: np.ndarray, same: np.ndarray) -> Calibration:
    """The calibration under which the known pairs are most likely.

    The targets are Platt's, (n + 1) / (n + 2) and 1 / (n + 2) for n pairs of a kind rather than 1 and 0: so a curve
    exists also where a threshold separates the two kinds.

    Args:
        distances: float [P], small where two photos are alike.
        same: bool or int [P], whether they show the same person.

    Raises:
        DataError: see `known_pairs`.
    """
    distances, same = known_pairs(distances, same)
    centre, spread = distances.mean(), np.ptp(distances)
    if not spread:
        return Calibration(float(distances[0]), 0.0)
    targets = np.where(same, (same.sum() + 1) / (same.sum() + 2), 1 / ((~same).sum() + 2))
    scale, offset = _most_likely((centre - distances) / spread, targets)
    if not scale:
        return Calibration(float(centre), 0.0)
    return Calibration(float(centre + spread * offset / scale), float(scale / spread))


def known_pairs(distances: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distances as float64 [P] and their kinds as bool [P].

    Raises:
        DataError: there are more of one than of the other, a distance is not finite, or a kind is missing.
    """
    distances, same = np.asarray(distances, np.float64).ravel(), np.asarray(same).ravel().astype(bool)
    if len(distances) != len(same):
        raise DataError(f"There are {len(distances)} distances for {len(same)} pairs: give one for each.")
    if not np.isfinite(distances).all():
        lost = np.count_nonzero(~np.isfinite(distances))
        raise DataError(f"{lost} of {len(distances)} distances are not finite: the network diverged, use another.")
    if same.all() or not same.any():
        missing = "different people" if same.any() else "the same person"
        raise DataError(f"There are no pairs of {missing}: give pairs of both kinds.")
    return distances, same


def _most_likely(nearness: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(scale, offset), float64 [2], of the logistic curve sigmoid(scale * nearness + offset): Newton, backtracking."""
    features = np.stack([nearness, np.ones_like(nearness)], axis=1)
    weights = np.array([0.0, np.log(targets.mean() / (1 - targets.mean()))])
    loss = _cross_entropy(features @ weights, targets)
    for _ in range(MOST_STEPS):
        chance = np.exp(-np.logaddexp(0, -features @ weights))
        gradient = features.T @ (chance - targets)
        curvature = (features.T * (chance * (1 - chance))) @ features + RIDGE * len(features) * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        promised = gradient @ step
        if promised <= CONVERGED * len(features):
            break
        size = 1.0
        while (
            lower := _cross_entropy(features @ (weights - size * step), targets)
        ) > loss - DECREASE * size * promised:
            size /= 2
            if size < SMALLEST_STEP:
                return weights
        weights, loss = weights - size * step, lower
    return weights


def _cross_entropy(logits: np.ndarray, targets: np.ndarray) -> float:
    return float(np.sum(np.logaddexp(0, logits) - targets * logits))
