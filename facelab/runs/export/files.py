"""A run's settings, curves and weights as files that other programs read."""

import csv
import io
import json
import math

import numpy as np
import safetensors.torch

from facelab.data import load_faces
from facelab.errors import DataError, RunError
from facelab.runs.store import History, Run, RunStore


def config_json(run: Run) -> str:
    """The run's settings as indented JSON, which `python -m facelab train --config` takes."""
    return run.config.model_dump_json(indent=2) + "\n"


def history_csv(history: History) -> str:
    """One row per epoch, one column per metric; a metric that an epoch lacks is an empty cell."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(history.epochs)
    rows.writerows([_cell(value) for value in row] for row in zip(*history.epochs.values(), strict=True))
    return text.getvalue()


def weights(store: RunStore, run_id: str) -> bytes:
    """The run's weights as a safetensors file that explains itself.

    Its metadata holds `config` (the settings) and `input_shape`, both as JSON; and `people`, a JSON list with the name
    of every output, where the faces that the run was trained on are still as they were.

    Raises:
        RunError: there is no such run, or it has no weights yet.
    """
    run = store.get(run_id)
    tensors = store.load_tensors(run_id, "weights")
    if tensors is None:
        raise RunError(f"The run {run_id} has no weights yet: they are kept when it ends or pauses.")
    side = run.config.data.size
    metadata = {"format": "pt", "config": run.config.model_dump_json(), "input_shape": json.dumps([3, side, side])}
    people = _people(run)
    if people:
        metadata["people"] = json.dumps(people, ensure_ascii=False)
    return safetensors.torch.save(tensors, metadata)


def _people(run: Run) -> tuple[str, ...]:
    """The names of the people the run was trained on; none where the faces are gone or have changed since."""
    try:
        faces = load_faces(run.config.data)
    except DataError:
        return ()
    return faces.names if faces.fingerprint == run.fingerprint else ()


def _cell(value: np.float64) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"
