"""How a store written by an earlier version becomes one of this version, with everything in it."""

from collections.abc import Callable

import sqlalchemy as sql

from facelab.runs.tables import schema


def migrate(connection: sql.Connection, version: int) -> int:
    """Bring the tables of `version` up to date, within the connection's transaction.

    Returns:
        The version that they have now; not the present one if there is no way there.
    """
    while version in STEPS:
        STEPS[version](connection)
        version += 1
        connection.execute(schema.update().values(version=version))
    return version


def _add_sweeps(connection: sql.Connection) -> None:
    connection.exec_driver_sql(
        "CREATE TABLE sweeps (id VARCHAR(40) NOT NULL PRIMARY KEY, name VARCHAR(200) NOT NULL, settings TEXT NOT NULL, "
        "created DOUBLE PRECISION NOT NULL)"
    )
    connection.exec_driver_sql("CREATE INDEX ix_sweeps_created ON sweeps (created)")
    for column in (
        "sweep VARCHAR(40) REFERENCES sweeps (id) ON DELETE CASCADE",
        "member INTEGER",
        "share INTEGER",
        "tags TEXT NOT NULL DEFAULT ''",
        "note TEXT NOT NULL DEFAULT ''",
    ):
        connection.exec_driver_sql(f"ALTER TABLE runs ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX ix_runs_sweep ON runs (sweep)")


def _add_people(connection: sql.Connection) -> None:
    for table in ("runs", "sweeps"):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN people VARCHAR(40) NOT NULL DEFAULT ''")


STEPS: dict[int, Callable[[sql.Connection], None]] = {2: _add_sweeps, 3: _add_people}
"""From each version to the next."""
