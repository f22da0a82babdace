"""Whether the runs of a sweep or a search can be trained here: batches, layers and memory, before any begins."""

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

import psutil

from facelab.data.size import Size, size_of
from facelab.errors import SettingsError
from facelab.models import Layer, layer_table
from facelab.runs.config import RunConfig
from facelab.runs.dealing import FRAMES, in_engine, local_workers
from facelab.runs.sweep import Sweep
from facelab.training.engine import VIEW
from facelab.training.schedule import timetable

if TYPE_CHECKING:
    from facelab.runs.spaces import Search

ROOM = 0.5
"""The part of the free memory that training may take."""
COPIES = 6
"""What there is of every weight in training: itself, its gradient, two moments, the best so far and what is saved."""
GIGA = 1e9


def check(sweep: Sweep, at_once: int | None = None) -> None:
    """Refuse a sweep of which a member cannot be trained.

    Args:
        at_once: how many jobs train at once; as many as on this computer if not given.

    Raises:
        SettingsError: a batch is larger than the training split, or there is not memory enough.
        ShapeError, DataError: a network cannot take its data, or the data are missing.
    """
    configs = [member.config for member in sweep.members()]
    _check(configs, in_engine(configs, sweep.gradients), at_once or local_workers())


def check_search(search: "Search") -> None:
    """Refuse a search one of whose outermost trials cannot be trained; raises as `check`."""
    configs = search.outermost()
    _check(configs, [False] * len(configs), 1)


def _check(configs: Sequence[RunConfig], together: Sequence[bool], at_once: int) -> None:
    """Those that train `together` in the engine are in memory all at once, of the others `at_once` jobs."""
    sizes: dict[str, Size] = {}
    shared, jobs = 0.0, []
    for config, in_share in zip(configs, together, strict=True):
        name = config.data.model_dump_json()
        size = sizes[name] = sizes.get(name) or size_of(config.data)
        timetable(config, size.train)
        layers = layer_table(config.model, size.input_shape, size.classes)
        if in_share:
            shared += _engine_bytes(config, layers, size)
        else:
            jobs.append(_job_bytes(config, layers, size))
    jobs = sorted(jobs)[-at_once:]
    room = ROOM * psutil.virtual_memory().available
    if sum(jobs) > room:
        raise SettingsError(
            f"The {_count(len(jobs))} here would need about {sum(jobs) / GIGA:.1f} GB of memory, but "
            f"only {room / GIGA:.1f} GB may be taken: choose smaller networks, batches or data."
        )
    if shared + sum(jobs) > room:
        raise SettingsError(
            f"These {len(configs):,} members would need about {(shared + sum(jobs)) / GIGA:.1f} GB of memory, but only "
            f"{room / GIGA:.1f} GB may be taken: give fewer values or repeats, or smaller networks."
        )


def _count(jobs: int) -> str:
    return "largest network" if jobs == 1 else f"{jobs} largest networks, which may train at the same time,"


def _engine_bytes(config: RunConfig, layers: Sequence[Layer], size: Size) -> float:
    """Memory of one network in the engine: its weights, and frames of them; two sets of workspaces, four numbers per
    unit and example; and the data twice, to train on and to evaluate on."""
    units = prod(size.input_shape) + sum(config.model.hidden)
    numbers = _parameters(layers) * (COPIES + FRAMES) + units * 4 * (config.batch_size + VIEW)
    return 4 * numbers + 2 * _data_bytes(size)


def _job_bytes(config: RunConfig, layers: Sequence[Layer], size: Size) -> float:
    """Memory of one network in a job of its own: its weights, what every layer puts out for a batch, and the data, once
    as they lie on the disk."""
    photos = 2 * config.batch_size if config.subject == "pairs" else config.batch_size
    batch = photos * sum(prod(layer.output_shape) for layer in layers)
    return 4 * (_parameters(layers) * COPIES + batch) + 2 * _data_bytes(size)


def _data_bytes(size: Size) -> float:
    """Photos in bytes, points in float32, and labels in int64."""
    return size.examples * (prod(size.input_shape) * (1 if len(size.input_shape) == 3 else 4) + 8)


def _parameters(layers: Sequence[Layer]) -> int:
    return sum(layer.parameters for layer in layers)
