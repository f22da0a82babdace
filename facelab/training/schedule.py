"""Learning-rate schedules as pure functions of the step, so that resuming needs no state."""

import math
from collections.abc import Callable

from facelab.training.config import ScheduleConfig


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


def rate_factor(config: ScheduleConfig, step: int, steps_per_epoch: int, epochs: int) -> float:
    """What the learning rate is multiplied by for optimizer step `step` (from 0)."""
    return SCHEDULES[config.name](config, step // steps_per_epoch, epochs, step, steps_per_epoch * epochs)
