"""Which settings of a sweep did best."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from facelab.runs.run import Run
from facelab.runs.sweep import Sweep


@dataclass(frozen=True)
class Rank:
    """The repeats of the same settings: mean and standard deviation of their accuracy, a share in [0, 1].

    Diverged members count as such alone. `mean` is None without any other, `spread` with fewer than two.
    """

    label: str
    mean: float | None
    spread: float | None
    diverged: int
    members: tuple[Run, ...]


def rank(sweep: Sweep, runs: Sequence[Run]) -> tuple[Literal["validation", "test"], list[Rank]]:
    """The settings of a sweep by the mean accuracy of its members, the best first, and the split it was measured on.

    Validation counts, by its best epoch; where there are no validation examples, test.

    Args:
        runs: the members, as `RunStore.members` gives them.
    """
    members = sweep.members()
    split = "validation" if any(run.best_validation_accuracy is not None for run in runs) else "test"
    ranks = []
    for label, group in groupby(runs, lambda run: members[run.member].label):
        repeats = tuple(group)
        scores = [score for run in repeats if (score := _score(run, split)) is not None]
        mean = statistics.fmean(scores) if scores else None
        spread = statistics.stdev(scores) if len(scores) > 1 else None
        ranks.append(Rank(label, mean, spread, sum(run.status == "diverged" for run in repeats), repeats))
    return split, sorted(ranks, key=lambda rank: (rank.mean is None, -(rank.mean or 0.0)))


def _score(run: Run, split: str) -> float | None:
    if run.status == "diverged":
        return None
    return run.best_validation_accuracy if split == "validation" else run.test_accuracy
