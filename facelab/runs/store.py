"""`RunStore`: runs, their history, frames and weights. The only thing that talks SQL.

A run is *owned* by whoever touches its heartbeat: its job while it runs, the process that queued it before. A queued
or running run whose heartbeat stopped is `lost`: that is worked out on reading, so it is true even when every process
that knew of the run was killed.
"""

import io
import json
import os
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import safetensors.torch
import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool
from torch import Tensor

from facelab import paths
from facelab.errors import RunError, StoreError
from facelab.runs.config import RunConfig
from facelab.runs.tables import VERSION, blobs, epochs, frames, metadata, runs, schema, steps
from facelab.training import Checkpoint, Record, interval

LOST_AFTER = 4.0
"""Seconds without a heartbeat after which a queued or running run counts as lost."""

Status = Literal["queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost"]
ACTIVE = ("queued", "running")
RESUMABLE = ("paused", "stopped", "failed", "lost")


@dataclass(frozen=True)
class Run:
    """One run as it stood when it was read. Times are seconds since 1970, accuracies shares in [0, 1]."""

    id: str
    name: str
    config: RunConfig
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
    parameters: int | None
    fingerprint: str | None
    threads: int | None

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

    Safe to use from several threads, processes and, on PostgreSQL, machines at once.
    """

    def __init__(self, url: str | None = None) -> None:
        """Open or create the store at `url` (an SQLAlchemy URL).

        Raises:
            StoreError: it cannot be opened, or another version of facelab wrote it.
        """
        self.url = url or os.environ.get("FACELAB_STORE") or _default_url()
        try:
            self._engine = sql.create_engine(self.url, **_engine_options(self.url))
            if self._engine.dialect.name == "sqlite":
                sql.event.listen(self._engine, "connect", _prepare_sqlite)
            self._create()
        except (SQLAlchemyError, ImportError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(f"The store of runs {self._engine_name()} cannot be opened: {reason}.") from error

    # Runs

    def create(self, config: RunConfig, name: str = "", runner: str = "") -> str:
        """Keep a new queued run and return its id."""
        run_id = f"{time.strftime('%y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
        with self._engine.begin() as connection:
            now = self._now(connection)
            values = {"id": run_id, "name": name or config.summary(), "config": config.model_dump_json()}
            times = {"created": now, "heartbeat": now}
            connection.execute(runs.insert().values(**values, **times, status="queued", runner=runner))
        return run_id

    def get(self, run_id: str) -> Run:
        """One run.

        Raises:
            RunError: there is none with this id.
        """
        found = self._select(runs.c.id == run_id)
        if not found:
            raise RunError(f"There is no run {run_id}: it was deleted, or the id is mistyped.")
        return found[0]

    def all(self, limit: int | None = None) -> list[Run]:
        """Runs, the newest first."""
        return self._select(sql.true(), limit)

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name of 1 to 200 characters."""
        name = name.strip()
        if not 1 <= len(name) <= 200:
            raise RunError("A run's name has 1 to 200 characters.")
        self._change(run_id, name=name)

    def delete(self, run_id: str) -> None:
        """Forget a run with all that belongs to it; its job, if it has one, notices and ends."""
        with self._engine.begin() as connection:
            connection.execute(runs.delete().where(runs.c.id == run_id))

    def ask(self, run_id: str, command: Literal["pause", "stop"]) -> None:
        """Ask a run to pause or stop. A job follows within a second; what has no job follows at once.

        Raises:
            RunError: the run has already ended.
        """
        run = self.get(run_id)
        ended = {"pause": "paused", "stop": "stopped"}[command]
        if run.status == "running":
            self._change(run_id, command=command)
        elif run.status in ("queued", "paused", "lost"):
            self._change(run_id, status=ended, command="")
        else:
            raise RunError(f"This run has {run.status} already.")

    def requeue(self, run_id: str, runner: str = "") -> int:
        """Queue a run again, to go on from its last checkpoint; returns the number of this attempt.

        Raises:
            RunError: it is active or finished.
        """
        run = self.get(run_id)
        if not run.resumable:
            raise RunError(f"This run is {run.status}: there is nothing to resume.")
        with self._engine.begin() as connection:
            values = {"status": "queued", "command": "", "message": "", "runner": runner, "ended": None}
            change = runs.update().where(runs.c.id == run_id, runs.c.attempt == run.attempt)
            change = change.values(**values, attempt=run.attempt + 1, heartbeat=self._now(connection))
            if not connection.execute(change).rowcount:
                raise RunError("This run was resumed elsewhere a moment ago.")
        return run.attempt + 1

    # The owner's side

    def queued_by(self, runner: str) -> Sequence[tuple[str, int]]:
        """The (id, attempt) of the runs that `runner` has queued, oldest first; touches their heartbeats."""
        mine = (runs.c.runner == runner, runs.c.status == "queued")
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(*mine).values(heartbeat=self._now(connection)))
            rows = connection.execute(sql.select(runs.c.id, runs.c.attempt).where(*mine).order_by(runs.c.created))
            return [(row.id, row.attempt) for row in rows]

    def claim(self, run_id: str, attempt: int) -> bool:
        """Mark a queued run as running. False if it is no longer wanted: deleted, stopped, or resumed elsewhere."""
        with self._engine.begin() as connection:
            now = self._now(connection)
            values = {"status": "running", "heartbeat": now, "started": sql.func.coalesce(runs.c.started, now)}
            change = runs.update().where(self._attempt(run_id, attempt)).values(**values)
            return bool(connection.execute(change).rowcount)

    def beat(self, run_id: str, attempt: int) -> str | None:
        """Touch a running run's heartbeat; returns the command waiting for it ("" for none), None if unwanted."""
        mine = self._attempt(run_id, attempt)
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(mine).values(heartbeat=self._now(connection)))
            row = connection.execute(sql.select(runs.c.command).where(mine)).first()
            return row.command if row else None

    def running(self) -> int:
        """How many runs are being trained at this moment."""
        with self._engine.connect() as connection:
            alive = runs.c.heartbeat > self._now(connection) - LOST_AFTER
            count = sql.select(sql.func.count()).where(runs.c.status == "running", alive)
            return connection.execute(count).scalar_one()

    def describe(self, run_id: str, **values: Any) -> None:
        """Note facts about a run, by column: `message`, `parameters`, `fingerprint`, `threads`, `test_right`, ..."""
        self._change(run_id, **values)

    def record(self, run_id: str, records: Iterable[Record]) -> None:
        """Append records in one transaction; a deleted run takes none."""
        records = list(records)
        if not records:
            return
        rows = {table: [row for record in records for row in rows_of(run_id, record)] for table, rows_of in ROWS}
        with self._engine.begin() as connection:
            if not connection.execute(runs.update().where(runs.c.id == run_id).values(_progress(records))).rowcount:
                return
            for table, values in rows.items():
                if values:
                    connection.execute(table.insert(), values)

    def end(self, run_id: str, attempt: int, status: Status, message: str = "") -> None:
        """Mark this attempt as over."""
        with self._engine.begin() as connection:
            values = {"status": status, "message": message, "command": "", "ended": self._now(connection)}
            connection.execute(runs.update().where(self._attempt(run_id, attempt, ACTIVE)).values(**values))

    # What a run leaves behind

    def recorded(self, run_id: str) -> tuple[int, int]:
        """The last (step, epoch) with a record, (-1, -1) without any."""
        with self._engine.connect() as connection:
            last = [
                connection.execute(sql.select(sql.func.max(column)).where(column.table.c.run_id == run_id)).scalar()
                for column in (steps.c.step, epochs.c.epoch)
            ]
        return tuple(-1 if value is None else value for value in last)

    def history(self, run_id: str) -> History:
        """The run's curves so far."""
        with self._engine.connect() as connection:
            columns = (steps.c.step, steps.c.epoch, steps.c.loss, steps.c.learning_rate)
            step_rows = connection.execute(sql.select(*columns).where(steps.c.run_id == run_id).order_by(steps.c.step))
            points = np.array([tuple(row) for row in step_rows], float).reshape(-1, len(columns))
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
        with self._engine.connect() as connection:
            rows = connection.execute(chosen.order_by(frames.c.step)).all()
        return [row.step for row in rows], [np.load(io.BytesIO(row.array), allow_pickle=False) for row in rows]

    def save_tensors(self, run_id: str, name: str, tensors: dict[str, Tensor]) -> None:
        """Keep named tensors as safetensors, such as `weights` or `predictions`."""
        self._save(run_id, name, safetensors.torch.save(tensors))

    def load_tensors(self, run_id: str, name: str) -> dict[str, Tensor] | None:
        """What `save_tensors` kept, or None."""
        data = self.load_bytes(run_id, name)
        return None if data is None else safetensors.torch.load(data)

    def load_bytes(self, run_id: str, name: str) -> bytes | None:
        """The safetensors file called `name`, or None."""
        with self._engine.connect() as connection:
            chosen = sql.select(blobs.c.data).where(blobs.c.run_id == run_id, blobs.c.name == name)
            return connection.execute(chosen).scalar()

    def save_checkpoint(self, run_id: str, checkpoint: Checkpoint) -> None:
        """Keep the state to continue from, in place of the one before."""
        progress = {"progress": json.dumps(checkpoint.progress)}
        self._save(run_id, "checkpoint", safetensors.torch.save(checkpoint.tensors, progress))

    def load_checkpoint(self, run_id: str) -> Checkpoint | None:
        """The last checkpoint, or None."""
        data = self.load_bytes(run_id, "checkpoint")
        if data is None:
            return None
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        return Checkpoint(safetensors.torch.load(data), json.loads(header["__metadata__"]["progress"]))

    def forget_checkpoint(self, run_id: str) -> None:
        """Drop the checkpoint of a run that will not go on."""
        with self._engine.begin() as connection:
            connection.execute(blobs.delete().where(blobs.c.run_id == run_id, blobs.c.name == "checkpoint"))

    # Inside

    def _create(self) -> None:
        with self._engine.begin() as connection:
            if self._engine.dialect.name == "postgresql":
                # IF NOT EXISTS alone does not keep two first users apart.
                connection.execute(sql.text("SELECT pg_advisory_xact_lock(7069539)"))
            for table in metadata.sorted_tables:
                connection.execute(sql.schema.CreateTable(table, if_not_exists=True))
                for index in table.indexes:
                    connection.execute(sql.schema.CreateIndex(index, if_not_exists=True))
            found = connection.execute(sql.select(schema.c.version)).scalar()
            if found is None:
                connection.execute(schema.insert().values(version=VERSION))
        if found not in (None, VERSION):
            raise StoreError(
                f"The store of runs {self._engine_name()} was written by another version of facelab: "
                "name another one in FACELAB_STORE."
            )

    def _engine_name(self) -> str:
        return sql.make_url(self.url).render_as_string(hide_password=True)

    def _now(self, connection: sql.Connection) -> float:
        """The time by the clock that all users of this store share."""
        if self._engine.dialect.name == "postgresql":
            clock = sql.func.extract("epoch", sql.func.clock_timestamp())
            return float(connection.execute(sql.select(clock)).scalar_one())
        return time.time()

    def _select(self, where: sql.ColumnElement[bool], limit: int | None = None) -> list[Run]:
        with self._engine.connect() as connection:
            now = self._now(connection)
            chosen = sql.select(runs).where(where).order_by(runs.c.created.desc(), runs.c.id).limit(limit)
            return [_run(row, now) for row in connection.execute(chosen)]

    def _change(self, run_id: str, **values: Any) -> None:
        with self._engine.begin() as connection:
            connection.execute(runs.update().where(runs.c.id == run_id).values(**values))

    def _attempt(self, run_id: str, attempt: int, statuses: tuple[str, ...] = ACTIVE) -> sql.ColumnElement[bool]:
        return sql.and_(runs.c.id == run_id, runs.c.attempt == attempt, runs.c.status.in_(statuses))

    def _save(self, run_id: str, name: str, data: bytes) -> None:
        with self._engine.begin() as connection:
            connection.execute(blobs.delete().where(blobs.c.run_id == run_id, blobs.c.name == name))
            # From a select, so that a run deleted in the meantime takes nothing.
            row = sql.select(runs.c.id, sql.literal(name), sql.bindparam("data", data, sql.LargeBinary))
            columns = ["run_id", "name", "data"]
            connection.execute(blobs.insert().from_select(columns, row.where(runs.c.id == run_id)))


def _run(row: sql.Row, now: float) -> Run:
    values = {name: value for name, value in row._mapping.items() if name in Run.__dataclass_fields__}
    if row.status in ACTIVE and row.heartbeat < now - LOST_AFTER:
        values |= {"status": "lost", "message": "The process that trained this run is gone: resume it or discard it."}
    return Run(**values | {"config": RunConfig.parse(row.config)})


def _progress(records: list[Record]) -> dict[str, Any]:
    """The columns of a run that `records` bring up to date."""
    values: dict[str, Any] = {"step": records[-1].step, "epoch": records[-1].epoch}
    for record in records:
        if record.kind != "epoch":
            continue
        metrics = record.metrics
        names = ("images_per_second", "seconds_left", "validation_accuracy")
        values |= {name: metrics[name] for name in names if name in metrics}
        if metrics.get("best_epoch") == record.epoch:
            values |= {"best_epoch": int(record.epoch), "best_validation_accuracy": metrics["validation_accuracy"]}
    return values


def _step_rows(run_id: str, record: Record) -> list[dict[str, Any]]:
    if record.kind != "step":
        return []
    return [{"run_id": run_id, "step": record.step, "epoch": record.epoch} | record.metrics]


def _epoch_rows(run_id: str, record: Record) -> list[dict[str, Any]]:
    if record.kind != "epoch":
        return []
    metrics = json.dumps({name: float(value) for name, value in record.metrics.items()})
    return [{"run_id": run_id, "epoch": round(record.epoch), "step": record.step, "metrics": metrics}]


def _frame_rows(run_id: str, record: Record) -> list[dict[str, Any]]:
    rows = []
    for name, array in record.frames.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        rows.append({"run_id": run_id, "name": name, "step": record.step, "array": buffer.getvalue()})
    return rows


ROWS = ((steps, _step_rows), (epochs, _epoch_rows), (frames, _frame_rows))


def _default_url() -> str:
    folder = paths.home()
    folder.mkdir(parents=True, exist_ok=True)
    return sql.URL.create("sqlite", database=str(folder / "runs.sqlite")).render_as_string()


def _engine_options(url: str) -> dict[str, Any]:
    # A file is opened in microseconds, and a connection that is not kept cannot be carried into another process.
    return {"poolclass": NullPool} if url.startswith("sqlite") else {"pool_pre_ping": True}


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
