"""Which settings of a sweep did best."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from facelab.data import SPLITS
from facelab.runs.run import History, Run
from facelab.runs.sweep import Sweep


@dataclass(frozen=True)
class Rank:
    """The repeats of the same settings: mean and standard deviation of their accuracy, a share in [0, 1].

    Members that diverged or failed have no part in it. `mean` is None without any other, `spread` with fewer than two.
    """

    label: str
    mean: float | None
    spread: float | None
    diverged: int
    members: tuple[Run, ...]


def rank(sweep: Sweep, runs: Sequence[Run]) -> tuple[Literal["validation", "test"], list[Rank]]:
    """The settings of a sweep by the mean accuracy of its members, the best first, and the split it was measured on.

    Validation counts, see `accuracies`; where there are no validation examples, test.

    Args:
        runs: the members, as `RunStore.members` gives them.
    """
    members = sweep.members()
    split = "validation" if any(run.validation_accuracy is not None for run in runs) else "test"
    ranks = []
    for label, group in groupby(runs, lambda run: members[run.member].label):
        repeats = tuple(group)
        scores = [score for run in repeats if not math.isnan(score := accuracies(run)[split])]
        mean = statistics.fmean(scores) if scores else None
        spread = statistics.stdev(scores) if len(scores) > 1 else None
        ranks.append(Rank(label, mean, spread, sum(run.status == "diverged" for run in repeats), repeats))
    return split, sorted(ranks, key=lambda rank: (rank.mean is None, -(rank.mean or 0.0)))


def accuracies(run: Run, history: History | None = None) -> dict[str, float]:
    """What the network that a run kept gets right, on "train", "validation" and "test": shares in [0, 1].

    That is the network of the best epoch where early stopping looks for one, and else that of the last, so that what
    is chosen by is what is tested. NaN for what is not known without a `history`, and throughout for a run that
    diverged or failed.
    """
    if run.status in ("diverged", "failed"):
        return dict.fromkeys(SPLITS, math.nan)
    keeps_best = run.config.early_stopping.patience > 0
    curves, at = history.epochs if history else {}, -1
    if keeps_best and len(best := np.flatnonzero(curves.get("epoch", np.zeros(0)) == run.best_epoch)):
        at = best[0]
    found = {split: float(curves.get(f"{split}_accuracy", [math.nan])[at]) for split in SPLITS}
    known = {
        "validation": run.best_validation_accuracy if keeps_best else run.validation_accuracy,
        "test": run.test_accuracy,
    }
    return found | {split: value for split, value in known.items() if value is not None}
