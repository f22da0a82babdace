"""Which members of a sweep train together in the compiled engine, in how many jobs, and whether all find room."""

from itertools import pairwise

import psutil
import torch

from facelab.data import load_dataset
from facelab.errors import SettingsError
from facelab.models import MLPConfig, blank, layer_table
from facelab.runs.config import RunConfig
from facelab.runs.sweep import Sweep
from facelab.training.engine import VIEW, supports
from facelab.training.schedule import timetable

FRAMES = 21
"""Moments at which the whole network of a member in a share is kept."""
ROOM = 0.5
"""The part of the free memory that a sweep may take."""
GIGA = 1e9


def deal(sweep: Sweep, jobs: int) -> list[int | None]:
    """The share of each member: those of one share are trained by one job, those of None by a job each.

    Shares have one dataset each and cost about the same; as many are made as there are jobs at once, or more where
    data vary.
    """
    configs = [member.config for member in sweep.members()]
    shares: list[int | None] = [None] * len(configs)
    groups: dict[str, list[int]] = {}
    for index, config in enumerate(configs):
        if not sweep.gradients and _for_engine(config):
            groups.setdefault(config.data.model_dump_json(), []).append(index)
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


def check(sweep: Sweep, faces: bool = False) -> None:
    """Refuse a sweep of which a member cannot be trained.

    Args:
        faces: whether to load faces for it as well, which may take long; otherwise the jobs will tell.

    Raises:
        SettingsError: a batch is larger than the training split, or all members together need more memory than there
            is.
        ShapeError, DataError: a network cannot take its data, or the data are missing.
    """
    configs = [member.config for member in sweep.members()]
    needed = 0.0
    for config in configs:
        if config.subject == "faces" and not faces:
            continue
        data = load_dataset(config.data)
        timetable(config, len(data.splits["train"]))
        parameters = sum(layer.parameters for layer in layer_table(config.model, data.input_shape, data.classes))
        if config.subject == "points":
            needed += _bytes(config, parameters, len(data), data.input_shape[0])
    free = psutil.virtual_memory().available
    if needed > ROOM * free:
        raise SettingsError(
            f"These {len(configs):,} members would need about {needed / GIGA:.1f} GB of memory, but only "
            f"{ROOM * free / GIGA:.1f} GB may be taken: give fewer values or repeats, or smaller networks."
        )


def _bytes(config: RunConfig, parameters: int, examples: int, inputs: int) -> float:
    """Memory of one network in the engine: weights, gradient, two moments, the best and frames; two sets of workspaces,
    four numbers per unit and example; and the data twice, to train on and to evaluate on, with labels of 8 bytes."""
    units = inputs + sum(config.model.hidden)
    numbers = parameters * (5 + FRAMES) + units * 4 * (config.batch_size + VIEW)
    return 4 * numbers + 2 * examples * (4 * inputs + 8)


def _for_engine(config: RunConfig) -> bool:
    """Whether the engine trains such a network: dense, narrow and on points."""
    if config.subject != "points" or not isinstance(config.model, MLPConfig):
        return False
    inputs = len(config.data.features)
    # The number of classes is the data's to tell, and few networks are wide only there.
    return supports(blank(config.model, (inputs,), 2), torch.empty(0, inputs), config)


def _cost(config: RunConfig) -> float:
    """Nanoseconds per example of the data, as measured on the engine: arithmetic, and what every step costs."""
    widths = (len(config.data.features), *config.model.hidden, 10)
    weights = sum(inputs * outputs for inputs, outputs in pairwise(widths))
    return config.epochs * (0.3 * weights + (1000 + 2 * weights) / config.batch_size)
