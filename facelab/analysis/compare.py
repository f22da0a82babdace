"""The arithmetic of comparisons: runs grouped by a setting, their means and intervals, and what tells them apart."""

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from facelab.runs import RunConfig
from facelab.training import interval

LEVEL = 0.95


@dataclass(frozen=True)
class Group:
    """Repeats of one setting.

    Attributes:
        label: what they have in common.
        mean: over the repeats that did not diverge; NaN if all did.
        low, high: the 95 % interval of the mean, see `t_interval`; NaN below two repeats.
        count: the repeats that the mean is over.
        diverged: the repeats left out because they have no finite value.
    """

    label: Hashable
    mean: float
    low: float
    high: float
    count: int
    diverged: int


@dataclass(frozen=True)
class Table:
    """Means over all runs with the same two settings: float64 `means` [rows, columns], NaN where there are none."""

    rows: list[Hashable]
    columns: list[Hashable]
    means: np.ndarray


def t_interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean (Student 1908): float [n] -> (low, high), NaN below two finite values.

    It holds for values that are roughly normal, and says where the mean of many more repeats would lie, not where the
    next repeat will.
    """
    known = _finite(values)
    if len(known) < 2:
        return math.nan, math.nan
    half = stdtrit(len(known) - 1, (1 + LEVEL) / 2) * known.std(ddof=1) / math.sqrt(len(known))
    return float(known.mean() - half), float(known.mean() + half)


def wilson_intervals(right: np.ndarray, total: np.ndarray) -> np.ndarray:
    """The 95 % interval of each share of right answers (Wilson 1927): int [n] of int [n], float64 [n, 2], low and high.

    It is 0 to 1 for a share of nothing.
    """
    pairs = zip(right.tolist(), total.tolist(), strict=True)
    return np.array([interval(*pair) for pair in pairs]).reshape(-1, 2)


def grouped(labels: Sequence[Any], values: Sequence[float] | np.ndarray) -> list[Group]:
    """Runs by label, in order of first appearance.

    Args:
        labels: one per run; lists count as tuples.
        values: float [runs]; what is not finite diverged.
    """
    values, keys = np.asarray(values, dtype=np.float64), [_key(label) for label in labels]
    groups = []
    for label in dict.fromkeys(keys):
        own = values[[key == label for key in keys]]
        known = _finite(own)
        mean = float(known.mean()) if len(known) else math.nan
        groups.append(Group(label, mean, *t_interval(own), len(known), len(own) - len(known)))
    return groups


def best_and_worst(validation: Sequence[float] | np.ndarray) -> tuple[int, int] | None:
    """The runs with the highest and the lowest validation accuracy, float [runs], the first of equals.

    None where no run has a finite one.
    """
    values = np.asarray(validation, dtype=np.float64)
    if not np.isfinite(values).any():
        return None
    known = np.where(np.isfinite(values), values, np.nan)
    return int(np.nanargmax(known)), int(np.nanargmin(known))


def spread_of_last(loss: np.ndarray, share: float = 0.1) -> float:
    """How restless a loss is in the end: its standard deviation over the last `share` of float [steps], two at least.

    NaN with fewer steps, or where the loss diverged.
    """
    last = np.asarray(loss, dtype=np.float64)[-max(2, math.ceil(share * len(loss))) :]
    return float(last.std(ddof=1)) if len(last) > 1 and np.isfinite(last).all() else math.nan


def differing_settings(configs: Sequence[RunConfig]) -> dict[str, list[Any]]:
    """The settings in which runs differ, by dotted name: one value per run, None where a run has no such setting."""
    flat = [config.flat() for config in configs]
    names = dict.fromkeys(name for settings in flat for name in settings)
    columns = {name: [settings.get(name) for settings in flat] for name in names}
    return {name: values for name, values in columns.items() if any(value != values[0] for value in values)}


def means_over(rows: Sequence[Any], columns: Sequence[Any], values: Sequence[float] | np.ndarray) -> Table:
    """A grid of runs seen by two of its settings, averaged over the others and over repeats.

    Numbers are put in order, other labels keep that of their first appearance. Runs that diverged are left out of
    their mean.

    Args:
        rows, columns: a label per run each; lists count as tuples.
        values: float [runs].
    """
    values = np.asarray(values, dtype=np.float64)
    up, across = _ordered(rows), _ordered(columns)
    row, column = ([order.index(_key(label)) for label in labels] for order, labels in ((up, rows), (across, columns)))
    known = np.isfinite(values)
    total, count = np.zeros((2, len(up), len(across)))
    np.add.at(total, (row, column), np.where(known, values, 0))
    np.add.at(count, (row, column), known)
    return Table(up, across, np.divide(total, count, out=np.full_like(total, np.nan), where=count > 0))


def _key(label: Any) -> Hashable:
    return tuple(label) if isinstance(label, list) else label


def _ordered(labels: Sequence[Any]) -> list[Hashable]:
    distinct = list(dict.fromkeys(map(_key, labels)))
    numeric = all(isinstance(label, int | float) and not isinstance(label, bool) for label in distinct)
    return sorted(distinct) if numeric else distinct


def _finite(values: np.ndarray) -> np.ndarray:
    values = np.asarray(values, dtype=np.float64)
    return values[np.isfinite(values)]
