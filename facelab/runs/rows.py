"""What a new run or sweep is in its table, and what a row of that table is as a `Run`."""

import time
import uuid
from typing import Any

import sqlalchemy as sql

from facelab.errors import RunError, SettingsError
from facelab.runs.config import RunConfig
from facelab.runs.dealing import deal
from facelab.runs.run import Run
from facelab.runs.status import ACTIVE, LOST_AFTER
from facelab.runs.sweep import Sweep

LOST = "The process that trained this run is gone: resume it or discard it."


def new_run(config: RunConfig, name: str, runner: str, run_id: str = "") -> dict[str, Any]:
    """The columns of a queued run but its times; with a new id if none is given, named by its settings if by nothing.

    Raises:
        RunError: the name is too long.
    """
    row = {"id": run_id or _new_id(), "name": proper_name(name or config.summary()), "config": config.model_dump_json()}
    return row | {"people": config.people, "status": "queued", "runner": runner}


def new_sweep(sweep: Sweep, name: str, runner: str, jobs: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The columns of a sweep but its time, and of all its members, dealt to jobs.

    Raises:
        RunError: the name is too long.
        SettingsError: the members train on the enrolled people of several keys.
    """
    members = sweep.members()
    people = {config.people for config in (sweep.base, *(member.config for member in members))} - {""}
    if len(people) > 1:
        raise SettingsError("A sweep can train on one group of enrolled people only: leave data.key as it is.")
    row = {"id": _new_id(), "name": proper_name(name or sweep.summary()), "settings": sweep.model_dump_json()}
    own = [
        new_run(member.config, member.name[:200], runner, f"{row['id']}-{index:04}")
        | {"sweep": row["id"], "member": index, "share": share}
        for index, (member, share) in enumerate(zip(members, deal(sweep, jobs), strict=True))
    ]
    return row | {"people": next(iter(people), "")}, own


def run_of(row: sql.Row, now: float) -> Run:
    """A run as it stands at a time; one whose heartbeat stopped long ago is lost."""
    columns = row._mapping
    values = {name: columns[name] for name in Run.__dataclass_fields__ if name in columns}
    if row.status in ACTIVE and row.heartbeat < now - LOST_AFTER:
        values |= {"status": "lost", "message": LOST}
    return Run(**values, settings=row.config)


def proper_name(name: str) -> str:
    """A run's name without space around it.

    Raises:
        RunError: it does not have 1 to 200 characters.
    """
    name = name.strip()
    if not 1 <= len(name) <= 200:
        raise RunError("A run's name has 1 to 200 characters.")
    return name


def _new_id() -> str:
    return f"{time.strftime('%y%m%d-%H%M%S')}-{uuid.uuid4().hex[:6]}"
