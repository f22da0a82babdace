"""Which members of a sweep train together in the compiled engine, and in how many jobs."""

import os
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import torch

from facelab.models import MLPConfig, blank
from facelab.runs.config import RunConfig
from facelab.runs.sweep import Sweep
from facelab.training import OptimizerConfig, TrainingConfig
from facelab.training.engine import supports

FRAMES = 21
"""Moments at which the whole network of a member in a share is kept."""
MAX_WORKERS = 4


def deal(sweep: Sweep, jobs: int) -> list[int | None]:
    """The share of each member: those of one share are trained by one job, those of None by a job each.

    Shares have one dataset each and cost about the same; as many are made as there are jobs at once, or more where
    data vary.
    """
    configs = [member.config for member in sweep.members()]
    shares: list[int | None] = [None] * len(configs)
    groups: dict[str, list[int]] = {}
    for index, together in enumerate(in_engine(configs, sweep.gradients)):
        if together:
            groups.setdefault(configs[index].data.model_dump_json(), []).append(index)
    made = 0
    for group in groups.values():
        count = min(max(1, jobs // len(groups)), len(group))
        loads = [0.0] * count
        # The dearest first, each to the share that has least (Graham 1969).
        for index in sorted(group, key=lambda index: -_cost(configs[index])):
            lightest = loads.index(min(loads))
            loads[lightest] += _cost(configs[index])
            shares[index] = made + lightest
        made += count
    return shares


def in_engine(configs: Sequence[RunConfig], gradients: bool) -> list[bool]:
    """Which members of a sweep the engine trains together: dense, narrow ones on points."""
    return [not gradients and _for_engine(config) for config in configs]


def local_workers() -> int:
    """How many jobs train at once on this computer."""
    return min(os.cpu_count() or 1, MAX_WORKERS)


def _for_engine(config: RunConfig) -> bool:
    if config.subject != "points":
        return False
    # Of the settings only what the engine may refuse: the fewer there are, the more members share an answer.
    rising = OptimizerConfig(momentum_epochs=config.optimizer.momentum_epochs)
    how = TrainingConfig(device=config.device, precision=config.precision, optimizer=rising)
    return _supported(config.model, len(config.data.features), how)


@lru_cache(maxsize=256)
def _supported(model: MLPConfig, inputs: int, how: TrainingConfig) -> bool:
    """Whether the engine trains such a network; to see it takes milliseconds, for the network is built."""
    # The number of classes is the data's to tell, and few networks are wide only there.
    return supports(blank(model, (inputs,), 2), torch.empty(0, inputs), how)


def _cost(config: RunConfig) -> float:
    """Nanoseconds per example of the data, as measured on the engine: arithmetic, and what every step costs."""
    widths = (len(config.data.features), *config.model.hidden, 10)
    weights = sum(inputs * outputs for inputs, outputs in pairwise(widths))
    return config.epochs * (0.3 * weights + (1000 + 2 * weights) / config.batch_size)
