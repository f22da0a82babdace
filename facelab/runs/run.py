"""What is read from the store: runs, their curves, and the sweeps that group them."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from facelab.runs.config import RunConfig
from facelab.runs.status import ACTIVE, RESUMABLE, Status
from facelab.runs.sweep import Sweep
from facelab.training import interval


@dataclass(frozen=True)
class Run:
    """One run as it stood when it was read. Times are seconds since 1970, accuracies shares in [0, 1].

    A member of a sweep knows its id and its place in `Sweep.members`; `people` is `RunConfig.people`.
    """

    id: str
    name: str
    settings: str
    status: Status
    message: str
    attempt: int
    created: float
    started: float | None
    ended: float | None
    epoch: float
    step: int
    images_per_second: float | None
    seconds_left: float | None
    validation_accuracy: float | None
    best_epoch: int | None
    best_validation_accuracy: float | None
    test_right: int | None
    test_total: int | None
    classes: int | None
    parameters: int | None
    fingerprint: str | None
    threads: int | None
    sweep: str | None = None
    member: int | None = None
    tags: str = ""
    note: str = ""
    people: str = ""

    @cached_property
    def config(self) -> RunConfig:
        """Its settings. Read when asked for, so that a run with settings from another time spoils no list.

        Raises:
            SettingsError: they are no settings of this version of facelab.
        """
        return RunConfig.parse(self.settings)

    @property
    def active(self) -> bool:
        """Queued or running."""
        return self.status in ACTIVE

    @property
    def resumable(self) -> bool:
        """Whether it can go on from where it stopped."""
        return self.status in RESUMABLE

    @property
    def test_accuracy(self) -> float | None:
        """The share of right answers on the test split, once the run has ended."""
        return None if not self.test_total else self.test_right / self.test_total

    @property
    def test_interval(self) -> tuple[float, float] | None:
        """The 95 % interval of `test_accuracy`."""
        return None if not self.test_total else interval(self.test_right, self.test_total)


@dataclass(frozen=True)
class History:
    """A run's curves: `steps` has float64 [n] `step`, `epoch`, `loss`, `learning_rate`; `epochs` has `epoch`, `step`
    and every metric of `facelab.training.Record` (NaN where an epoch lacks it)."""

    steps: dict[str, np.ndarray]
    epochs: dict[str, np.ndarray]


@dataclass(frozen=True)
class StoredSweep:
    """A sweep as it was submitted; `created` is in seconds since 1970, `people` as that of its members."""

    id: str
    name: str
    settings: str
    created: float
    people: str = ""

    @cached_property
    def sweep(self) -> Sweep:
        """What varies, and over which base.

        Raises:
            SettingsError: its settings are none of this version of facelab.
        """
        return Sweep.parse(self.settings)
