"""What came of a sweep, gathered once for everything that is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from facelab.analysis import Group, grouped
from facelab.data import SPLITS
from facelab.runs import History, Run, Sweep, accuracies
from facelab.runs.sweep import name_of, names_of
from facelab.ui.compare.fields import text_of
from facelab.ui.compare.racing import judged_by
from facelab.ui.services import store


@dataclass(frozen=True)
class Outcome:
    """The runs of a sweep that has ended.

    Attributes:
        labels: of each run, what it shares with its repeats.
        histories: by run id.
        scores: by split what each run gets right, see `facelab.runs.accuracies`: float [runs].
        split: the one that settings are compared on.
    """

    sweep: Sweep
    runs: Sequence[Run]
    labels: list[str]
    histories: dict[str, History]
    scores: dict[str, np.ndarray]
    split: str

    @classmethod
    def of(cls, sweep: Sweep, runs: Sequence[Run]) -> "Outcome":
        """Read the curves of `runs` from the store."""
        histories, members = store().histories([run.id for run in runs]), sweep.members()
        found = [accuracies(run, histories[run.id]) for run in runs]
        scores = {split: np.array([shares[split] for shares in found]) for split in SPLITS}
        return cls(sweep, runs, [members[run.member].label for run in runs], histories, scores, judged_by(runs))

    @property
    def accuracy(self) -> np.ndarray:
        """What settings are compared by: float [runs]."""
        return self.scores[self.split]

    @property
    def groups(self) -> list[Group]:
        """One for each setting, over its repeats."""
        return grouped(self.labels, self.accuracy)

    def epochs(self, run: Run) -> dict[str, np.ndarray]:
        """A run's metrics by epoch; none where it never began."""
        return self.histories[run.id].epochs

    def settings(self) -> dict[str, list[float | str]]:
        """By name each run's value of what varied; settings that go together in pairs count as one."""
        members = self.sweep.members()
        values = [members[run.member].values for run in self.runs]
        fields = [vary.field for vary in self.sweep.vary]
        if self.sweep.how == "pairs" and len(fields) > 1:
            return {" and ".join(map(name_of, fields)): [f"({text_of(tuple(of.values()))})" for of in values]}
        return {name: [_plain(of[field]) for of in values] for field, name in names_of(fields).items()}


def _plain(value: Any) -> float | str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, int | float | str) else "-".join(map(str, value)) or "none"
