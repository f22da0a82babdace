"""What holds when: learning-rate schedules, and settings that change in mid-training.

Pure functions of the epoch and step, so that resuming needs no state.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from facelab.errors import SettingsError
from facelab.training.config import OptimizerConfig, ScheduleConfig, TrainingConfig

MOMENTUM_START = 0.5


def _constant(config: ScheduleConfig, epoch: int, epochs: int, step: int, steps: int) -> float:
    return 1.0


def _step(config: ScheduleConfig, epoch: int, epochs: int, step: int, steps: int) -> float:
    return config.gamma ** (epoch // config.step_epochs)


def _exponential(config: ScheduleConfig, epoch: int, epochs: int, step: int, steps: int) -> float:
    return config.gamma**epoch


def _cosine(config: ScheduleConfig, epoch: int, epochs: int, step: int, steps: int) -> float:
    """Loshchilov & Hutter 2017, SGDR, without restarts: from 1 to 0 over all epochs."""
    return (1 + math.cos(math.pi * epoch / epochs)) / 2


def _one_cycle(config: ScheduleConfig, epoch: int, epochs: int, step: int, steps: int) -> float:
    """Smith & Topin 2018: up from 1/25 over the first 30 % of all steps, then down to 1/250,000, along cosines."""
    low, end = 1 / 25, 1 / 25e4
    peak, last = 0.3 * steps - 1, steps - 1

    def between(a: float, b: float, share: float) -> float:
        return b + (a - b) / 2 * (1 + math.cos(math.pi * share))

    # A run of up to three steps has its peak before it begins.
    return between(low, 1, step / peak) if step <= peak else between(1, end, (step - peak) / (last - peak))


SCHEDULES: dict[str, Callable[[ScheduleConfig, int, int, int, int], float]] = {
    "constant": _constant,
    "step": _step,
    "cosine": _cosine,
    "exponential": _exponential,
    "one_cycle": _one_cycle,
}
EVERY_STEP = {"one_cycle"}
"""The schedules that move within an epoch."""


def rate_factor(config: ScheduleConfig, epoch: int, step: int, steps_per_epoch: int, epochs: int) -> float:
    """What the learning rate is multiplied by in step `step` (from 0) of the epoch after `epoch` finished ones.

    Where the batch size changes in mid-training, the schedule stands where it would if it had always been this one.
    """
    return SCHEDULES[config.name](config, epoch, epochs, epoch * steps_per_epoch + step, steps_per_epoch * epochs)


def rates(config: TrainingConfig, epoch: int, steps_per_epoch: int) -> np.ndarray:
    """The learning rate of every step of an epoch, float64 [steps_per_epoch]; `config` is what holds in that epoch."""
    moving = range(steps_per_epoch if config.schedule.name in EVERY_STEP else 1)
    factors = [rate_factor(config.schedule, epoch, step, steps_per_epoch, config.epochs) for step in moving]
    return np.broadcast_to(config.optimizer.learning_rate * np.array(factors), steps_per_epoch)


def momentum_at(config: OptimizerConfig, epoch: int) -> float:
    """The momentum in the epoch after `epoch` finished ones: Koch et al. 2015 let it rise linearly."""
    start = min(MOMENTUM_START, config.momentum)
    share = min(epoch / config.momentum_epochs, 1.0) if config.momentum_epochs else 1.0
    return start + (config.momentum - start) * share


@dataclass(frozen=True)
class Span:
    """The epochs from `start` up to `stop` have the same settings; the first begins at optimizer step `step`."""

    start: int
    stop: int
    step: int
    steps_per_epoch: int
    config: TrainingConfig

    @property
    def end(self) -> int:
        """The step at which the last epoch ends."""
        return self.step_at(self.stop)

    def step_at(self, epoch: int) -> int:
        """The step at which an epoch begins."""
        return self.step + (epoch - self.start) * self.steps_per_epoch

    def epoch_at(self, step: int) -> float:
        """How many epochs are done, a fraction within one."""
        return self.start + (step - self.step) / self.steps_per_epoch


def timetable(config: TrainingConfig, examples: int) -> tuple[Span, ...]:
    """All epochs of a training on so many examples, divided where a `Change` begins.

    Raises:
        SettingsError: a batch would be larger than the training split.
    """
    borders = {0, *(change.epoch for change in config.changes if change.epoch < config.epochs)}
    spans: list[Span] = []
    for start, stop in pairwise([*sorted(borders), config.epochs]):
        there = config.at(start)
        if there.batch_size > examples:
            raise SettingsError(
                f"batch_size is {there.batch_size}, but there are only {examples} examples to train on: "
                f"choose at most {examples}."
            )
        spans.append(Span(start, stop, spans[-1].end if spans else 0, -(-examples // there.batch_size), there))
    return tuple(spans)
