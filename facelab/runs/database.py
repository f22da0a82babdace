"""The database under the store: SQLite or PostgreSQL, opened, locked and failing alike."""

import os
import sqlite3
import threading
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from facelab import paths
from facelab.errors import StoreError
from facelab.runs.migrations import migrate
from facelab.runs.tables import VERSION, metadata, schema

LOCK_SECONDS = 120
"""How long a writer waits for the others before it gives up: one of them may be writing gigabytes anew."""
CREATION_LOCK = 7069539


class Database:
    """Transactions on the database at `url`. Safe to use from several threads, processes and machines at once."""

    def __init__(self, url: str | None = None) -> None:
        """Open the database, make its tables if it has none, and bring those of an earlier version up to date.

        Args:
            url: an SQLAlchemy URL; by default what `FACELAB_STORE` names, else a SQLite file in the user's data
                directory.

        Raises:
            StoreError: it cannot be opened, or another version of facelab wrote it.
        """
        self.url = url or os.environ.get("FACELAB_STORE") or ""
        self._open = threading.local()
        with self._explained("opened"):
            self.url = self.url or _default_url()
            self._sqlite = sql.make_url(self.url).get_backend_name() == "sqlite"
            options = {"connect_args": {"timeout": LOCK_SECONDS}} if self._sqlite else {"pool_pre_ping": True}
            self._engine = sql.create_engine(self.url, **options)
            self._writer = self._engine.execution_options(writes=True)
            weakref.finalize(self, self._engine.dispose)
            if self._sqlite:
                sql.event.listen(self._engine, "connect", _prepare_sqlite)
                sql.event.listen(self._engine, "begin", _begin_sqlite)
            with self._engine.connect() as connection:
                found = _version(connection)
            if found is None or found < VERSION:
                found = self._create_or_migrate(found)
        if found != VERSION:
            raise StoreError(
                f"The store of runs {self} was written by another version of facelab: name another one in "
                "FACELAB_STORE."
            )

    def __str__(self) -> str:
        try:
            return sql.make_url(self.url).render_as_string(hide_password=True)
        except SQLAlchemyError:
            return "named by FACELAB_STORE"

    @contextmanager
    def read(self) -> Iterator[sql.Connection]:
        """A transaction that only reads.

        Raises:
            StoreError: the database cannot be read.
        """
        with self._explained("read"), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sql.Connection]:
        """A transaction that reads and writes; it is kept when the block ends well.

        Within another one of the same thread it is a part of that one.

        Raises:
            StoreError: the database cannot be written.
        """
        outer = getattr(self._open, "connection", None)
        if outer is not None:
            yield outer
            return
        with self._explained("written"), self._writer.begin() as connection:
            self._open.connection = connection
            try:
                yield connection
            finally:
                self._open.connection = None

    def now(self, connection: sql.Connection) -> float:
        """Seconds since 1970 by the clock that all users of this database share."""
        if self._sqlite:
            return time.time()
        clock = sql.func.extract("epoch", sql.func.clock_timestamp())
        return float(connection.execute(sql.select(clock)).scalar_one())

    def shrink(self, leave_nothing: bool = False) -> None:
        """Give the space of what was deleted back to the disk; PostgreSQL sees to that itself.

        Args:
            leave_nothing: write all files anew, so that no byte of what was deleted is left in them.

        Raises:
            StoreError: the database cannot be written, or is being read all the while.
        """
        if not self._sqlite:
            return
        with self._explained("written"), self._engine.connect() as connection:
            file = connection.connection
            # As a script, for an ordinary statement would stop after the first of many pages. Only a whole VACUUM
            # clears what lies between the rows of a page, where secure_delete leaves copies of rows that were moved.
            file.executescript("VACUUM" if leave_nothing else "PRAGMA incremental_vacuum")
            busy, *_ = file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if busy and leave_nothing:
                raise sqlite3.OperationalError("it is being read, so something is left of what was deleted; try again")

    def _create_or_migrate(self, found: int | None) -> int:
        """Make the tables, or bring them up to date; returns their version."""
        if self._sqlite and found is None:
            with self._engine.connect() as connection:
                _choose_wal(connection.connection)
        with self._writer.begin() as connection:
            if not self._sqlite:
                # A SQLite writer is alone; PostgreSQL must be told to keep two first users apart.
                connection.execute(sql.select(sql.func.pg_advisory_xact_lock(CREATION_LOCK)))
            found = _version(connection)
            if found is None:
                metadata.create_all(connection)
                connection.execute(schema.insert().values(version=VERSION))
            return migrate(connection, found or VERSION)

    @contextmanager
    def _explained(self, done: str) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, ImportError, OSError) as error:
            reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0].rstrip(".")
            raise StoreError(f"The store of runs {self} cannot be {done}: {reason}.") from error


def _version(connection: sql.Connection) -> int | None:
    """The version of facelab's tables in this database, None where it has none."""
    if not sql.inspect(connection).has_table(schema.name):
        return None
    return connection.execute(sql.select(schema.c.version)).scalar()


def _default_url() -> str:
    folder = paths.home()
    folder.mkdir(parents=True, exist_ok=True)
    return sql.URL.create("sqlite", database=str(folder / "runs.sqlite")).render_as_string()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # Python's own transactions begin at the first write, too late for what was read before to be still true.
    connection.isolation_level = None
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _choose_wal(connection: Any) -> None:
    """Make an empty file one that is read while it is written, and that shrinks."""
    patience = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            connection.executescript("PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            # Here alone SQLite does not wait when another first user does the same.
            if time.monotonic() > patience:
                raise
            time.sleep(0.02)


def _begin_sqlite(connection: sql.Connection) -> None:
    # A transaction that reads first and becomes a writer later fails at once if another wrote in between.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
