"""`Sketch`: a training held in memory and moved by hand, for whoever watches it step by step."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import nn

from facelab.models import flatten
from facelab.training.config import Change, TrainingConfig
from facelab.training.fit import Dataset, fit
from facelab.training.records import FRAMES, Checkpoint, Record
from facelab.training.schedule import timetable

LIVE = ("learning_rate", "batch_size", "weight_decay", "l1")
"""What can be changed in mid-training."""
GROWTH = 1.04
"""A moment is kept whenever training has gone on by this factor: many at the start, where most happens."""


@dataclass(frozen=True)
class Moment:
    """The network at one step: the epoch, a fraction within one, and all its numbers as `models.flatten` gives them."""

    step: int
    epoch: float
    weights: np.ndarray


class Sketch:
    """One `fit` that goes on only as far as it is asked to, and can be given other settings on its way.

    Attributes:
        model: the network as it is now.
        config: the settings it began with, and the `changes` made since.
        records: everything that `fit` has yielded so far.
        moments: the network at some of its steps, the first and the present one among them.
    """

    def __init__(self, model: nn.Module, data: Dataset, config: TrainingConfig) -> None:
        """Start at epoch 0, and evaluate the untrained network.

        Raises:
            SettingsError, DataError: as `fit`.
        """
        self.model, self.data, self.config = model, data, config
        self.records: list[Record] = []
        self._epochs: list[Record] = []
        self.moments: list[Moment] = []
        self._start(None)
        self._next()

    @property
    def step(self) -> int:
        """Optimizer steps so far."""
        return self.records[-1].step

    @property
    def epoch(self) -> float:
        """Epochs so far; a fraction within one."""
        return self.records[-1].epoch

    @property
    def end(self) -> Record | None:
        """The last record, once training has ended."""
        return self.records[-1] if self.records[-1].kind == "end" else None

    def take_step(self) -> None:
        """One optimizer step."""
        wanted = self.step + 1
        self._until(lambda: self.step >= wanted)
        if self.records[-1].kind == "step" and self.epoch.is_integer():
            self._next()  # the record of the epoch that this step ended

    def take_epoch(self) -> None:
        """To the end of the present epoch."""
        wanted = math.floor(self.epoch) + 1
        self._until(lambda: self.records[-1].kind == "epoch" and self.epoch >= wanted)

    def play(self, seconds: float, epochs: float = math.inf) -> None:
        """Go on for so long, but for at most so many epochs."""
        deadline, wanted = time.perf_counter() + seconds, self.epoch + epochs
        self._until(lambda: time.perf_counter() >= deadline or self.epoch >= wanted)

    def change(self, **settings: float) -> None:
        """Go on from the next epoch with other settings: any of `LIVE`.

        Raises:
            SettingsError: a value out of range, or a batch larger than the training split; all stays as it was.
        """
        epoch = math.floor(self.epoch) + 1
        earlier = tuple(change for change in self.config.changes if change.epoch != epoch)
        same = [change.model_dump() for change in self.config.changes if change.epoch == epoch]
        merged = Change.parse({**(same[0] if same else {}), **settings, "epoch": epoch})
        config = self.config.replace({"changes": [c.model_dump() for c in (*earlier, merged)]})
        timetable(config, len(self.data.split("train")[1]))
        checkpoint = self.records[-1].checkpoint()
        self._fit.close()
        self.config = config
        self._start(checkpoint)

    def film(self, most: int = FRAMES) -> list[Moment]:
        """At most so many moments, closer together at the start: from the first to the present one, or that alone."""
        moments = self.moments
        if moments[-1].step != self.step:
            moments = [*moments, self._moment(self.records[-1])]
        places = (len(moments) - 1) * np.linspace(1, 0, min(most, len(moments))) ** 2
        return [moments[index] for index in sorted(set(places.round().astype(int).tolist()))]

    def history(self) -> dict[str, np.ndarray]:
        """Every metric of the finished epochs, and "epoch": float [n] each, NaN where it is not known."""
        names = dict.fromkeys(name for record in self._epochs[:2] for name in record.metrics)
        table = {name: np.array([record.metrics.get(name, np.nan) for record in self._epochs]) for name in names}
        return {"epoch": np.array([record.epoch for record in self._epochs]), **table}

    def _start(self, checkpoint: Checkpoint | None) -> None:
        self._fit = fit(self.model, self.data, self.config, resume=checkpoint, every=1)

    def _until(self, reached: Callable[[], bool]) -> None:
        while not self.end:
            self._next()
            # Past the last epoch there is nothing to see but the end.
            if reached() and self.epoch < self.config.epochs:
                return

    def _next(self) -> None:
        record = next(self._fit)
        self.records.append(record)
        if record.kind == "epoch":
            self._epochs.append(record)
        if not self.moments or record.step >= self.moments[-1].step * GROWTH + 1:
            self.moments.append(self._moment(record))

    def _moment(self, record: Record) -> Moment:
        return Moment(record.step, record.epoch, flatten(self.model))
