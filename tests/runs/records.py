"""Runs and records made by hand."""

import numpy as np
import sqlalchemy as sql
import torch

from facelab.runs import RunConfig, Sweep
from facelab.runs.database import Database
from facelab.runs.tables import metadata, runs
from facelab.training import Checkpoint, Record

CONFIG = RunConfig()


def step(number, epoch=0.5, **frames):
    metrics = {"loss": 1 / number, "learning_rate": 0.1}
    return Record("step", number, epoch, metrics, checkpoint, {name: np.array(frame) for name, frame in frames.items()})


def epoch(number, **metrics):
    return Record("epoch", 10 * number, float(number), metrics, checkpoint)


def checkpoint():
    return Checkpoint({"model.weight": torch.arange(3.0)}, {"step": 7, "window": [0.5], "best_loss": None})


def started(store):
    run_id = store.create(CONFIG)
    return run_id, store.claim(run_id, 1)


def row_counts(store):
    with Database(store.url).read() as connection:
        return {
            table.name: connection.execute(sql.select(sql.func.count()).select_from(table)).scalar()
            for table in metadata.sorted_tables
        }


def age(store, run_id, seconds):
    """Let a run's last heartbeat lie further back."""
    with Database(store.url).write() as connection:
        change = runs.update().where(runs.c.id == run_id).values(heartbeat=runs.c.heartbeat - seconds)
        connection.execute(change)


def swept(store, values=(1, 2, 3), **settings):
    return store.create_sweep(Sweep.parse({"vary": [{"field": "epochs", "values": values}]} | settings), runner="us")
