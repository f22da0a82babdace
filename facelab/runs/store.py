"""`RunStore`: runs, their history, frames and weights, and the sweeps that group them.

A run is *owned* by whoever touches its heartbeat: its job (see `Lease`) while it runs, the process that queued it
before. A queued or running run whose heartbeat stopped is `lost`: that is worked out on reading, so it is true even
when every process that knew of the run was killed.
"""

import copy
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any, Self

import numpy as np
import safetensors.torch
import sqlalchemy as sql
from torch import Tensor, nn

from facelab.data.people.keys import KEPT
from facelab.errors import RunError
from facelab.models import blank
from facelab.runs import curves, rows
from facelab.runs.config import RunConfig
from facelab.runs.database import Database
from facelab.runs.lease import Lease, Leases, Unwanted
from facelab.runs.run import History, Run, StoredSweep
from facelab.runs.status import ACTIVE, ENDS, LOST_AFTER, Command
from facelab.runs.sweep import Sweep
from facelab.runs.tables import blobs, epochs, frames, runs, steps, sweeps
from facelab.training import Checkpoint
from facelab.training.steps import part_of

LONGEST_TAGS, LONGEST_NOTE = 200, 10_000


class RunStore:
    """Runs in a database: a SQLite file in the user's data directory, or what `FACELAB_STORE` names.

    Safe to use from several threads, processes and, on PostgreSQL, machines at once. Every method raises `StoreError`
    where the database cannot be read or written.

    Attributes:
        database: what lies under it, the same under all its views.
    """

    def __init__(self, url: str | None = None) -> None:
        """Open or create the store at `url` (an SQLAlchemy URL).

        Raises:
            StoreError: it cannot be opened, or another version of facelab wrote it.
        """
        self.database = Database(url)
        self.url = self.database.url
        self._keys: tuple[str, ...] | None = None

    def seen_by(self, keys: Collection[str]) -> Self:
        """This store as somebody sees it whose enrolled people have these keys, see `facelab.data.people`.

        To them, runs and sweeps on the people of others do not exist, be it for reading, changing or deleting; what a
        job and its runner need goes on for all. Runs on people that are kept, or on none, are everybody's.
        """
        view = copy.copy(self)
        view._keys = ("", KEPT, *keys)
        return view

    def sees(self, people: Collection[str]) -> bool:
        """Whether what is on the people of all these keys exists for whoever looks."""
        return self._keys is None or set(people) <= set(self._keys)

    # What a page needs

    def create(self, config: RunConfig, name: str = "", runner: str = "", run_id: str = "") -> str:
        """Keep a new queued run and return its id: `run_id`, which no other has, or a new one."""
        row = rows.new_run(config, name, runner, run_id)
        with self.database.write() as connection:
            now = self.database.now(connection)
            connection.execute(runs.insert().values(**row, created=now, heartbeat=now))
        return row["id"]

    def get(self, run_id: str) -> Run:
        """One run.

        Raises:
            RunError: there is none with this id.
        """
        with self.database.read() as connection:
            return self._get(connection, run_id)

    def all(self, limit: int | None = None, members: bool = True) -> list[Run]:
        """Runs, the newest first; without the `members` of sweeps if they are not wanted."""
        chosen = sql.select(runs).order_by(runs.c.created.desc(), runs.c.id).limit(limit)
        with self.database.read() as connection:
            return self._select(connection, chosen if members else chosen.where(runs.c.sweep.is_(None)))

    def rename(self, run_id: str, name: str) -> None:
        """Give a run another name.

        Raises:
            RunError: the name does not have 1 to 200 characters, or there is no such run.
        """
        with self.database.write() as connection:
            _set(connection, self._hold(connection, run_id), name=rows.proper_name(name))

    def annotate(self, run_id: str, tags: str | None = None, note: str | None = None) -> None:
        """Give a run other tags, another note, or both.

        Raises:
            RunError: they are too long, or there is no such run.
        """
        given = {name: text.strip() for name, text in (("tags", tags), ("note", note)) if text is not None}
        for name, longest in (("tags", LONGEST_TAGS), ("note", LONGEST_NOTE)):
            if len(given.get(name, "")) > longest:
                raise RunError(f"The {name} of a run can have up to {longest:,} characters: shorten what you wrote.")
        with self.database.write() as connection:
            run = self._hold(connection, run_id)
            if given:
                _set(connection, run, **given)

    def delete(self, run_id: str) -> None:
        """Forget a run with all that belongs to it; its job, if it has one, notices and ends."""
        self._delete(runs, runs.c.id == run_id)

    def forget(self, people: str) -> None:
        """Delete every run and sweep on the enrolled people of a key, so that nothing of them is left in the files."""
        with self.database.write() as connection:
            for table in (sweeps, runs):
                connection.execute(table.delete().where(table.c.people == people))
        self.database.shrink(leave_nothing=True)

    def ask(self, run_id: str, command: Command) -> None:
        """Ask a run to pause or stop. A job follows within a second; what has no job follows at once.

        Raises:
            RunError: the run has already ended, or does not exist.
        """
        with self.database.write() as connection:
            run = self._hold(connection, run_id)
            if not self._ask(connection, run, command):
                raise RunError(f"This run has {run.status} already.")

    def requeue(self, run_id: str, runner: str = "") -> int:
        """Queue a run again, to go on from its last checkpoint; returns the number of this attempt.

        What was trained together with others left none, and starts again by itself.

        Raises:
            RunError: it is active or finished, or does not exist.
        """
        with self.database.write() as connection:
            run = self._hold(connection, run_id)
            if not run.resumable:
                raise RunError(f"This run is {run.status}: there is nothing to resume.")
            self._leave_share(connection, run)
            values = {"status": "queued", "command": "", "message": "", "runner": runner, "ended": None}
            _set(connection, run, **values, attempt=run.attempt + 1, heartbeat=self.database.now(connection))
        return run.attempt + 1

    def history(self, run_id: str) -> History:
        """The run's curves so far."""
        return self.histories([run_id])[run_id]

    def histories(self, run_ids: Sequence[str]) -> dict[str, History]:
        """The curves so far of many runs, by id, read at once."""
        with self.database.read() as connection:
            known = self._known(connection, run_ids)
            found = curves.histories(connection, list(known.values()))
        return {run_id: found[same] for run_id, same in known.items()}

    def last_frames(self, run_ids: Sequence[str], name: str) -> dict[str, tuple[int, np.ndarray]]:
        """The step and array of the latest frame called `name`, by the id of each run that has one."""
        with self.database.read() as connection:
            return curves.last_frames(connection, list(self._known(connection, run_ids).values()), name)

    def frames(self, run_id: str, name: str) -> tuple[list[int], list[np.ndarray]]:
        """The steps and arrays of the frames called `name`."""
        with self.database.read() as connection:
            mine = frames.c.run_id == self._known(connection, [run_id])[run_id]
            chosen = sql.select(frames.c.step, frames.c.array).where(mine, frames.c.name == name)
            found = connection.execute(chosen.order_by(frames.c.step)).all()
        return [row.step for row in found], [curves.array_of(row.array) for row in found]

    def load_bytes(self, run_id: str, name: str) -> bytes | None:
        """The safetensors file called `name`, such as `weights` or `predictions`, or None."""
        with self.database.read() as connection:
            mine = blobs.c.run_id == self._known(connection, [run_id])[run_id]
            chosen = sql.select(blobs.c.data).where(mine, blobs.c.name == name)
            parts = connection.execute(chosen.order_by(blobs.c.part)).scalars().all()
        return b"".join(parts) if parts else None

    def load_tensors(self, run_id: str, name: str) -> dict[str, Tensor] | None:
        """The tensors in the file called `name`, or None."""
        data = self.load_bytes(run_id, name)
        return None if data is None else safetensors.torch.load(data)

    def load_model(self, run_id: str) -> nn.Module:
        """The network of a run as it was kept last, in evaluation mode.

        Raises:
            RunError: there is no such run, or nothing of its network is kept yet.
        """
        run = self.get(run_id)
        weights = self.load_tensors(run_id, "weights")
        # While a run goes on, its checkpoint is newer than the weights of its last pause.
        if (weights is None or run.active) and (checkpoint := self.load_checkpoint(run_id)):
            weights = part_of(checkpoint.tensors, "model")
        if weights is None:
            raise RunError("Nothing of this network is kept yet: wait until it has learned a while.")
        network = blank(run.config.model, run.config.input_shape, run.classes)
        network.load_state_dict(weights)
        return network.eval()

    # Sweeps

    def create_sweep(self, sweep: Sweep, name: str = "", runner: str = "", jobs: int = 1) -> str:
        """Keep a new sweep with all its members, queued, and return its id.

        Args:
            jobs: how many jobs train at once those members that can be trained together.

        Raises:
            SettingsError: its members train on the enrolled people of several keys.
        """
        row, members = rows.new_sweep(sweep, name, runner, jobs)
        with self.database.write() as connection:
            now = self.database.now(connection)
            connection.execute(sweeps.insert().values(**row, created=now))
            connection.execute(runs.insert(), [member | {"created": now, "heartbeat": now} for member in members])
        return row["id"]

    def sweep(self, sweep_id: str) -> StoredSweep:
        """One sweep.

        Raises:
            RunError: there is none with this id.
        """
        with self.database.read() as connection:
            row = connection.execute(sql.select(sweeps).where(sweeps.c.id == sweep_id, self._seen(sweeps))).first()
        if row is None:
            raise RunError(f"There is no sweep {sweep_id}: it was deleted, or the id is mistyped.")
        return StoredSweep(**row._mapping)

    def sweeps(self, limit: int | None = None) -> list[StoredSweep]:
        """Sweeps, the newest first."""
        chosen = sql.select(sweeps).where(self._seen(sweeps)).order_by(sweeps.c.created.desc(), sweeps.c.id)
        with self.database.read() as connection:
            return [StoredSweep(**row._mapping) for row in connection.execute(chosen.limit(limit))]

    def members(self, sweep_id: str) -> list[Run]:
        """The runs of a sweep, in the order of `Sweep.members`, without those that were deleted."""
        with self.database.read() as connection:
            return self._select(connection, sql.select(runs).where(runs.c.sweep == sweep_id).order_by(runs.c.member))

    def ask_sweep(self, sweep_id: str, command: Command) -> None:
        """Ask all members of a sweep that have not ended to pause or stop."""
        mine = sql.select(runs).where(runs.c.sweep == sweep_id).with_for_update()
        with self.database.write() as connection:
            for run in self._select(connection, mine):
                self._ask(connection, run, command)

    def delete_sweep(self, sweep_id: str) -> None:
        """Forget a sweep with all its members."""
        self._delete(sweeps, sweeps.c.id == sweep_id)

    # What a job and its runner need

    def queued_by(self, runner: str, message: str = "") -> list[list[tuple[str, int]]]:
        """The (id, attempt) of the runs that `runner` has queued, oldest first; touches their heartbeats.

        Those that one job is to train, most often only one, come as one list.

        Args:
            message: what to tell of them meanwhile.
        """
        mine = (runs.c.runner == runner, runs.c.status == "queued")
        columns = (runs.c.id, runs.c.attempt, runs.c.sweep, runs.c.share)
        chosen = sql.select(*columns).where(*mine).order_by(runs.c.created, runs.c.sweep, runs.c.share, runs.c.id)
        with self.database.read() as connection:
            if not connection.execute(chosen.limit(1)).first():
                return []
        with self.database.write() as connection:
            now = self.database.now(connection)
            connection.execute(runs.update().where(*mine).values(heartbeat=now, message=message))
            found = connection.execute(chosen).all()
        jobs = groupby(found, lambda row: row.id if row.share is None else (row.sweep, row.share))
        return [[(row.id, row.attempt) for row in job] for _, job in jobs]

    def claim(self, run_id: str, attempt: int) -> Lease | None:
        """Mark a queued run as running, with the right to write about it. None if this attempt is no longer wanted."""
        try:
            return Lease(self.database, run_id, attempt)
        except Unwanted:
            return None

    def claim_many(self, members: Iterable[tuple[str, int]]) -> Leases:
        """As `claim` for the (id, attempt) of several runs at once, those that are still wanted."""
        with self.database.write():
            return Leases(self.database, filter(None, [self.claim(*member) for member in members]))

    def fail(self, run_id: str, attempt: int, message: str) -> None:
        """End an attempt whose job cannot do it any more; nothing happens if it has ended."""
        with self.database.write() as connection:
            active = (runs.c.id == run_id, runs.c.attempt == attempt, runs.c.status.in_(ACTIVE))
            values = {"status": "failed", "message": message, "command": "", "ended": self.database.now(connection)}
            connection.execute(runs.update().where(*active).values(**values))

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """All that this thread writes inside is one transaction: kept as a whole or, after an exception, not at all."""
        with self.database.write():
            yield

    def now(self) -> float:
        """Seconds since 1970 by the clock that all users of this store share."""
        with self.database.read() as connection:
            return self.database.now(connection)

    def active(self) -> int:
        """How many runs are being trained at this moment, or wait for a worker that lives."""
        with self.database.read() as connection:
            alive = runs.c.heartbeat > self.database.now(connection) - LOST_AFTER
            count = sql.select(sql.func.count()).where(runs.c.status.in_(ACTIVE), alive)
            return connection.execute(count).scalar_one()

    def recorded(self, run_id: str) -> tuple[int, int]:
        """The last (step, epoch) with a record, (-1, -1) without any."""
        with self.database.read() as connection:
            known = self._known(connection, [run_id])[run_id]
            last = [
                connection.execute(sql.select(sql.func.max(column)).where(column.table.c.run_id == known)).scalar()
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

    def _seen(self, table: sql.Table) -> sql.ColumnElement[bool]:
        """Which runs, or sweeps, there are for whoever looks."""
        return sql.true() if self._keys is None else table.c.people.in_(self._keys)

    def _known(self, connection: sql.Connection, run_ids: Iterable[str]) -> dict[str, str]:
        """Ids as they may be asked for: in place of those of runs that are not seen one that no run has."""
        if self._keys is None:
            return {run_id: run_id for run_id in run_ids}
        seen = set(connection.execute(sql.select(runs.c.id).where(runs.c.id.in_(run_ids), self._seen(runs))).scalars())
        return {run_id: run_id if run_id in seen else "" for run_id in run_ids}

    def _delete(self, table: sql.Table, which: sql.ColumnElement[bool]) -> None:
        """Forget runs or sweeps; what was trained on people without a trace."""
        deleted = table.delete().where(which, self._seen(table)).returning(table.c.people)
        with self.database.write() as connection:
            people = connection.execute(deleted).scalars().all()
        self.database.shrink(leave_nothing=any(people))

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

    def _ask(self, connection: sql.Connection, run: Run, command: Command) -> bool:
        """Whether there was something left to ask."""
        if run.status == "running":
            _set(connection, run, command=command)
        elif run.status in ("queued", "paused", "lost"):
            _set(connection, run, status=ENDS[command], command="", message="", ended=self.database.now(connection))
        else:
            return False
        return True

    def _leave_share(self, connection: sql.Connection, run: Run) -> None:
        """From now on a member is a run like any other; what led up to no checkpoint comes again."""
        saved = sql.exists().where(blobs.c.run_id == runs.c.id, blobs.c.name == "checkpoint")
        mine = runs.update().where(runs.c.id == run.id, runs.c.share.is_not(None))
        if connection.execute(mine.where(~saved).values(step=0, epoch=0.0)).rowcount:
            for table in (steps, epochs, frames):
                connection.execute(table.delete().where(table.c.run_id == run.id))
        connection.execute(mine.values(share=None))

    def _select(self, connection: sql.Connection, chosen: sql.Select) -> list[Run]:
        now = self.database.now(connection)
        return [rows.run_of(row, now) for row in connection.execute(chosen.where(self._seen(runs)))]


def _set(connection: sql.Connection, run: Run, **values: Any) -> None:
    connection.execute(runs.update().where(runs.c.id == run.id).values(**values))
