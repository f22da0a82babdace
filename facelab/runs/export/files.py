"""A run's settings, curves and weights as files that other programs read."""

import csv
import io
import json
import math

import numpy as np
import safetensors.torch

from facelab.data import load_dataset
from facelab.errors import DataError, RunError
from facelab.runs.run import History, Run
from facelab.runs.store import RunStore


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

    Its metadata holds `config` (the settings) and `input_shape`, both as JSON; and `people`, for points `classes`, a
    JSON list with the name of every output, where what the run was trained on is still as it was.

    Raises:
        RunError: there is no such run, or it has no weights yet.
    """
    run = store.get(run_id)
    tensors = store.load_tensors(run_id, "weights")
    if tensors is None:
        raise RunError(f"The run {run_id} has no weights yet: they are kept when it ends or pauses.")
    shape, is_faces = json.dumps(run.config.input_shape), run.config.subject == "faces"
    metadata = {"format": "pt", "config": run.config.model_dump_json(), "input_shape": shape}
    if names := _names(run):
        metadata["people" if is_faces else "classes"] = json.dumps(names, ensure_ascii=False)
    return safetensors.torch.save(tensors, metadata)


def _names(run: Run) -> tuple[str, ...]:
    """The names of what the run tells apart; none where its data are gone or have changed since."""
    try:
        data = load_dataset(run.config.data)
    except DataError:
        return ()
    return data.names if data.fingerprint == run.fingerprint else ()


def _cell(value: np.float64) -> str:
    return "" if math.isnan(value) else f"{value:.9g}"
