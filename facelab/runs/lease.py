"""`Lease`: the right to write about a run; `Leases`, those of a job that trains many."""

import io
import json
import math
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import numpy as np
import safetensors.torch
import sqlalchemy as sql
from torch import Tensor

from facelab.runs.database import Database
from facelab.runs.status import ACTIVE, ENDS, RESUMABLE, Status
from facelab.runs.tables import blobs, epochs, frames, runs, steps
from facelab.training import Checkpoint, Record

PART_BYTES = 2**26
"""Blobs are cut into parts: SQLite and PostgreSQL take values of up to 1 GB."""


class Unwanted(Exception):
    """Nobody waits for this job any more: its run was deleted, ended, resumed elsewhere, or given to another job."""


class Lease:
    """The right to write about a run. Only the job that claimed the run last has it, so that one which was taken for
    dead and comes back changes nothing. Every write is one transaction, and a heartbeat.

    Every method raises `Unwanted` once the right is lost, and `StoreError` where the store cannot be written.
    """

    def __init__(self, database: Database, run_id: str, attempt: int) -> None:
        """Claim an attempt at a run, from whoever had it before."""
        self.run_id, self._database, self._key = run_id, database, uuid.uuid4().hex[:12]
        with database.write() as connection:
            now = database.now(connection)
            values = {"status": "running", "started": sql.func.coalesce(runs.c.started, now)}
            wanted = (runs.c.id == run_id, runs.c.attempt == attempt, runs.c.status.in_(ACTIVE))
            change = runs.update().where(*wanted).values(**values, message="", lease=self._key, heartbeat=now)
            if not connection.execute(change).rowcount:
                raise Unwanted

    def beat(self) -> str:
        """Only the heartbeat; returns the command waiting for the run, "" for none."""
        with self._write() as (_, command):
            return command

    def describe(self, **values: Any) -> None:
        """Note facts about the run, by column: `message`, `parameters`, `fingerprint`, `threads`, `test_right`, ..."""
        with self._write(**values):
            pass

    def record(self, records: Iterable[Record]) -> None:
        """Append records."""
        records = list(records)
        if not records:
            return
        rows = {table: [row for record in records for row in rows_of(record)] for table, rows_of in ROWS}
        with self._write(**_progress(records)) as (connection, _):
            for table, values in rows.items():
                if values:
                    connection.execute(table.insert(), [{"run_id": self.run_id} | row for row in values])

    def save_tensors(self, name: str, tensors: dict[str, Tensor]) -> None:
        """Keep named tensors as safetensors, such as `weights` or `predictions`."""
        self._save(name, safetensors.torch.save(tensors))

    def save_checkpoint(self, checkpoint: Checkpoint) -> None:
        """Keep the state to continue from, in place of the one before."""
        progress = {"progress": json.dumps(checkpoint.progress)}
        self._save("checkpoint", safetensors.torch.save(checkpoint.tensors, progress))

    def end(self, status: Status, message: str = "") -> None:
        """The job is over, and with it the lease."""
        with self._write() as (connection, _):
            self._end(connection, status, message)

    def leave(self) -> None:
        """The job is over because it was asked to be: the last command decides between paused and stopped."""
        with self._write() as (connection, command):
            self._end(connection, ENDS[command])

    def _end(self, connection: sql.Connection, status: Status, message: str = "") -> None:
        values = {"status": status, "message": message, "command": "", "ended": self._database.now(connection)}
        connection.execute(runs.update().where(runs.c.id == self.run_id).values(**values))
        if status not in RESUMABLE:
            self._forget(connection, "checkpoint")

    def _save(self, name: str, data: bytes) -> None:
        with self._write() as (connection, _):
            self._forget(connection, name)
            for part, start in enumerate(range(0, len(data), PART_BYTES)):
                row = {"run_id": self.run_id, "name": name, "part": part, "data": data[start : start + PART_BYTES]}
                connection.execute(blobs.insert().values(**row))

    def _forget(self, connection: sql.Connection, name: str) -> None:
        connection.execute(blobs.delete().where(blobs.c.run_id == self.run_id, blobs.c.name == name))

    @contextmanager
    def _write(self, **values: Any) -> Iterator[tuple[sql.Connection, str]]:
        """A transaction that holds the run and sets `values` of it; gives the command waiting for it as well."""
        with self._database.write() as connection:
            ours = (runs.c.id == self.run_id, runs.c.lease == self._key, runs.c.status.in_(ACTIVE))
            change = runs.update().where(*ours).values(**values, heartbeat=self._database.now(connection))
            row = connection.execute(change.returning(runs.c.command)).first()
            if row is None:
                raise Unwanted
            yield connection, row.command


class Leases:
    """The leases of the runs that one job trains together.

    Attributes:
        asked: the ids of those for which a command waits, or whose right is lost.
    """

    def __init__(self, database: Database, leases: Iterable[Lease]) -> None:
        self._database, self.left = database, {lease.run_id: lease for lease in leases}
        self.asked: set[str] = set()

    @property
    def run_id(self) -> str:
        """One that stands for all."""
        return next(iter(self.left), "none")

    def beat(self) -> str:
        """The heartbeat of all of them, in one transaction; the commands are in `asked`."""
        with self.at_once():
            for run_id, lease in list(self.left.items()):
                try:
                    if lease.beat():
                        self.asked.add(run_id)
                except Unwanted:
                    self.asked.add(run_id)
        return ""

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """All that these leases write inside is one transaction."""
        with self._database.write():
            yield

    def drop(self, run_id: str) -> None:
        """Look after one of them no more."""
        self.left.pop(run_id, None)

    def end(self, status: Status, message: str = "") -> None:
        """The job is over for all that are left."""
        for lease in list(self.left.values()):
            with suppress(Unwanted):
                lease.end(status, message)
        self.left.clear()


def _progress(records: list[Record]) -> dict[str, Any]:
    """The columns of a run that `records` bring up to date."""
    values: dict[str, Any] = {"step": records[-1].step, "epoch": records[-1].epoch}
    for record in records:
        if record.kind != "epoch":
            continue
        metrics = record.metrics
        names = ("images_per_second", "seconds_left", "validation_accuracy")
        # Without validation examples their accuracy is NaN, which the databases do not treat alike.
        values |= {name: metrics[name] for name in names if not math.isnan(metrics.get(name, math.nan))}
        if metrics.get("best_epoch") == record.epoch:
            best = values.get("validation_accuracy")
            values |= {"best_epoch": int(record.epoch), "best_validation_accuracy": best}
    return values


def _step_rows(record: Record) -> list[dict[str, Any]]:
    return [{"step": record.step, "epoch": record.epoch} | record.metrics] if record.kind == "step" else []


def _epoch_rows(record: Record) -> list[dict[str, Any]]:
    if record.kind != "epoch":
        return []
    metrics = json.dumps({name: float(value) for name, value in record.metrics.items()})
    return [{"epoch": round(record.epoch), "step": record.step, "metrics": metrics}]


def _frame_rows(record: Record) -> list[dict[str, Any]]:
    rows = []
    for name, array in record.frames.items():
        buffer = io.BytesIO()
        np.save(buffer, array, allow_pickle=False)
        rows.append({"name": name, "step": record.step, "array": buffer.getvalue()})
    return rows


ROWS = ((steps, _step_rows), (epochs, _epoch_rows), (frames, _frame_rows))
