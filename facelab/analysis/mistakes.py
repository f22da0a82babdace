"""Whom a network takes for whom, and whether it is as sure as it should be."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facelab.analysis.compare import wilson_intervals


@dataclass(frozen=True)
class Rates:
    """A share per person with its 95 % interval (Wilson 1927), float64 [people] each.

    Attributes:
        share: NaN for people whose share would be of nothing.
        low, high: 0 and 1 for them.
        total: of how many, int64 [people].
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray
    total: np.ndarray


@dataclass(frozen=True)
class Calibration:
    """How often a network is right when it is so and so sure (a reliability diagram).

    Attributes:
        edges: float64 [bins + 1], from 0 to 1.
        confidence: float64 [bins], the mean in each bin; NaN in empty ones.
        right: the share of right answers in each bin with its interval.
        error: the expected calibration error, the mean distance between the two weighted by photos (Guo et al. 2017,
            https://arxiv.org/abs/1706.04599); NaN without photos.
    """

    edges: np.ndarray
    confidence: np.ndarray
    right: Rates
    error: float


@dataclass(frozen=True, eq=False)
class Predictions:
    """What a network answers on a split, as a run stores it ("predictions"). Rows count within the split.

    Attributes:
        probabilities: float [n, people].
        labels: int64 [n].
    """

    probabilities: np.ndarray
    labels: np.ndarray

    @cached_property
    def answers(self) -> np.ndarray:
        """The most probable person for each photo, int64 [n]."""
        return np.nan_to_num(self.probabilities).argmax(1)

    @cached_property
    def confidence(self) -> np.ndarray:
        """That person's probability, float [n]; 0 where a network that diverged gave none."""
        return np.nan_to_num(self.probabilities).max(1)

    @property
    def right(self) -> np.ndarray:
        """Whether each answer is right, bool [n]."""
        return self.answers == self.labels

    @property
    def people(self) -> int:
        return self.probabilities.shape[1]

    def confusion(self) -> np.ndarray:
        """How often each person (row) is taken for each (column), int64 [people, people]."""
        cells = self.labels * self.people + self.answers
        return np.bincount(cells, minlength=self.people**2).reshape(self.people, self.people)

    def cell(self, truth: int, answer: int) -> np.ndarray:
        """The rows counted in one cell of `confusion`, the most confident first."""
        return self._surest((self.labels == truth) & (self.answers == answer))

    def confident_mistakes(self, count: int = 12) -> np.ndarray:
        """The rows of wrong answers, the most confident first."""
        return self._surest(~self.right)[:count]

    def unsure_successes(self, count: int = 12) -> np.ndarray:
        """The rows of right answers, the least confident first."""
        rows = np.flatnonzero(self.right)
        return rows[np.argsort(self.confidence[rows], kind="stable")][:count]

    def recall(self) -> Rates:
        """Of each person's photos, the share that is recognised."""
        counts = self.confusion()
        return _rates(counts.diagonal(), counts.sum(1))

    def precision(self) -> Rates:
        """Of the photos taken for each person, the share that shows this person."""
        counts = self.confusion()
        return _rates(counts.diagonal(), counts.sum(0))

    def calibration(self, bins: int = 10) -> Calibration:
        """Confidence against the share of right answers, in `bins` bins of equal width."""
        edges = np.linspace(0, 1, bins + 1)
        # A bin holds its upper edge: a confidence of 1 is in the last one.
        place = np.clip(np.searchsorted(edges, self.confidence, side="left") - 1, 0, bins - 1)
        total, right = np.bincount(place, minlength=bins), np.bincount(place[self.right], minlength=bins)
        sure = np.bincount(place, weights=self.confidence, minlength=bins)
        gaps = np.abs(sure - right).sum()
        error = float(gaps / total.sum()) if total.any() else float("nan")
        return Calibration(edges, _share(sure, total), _rates(right, total), error)

    def _surest(self, chosen: np.ndarray) -> np.ndarray:
        rows = np.flatnonzero(chosen)
        return rows[np.argsort(-self.confidence[rows], kind="stable")]


def _share(part: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.divide(part, total, out=np.full(len(total), np.nan), where=total > 0)


def _rates(right: np.ndarray, total: np.ndarray) -> Rates:
    low, high = wilson_intervals(right, total).T
    return Rates(_share(right, total), low, high, total)
