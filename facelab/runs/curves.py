"""The curves and frames of many runs at once, in one query each."""

import io
import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter

import numpy as np
import sqlalchemy as sql

from facelab.runs.run import History
from facelab.runs.tables import epochs, frames, steps

STEP_COLUMNS = ("step", "epoch", "loss", "learning_rate")


def histories(connection: sql.Connection, run_ids: Sequence[str]) -> dict[str, History]:
    """The curves of runs by id; empty ones of a run without records."""
    columns = [steps.c.run_id, *(steps.c[name] for name in STEP_COLUMNS)]
    points = _by_run(connection, sql.select(*columns).where(steps.c.run_id.in_(run_ids)), steps.c.step)
    columns = [epochs.c.run_id, epochs.c.epoch, epochs.c.step, epochs.c.metrics]
    rows = _by_run(connection, sql.select(*columns).where(epochs.c.run_id.in_(run_ids)), epochs.c.epoch)
    return {run_id: History(_steps(points.get(run_id, [])), _epochs(rows.get(run_id, []))) for run_id in run_ids}


def last_frames(connection: sql.Connection, run_ids: Sequence[str], name: str) -> dict[str, tuple[int, np.ndarray]]:
    """The step and array of the latest frame called `name` of each run that has one."""
    named = (frames.c.run_id.in_(run_ids), frames.c.name == name)
    last = (
        sql.select(frames.c.run_id, sql.func.max(frames.c.step).label("step")).where(*named).group_by(frames.c.run_id)
    )
    last = last.subquery()
    same = (frames.c.run_id == last.c.run_id) & (frames.c.step == last.c.step)
    chosen = sql.select(frames.c.run_id, frames.c.step, frames.c.array).join(last, same).where(frames.c.name == name)
    return {run_id: (step, array_of(data)) for run_id, step, data in connection.execute(chosen)}


def array_of(data: bytes) -> np.ndarray:
    """An array as `Lease.record` keeps it."""
    return np.load(io.BytesIO(data), allow_pickle=False)


def _by_run(connection: sql.Connection, chosen: sql.Select, order: sql.Column) -> dict[str, list[tuple]]:
    rows = connection.execute(chosen.order_by(order.table.c.run_id, order)).all()
    return {run_id: [tuple(row)[1:] for row in group] for run_id, group in groupby(rows, itemgetter(0))}


def _steps(rows: list[tuple]) -> dict[str, np.ndarray]:
    points = np.array(rows, float).reshape(-1, len(STEP_COLUMNS))
    return {name: points[:, i] for i, name in enumerate(STEP_COLUMNS)}


def _epochs(rows: Iterable[tuple[int, int, str]]) -> dict[str, np.ndarray]:
    # One text is read several times faster than a hundred.
    texts = [text for _, _, text in rows]
    metrics = json.loads(f"[{','.join(texts)}]")
    rows = [{"epoch": epoch, "step": step} | of for (epoch, step, _), of in zip(rows, metrics, strict=True)]
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.array([row.get(name, np.nan) for row in rows], float) for name in names}
