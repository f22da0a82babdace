"""`RunStore`: runs, their history, frames and weights.

A run is *owned* by whoever touches its heartbeat: its job (see `Lease`) while it runs, the process that queued it
before. A queued or running run whose heartbeat stopped is `lost`: that is worked out on reading, so it is true even
when every process that knew of the run was killed.
"""

import io
import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import safetensors.torch
import sqlalchemy as sql
from torch import Tensor

from facelab.errors import RunError
from facelab.runs.config import RunConfig
from facelab.runs.database import Database
from facelab.runs.lease import Lease, Unwanted
from facelab.runs.status import ACTIVE, ENDS, LOST_AFTER, RESUMABLE, Command, Status
from facelab.runs.tables import blobs, epochs, frames, runs, steps
from facelab.training import Checkpoint, interval

LOST = "The process that trained this run is gone: resume it or discard it."


@dataclass(frozen=True)
class Run:
    """One run as it stood when it was read. Times are seconds since 1970, accuracies shares in [0, 1]."""

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


class RunStore:
    """Runs in a database: a SQLite file in the user's data directory, or what `FACELAB_STORE` names.

    Safe to use from several threads, processes and, on PostgreSQL, machines at once. Every method raises `StoreError`
    where the database cannot be read or written.
    """

    def __init__(self, url: str | None = None) -> None:
        """Open or create the store at `url` (an SQLAlchemy URL).

        Raises:
            StoreError: it cannot be opened, or another version of facelab wrote it.
        """
        self._database = Database(url)
        self.url = self._database.url

    # What a page needs

    def create(self, config: RunConfig, name: str = "", runner: str = "") -> str:
        """Keep a new queued run and return its id."""
        run_id = f"{time.strftime('%y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
        values = {"id": run_id, "name": _name(name or config.summary()), "config": config.model_dump_json()}
        with self._database.write() as connection:
            now = self._database.now(connection)
            row = values | {"status": "queued", "runner": runner, "created": now, "heartbeat": now}
            connection.execute(runs.insert().values(**row))
        return run_id

    def get(self, run_id: str) -> Run:
        """One run.

        Raises:
            RunError: there is none with this id.
        """
        with self._database.read() as connection:
            return self._get(connection, run_id)

    def all(self, limit: int | None = None) -> list[Run]:
        """Runs, the newest first."""
        with self._database.read() as connection:
            return self._select(connection, sql.select(runs).order_by(runs.c.created.desc(), runs.c.id).limit(limit))

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises:
            RunError: the name does not have 1 to 200 characters, or there is no such run.
        """
        with self._database.write() as connection:
            _set(connection, self._hold(connection, run_id), name=_name(name))

    def delete(self, run_id: str) -> None:
        """Forget a run with all that belongs to it; its job, if it has one, notices and ends."""
        with self._database.write() as connection:
            connection.execute(runs.delete().where(runs.c.id == run_id))
        self._database.shrink()

    def ask(self, run_id: str, command: Command) -> None:
        """Ask a run to pause or stop. A job follows within a second; what has no job follows at once.

        Raises:
            RunError: the run has already ended, or does not exist.
        """
        with self._database.write() as connection:
            run = self._hold(connection, run_id)
            if run.status == "running":
                _set(connection, run, command=command)
            elif run.status in ("queued", "paused", "lost"):
                now = self._database.now(connection)
                _set(connection, run, status=ENDS[command], command="", message="", ended=now)
            else:
                raise RunError(f"This run has {run.status} already.")

    def requeue(self, run_id: str, runner: str = "") -> int:
        """Queue a run again, to go on from its last checkpoint; returns the number of this attempt.

        Raises:
            RunError: it is active or finished, or does not exist.
        """
        with self._database.write() as connection:
            run = self._hold(connection, run_id)
            if not run.resumable:
                raise RunError(f"This run is {run.status}: there is nothing to resume.")
            values = {"status": "queued", "command": "", "message": "", "runner": runner, "ended": None}
            now = self._database.now(connection)
            _set(connection, run, **values, attempt=run.attempt + 1, heartbeat=now)
        return run.attempt + 1

    def history(self, run_id: str) -> History:
        """The run's curves so far."""
        columns = (steps.c.step, steps.c.epoch, steps.c.loss, steps.c.learning_rate)
        with self._database.read() as connection:
            chosen = sql.select(*columns).where(steps.c.run_id == run_id).order_by(steps.c.step)
            points = np.array([tuple(row) for row in connection.execute(chosen)], float).reshape(-1, len(columns))
            chosen = sql.select(epochs).where(epochs.c.run_id == run_id).order_by(epochs.c.epoch)
            rows = [
                {"epoch": row.epoch, "step": row.step} | json.loads(row.metrics) for row in connection.execute(chosen)
            ]
        names = dict.fromkeys(name for row in rows for name in row)
        return History(
            {column.name: points[:, i] for i, column in enumerate(columns)},
            {name: np.array([row.get(name, np.nan) for row in rows], float) for name in names},
        )

    def frames(self, run_id: str, name: str) -> tuple[list[int], list[np.ndarray]]:
        """The steps and arrays of the frames called `name`."""
        chosen = sql.select(frames.c.step, frames.c.array).where(frames.c.run_id == run_id, frames.c.name == name)
        with self._database.read() as connection:
            rows = connection.execute(chosen.order_by(frames.c.step)).all()
        return [row.step for row in rows], [np.load(io.BytesIO(row.array), allow_pickle=False) for row in rows]

    def load_bytes(self, run_id: str, name: str) -> bytes | None:
        """The safetensors file called `name`, such as `weights` or `predictions`, or None."""
        chosen = sql.select(blobs.c.data).where(blobs.c.run_id == run_id, blobs.c.name == name)
        with self._database.read() as connection:
            parts = connection.execute(chosen.order_by(blobs.c.part)).scalars().all()
        return b"".join(parts) if parts else None

    def load_tensors(self, run_id: str, name: str) -> dict[str, Tensor] | None:
        """The tensors in the file called `name`, or None."""
        data = self.load_bytes(run_id, name)
        return None if data is None else safetensors.torch.load(data)

    # What a job and its runner need

    def queued_by(self, runner: str, message: str = "") -> Sequence[tuple[str, int]]:
        """The (id, attempt) of the runs that `runner` has queued, oldest first; touches their heartbeats.

        Args:
            message: what to tell of them meanwhile.
        """
        mine = (runs.c.runner == runner, runs.c.status == "queued")
        chosen = sql.select(runs.c.id, runs.c.attempt).where(*mine).order_by(runs.c.created, runs.c.id)
        with self._database.read() as connection:
            if not connection.execute(chosen.limit(1)).first():
                return []
        with self._database.write() as connection:
            now = self._database.now(connection)
            connection.execute(runs.update().where(*mine).values(heartbeat=now, message=message))
            return [(row.id, row.attempt) for row in connection.execute(chosen)]

    def claim(self, run_id: str, attempt: int) -> Lease | None:
        """Mark a queued run as running, with the right to write about it. None if this attempt is no longer wanted."""
        try:
            return Lease(self._database, run_id, attempt)
        except Unwanted:
            return None

    def fail(self, run_id: str, attempt: int, message: str) -> None:
        """End an attempt whose job cannot do it any more; nothing happens if it has ended."""
        with self._database.write() as connection:
            now = self._database.now(connection)
            active = (runs.c.id == run_id, runs.c.attempt == attempt, runs.c.status.in_(ACTIVE))
            values = {"status": "failed", "message": message, "command": "", "ended": now}
            connection.execute(runs.update().where(*active).values(**values))

    def running(self) -> int:
        """How many runs are being trained at this moment."""
        with self._database.read() as connection:
            alive = runs.c.heartbeat > self._database.now(connection) - LOST_AFTER
            count = sql.select(sql.func.count()).where(runs.c.status == "running", alive)
            return connection.execute(count).scalar_one()

    def recorded(self, run_id: str) -> tuple[int, int]:
        """The last (step, epoch) with a record, (-1, -1) without any."""
        with self._database.read() as connection:
            last = [
                connection.execute(sql.select(sql.func.max(column)).where(column.table.c.run_id == run_id)).scalar()
                for column in (steps.c.step, epochs.c.epoch)
            ]
        return tuple(-1 if value is None else value for value in last)

    def load_checkpoint(self, run_id: str) -> Checkpoint | None:
        """The last checkpoint, or None."""
        data = self.load_bytes(run_id, "checkpoint")
        if data is None:
            return None
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        return Checkpoint(safetensors.torch.load(data), json.loads(header["__metadata__"]["progress"]))

    # Inside

    def _get(self, connection: sql.Connection, run_id: str) -> Run:
        found = self._select(connection, sql.select(runs).where(runs.c.id == run_id))
        if not found:
            raise RunError(f"There is no run {run_id}: it was deleted, or the id is mistyped.")
        return found[0]

    def _hold(self, connection: sql.Connection, run_id: str) -> Run:
        """One run, which nobody else changes until the transaction ends."""
        # PostgreSQL locks the row; in SQLite a transaction that writes is alone anyway.
        connection.execute(sql.select(runs.c.id).where(runs.c.id == run_id).with_for_update())
        return self._get(connection, run_id)

    def _select(self, connection: sql.Connection, chosen: sql.Select) -> list[Run]:
        rows = connection.execute(chosen).all()
        now = self._database.now(connection)
        return [_run(row, now) for row in rows]


def _run(row: sql.Row, now: float) -> Run:
    columns = row._mapping
    values = {name: columns[name] for name in Run.__dataclass_fields__ if name in columns}
    if row.status in ACTIVE and row.heartbeat < now - LOST_AFTER:
        values |= {"status": "lost", "message": LOST}
    return Run(**values, settings=row.config)


def _set(connection: sql.Connection, run: Run, **values: Any) -> None:
    connection.execute(runs.update().where(runs.c.id == run.id).values(**values))


def _name(name: str) -> str:
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise RunError("A run's name has 1 to 200 characters.")
    return name
