"""How a store written by an earlier version becomes one of this version, with everything in it."""

from collections.abc import Callable

import sqlalchemy as sql

from facelab.runs.tables import schema, sweeps


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
    sweeps.create(connection)
    for column in (
        "sweep VARCHAR(40) REFERENCES sweeps (id) ON DELETE CASCADE",
        "member INTEGER",
        "share INTEGER",
        "tags TEXT NOT NULL DEFAULT ''",
        "note TEXT NOT NULL DEFAULT ''",
    ):
        connection.exec_driver_sql(f"ALTER TABLE runs ADD COLUMN {column}")
    connection.exec_driver_sql("CREATE INDEX ix_runs_sweep ON runs (sweep)")


STEPS: dict[int, Callable[[sql.Connection], None]] = {2: _add_sweeps}
"""From each version to the next."""
