"""A run as one file, to be taken to another store: settings, curves, frames, weights and predictions.

A safetensors file. Its metadata hold, under `run`, JSON with `format`, `name`, `settings`, `message` and the facts that
cannot be read off the tensors; its tensors are named `weights.*`, `predictions.*`, `steps.*`, `epochs.*`, and for
every kind of frame `frames.<name>` [moments, ...] with `frames.<name>.steps`. Weights may be float16 where the network
has float32.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from facelab.errors import RunError
from facelab.models import blank
from facelab.runs.config import RunConfig
from facelab.runs.store import RunStore
from facelab.training import Checkpoint, Record

FORMAT = 1
MOST_BYTES = 1_000_000_000
MOST_STEPS = 10**12
FRAMES = ("first_layer", "weights", "scores")
NOT_ONE = "This file is no run of facelab, or it is damaged: pack the run again and take that file."


@dataclass(frozen=True, eq=False)
class Parcel:
    """What a packed run knows, taken out without a store.

    Attributes:
        name: of the run.
        config: its settings.
        network: as it was kept, in evaluation mode, on the CPU.
        predictions: on the test split: `probabilities` float32 [N, classes], `labels` int64 [N], and of a run on pairs
            `distances` float32 [N].
    """

    name: str
    config: RunConfig
    network: nn.Module
    predictions: dict[str, Tensor]


def pack(
    store: RunStore,
    run_id: str,
    moments: int | None = None,
    half: bool = False,
    beside: Mapping[str, Tensor] | None = None,
) -> bytes:
    """A finished run as a file, with the frames of at most so many moments, the first and the last among them.

    Args:
        half: keep the weights of layers in float16, which halves the file; what is no matrix stays as it is.
        beside: what else to keep with the predictions.

    Raises:
        RunError: there is no such run, or it is not finished.
    """
    run, history = store.get(run_id), store.history(run_id)
    weights, predictions = (store.load_tensors(run_id, name) for name in ("weights", "predictions"))
    if run.status != "finished" or weights is None or predictions is None:
        raise RunError(f"The run {run_id} is not finished: only what is finished can be packed.")
    if half:
        weights = {name: value.half() if value.ndim > 1 else value for name, value in weights.items()}
    tensors = _under("weights", weights) | _under("predictions", predictions | dict(beside or {}))
    tensors |= _under("steps", _tensors(history.steps)) | _under("epochs", _tensors(history.epochs))
    for name in FRAMES:
        steps, arrays = store.frames(run_id, name)
        if steps:
            keep = np.unique(np.linspace(0, len(steps) - 1, min(moments or len(steps), len(steps))).round().astype(int))
            tensors[f"frames.{name}"] = torch.from_numpy(np.stack([arrays[index] for index in keep]))
            tensors[f"frames.{name}.steps"] = torch.tensor(steps)[keep]
    facts = {
        "format": FORMAT,
        "name": run.name,
        "settings": json.loads(run.settings),
        "message": run.message,
        "fingerprint": run.fingerprint,
        "threads": run.threads,
    }
    return safetensors.torch.save(tensors, {"run": json.dumps(facts, ensure_ascii=False)})


def unpack(store: RunStore, data: bytes, run_id: str = "") -> str:
    """Put a packed run into a store, as a finished one; returns its id. Nothing is kept of a file that is wrong.

    Args:
        run_id: that no other run has; a new one if not given.

    Raises:
        RunError: the file is no packed run, or one whose weights do not fit its network.
        SettingsError, ShapeError: its settings are none of this version of facelab.
        StoreError: the store cannot be written, or has a run of this id.
    """
    facts, parts = _read(data)
    config, predictions = RunConfig.parse(facts["settings"]), parts["predictions"]
    probabilities, labels = predictions["probabilities"], predictions["labels"]
    network = _network(config, parts["weights"], predictions)
    records = _records(parts | {"epochs": _by_layer(parts["epochs"], network)})
    with store.at_once():
        run_id = store.create(config, facts["name"], run_id=run_id)
        lease = store.claim(run_id, 1)
        lease.record(records)
        lease.save_tensors("weights", network.state_dict())
        lease.save_tensors("predictions", predictions)
        lease.describe(
            classes=probabilities.shape[1],
            parameters=sum(parameter.numel() for parameter in network.parameters()),
            fingerprint=facts["fingerprint"],
            threads=facts["threads"],
            test_right=int((probabilities.argmax(1) == labels).sum()),
            test_total=len(labels),
        )
        lease.end("finished", facts["message"])
    return run_id


def read(data: bytes) -> Parcel:
    """A packed run without a store, for whoever only needs the network.

    Raises:
        RunError, SettingsError, ShapeError: as `unpack`.
    """
    facts, parts = _read(data)
    config = RunConfig.parse(facts["settings"])
    network = _network(config, parts["weights"], parts["predictions"])
    return Parcel(facts["name"], config, network.eval(), parts["predictions"])


def _under(part: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{part}.{name}": value for name, value in tensors.items()}


def _tensors(columns: dict[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.ascontiguousarray(column)) for name, column in columns.items()}


def _read(data: bytes) -> tuple[dict[str, Any], dict[str, dict[str, Tensor]]]:
    """The facts, and the tensors by part and name."""
    if len(data) > MOST_BYTES:
        raise RunError(f"This file has more than {MOST_BYTES // 10**9} GB, which no packed run has.")
    try:
        tensors = safetensors.torch.load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        facts = json.loads(header["__metadata__"]["run"])
        parts: dict[str, dict[str, Tensor]] = {part: {} for part in ("weights", "predictions", "steps", "epochs")}
        parts["frames"] = {}
        for name, value in tensors.items():
            part, _, rest = name.partition(".")
            parts[part][rest] = value
        known = {name: facts[name] for name in ("name", "settings", "message", "fingerprint", "threads")}
        if facts["format"] != FORMAT or not all(parts[part] for part in ("weights", "epochs")):
            raise RunError(NOT_ONE)
        _ = parts["predictions"]["probabilities"], parts["predictions"]["labels"]
        texts, number = (known["name"], known["message"], known["fingerprint"]), known["threads"]
        if not all(isinstance(text, str) for text in texts) or not isinstance(number, int):
            raise RunError(NOT_ONE)
    except (SafetensorError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RunError(NOT_ONE) from error
    return known, parts


def _network(config: RunConfig, weights: dict[str, Tensor], predictions: dict[str, Tensor]) -> nn.Module:
    """The network of these settings with its weights; refuses those of another, and predictions that are none."""
    probabilities, labels = predictions["probabilities"], predictions["labels"]
    answered = probabilities.ndim == 2 and labels.shape == probabilities.shape[:1] and labels.dtype == torch.int64
    if not answered or not len(labels) or not probabilities.isfinite().all():
        raise RunError(NOT_ONE)
    if not 0 <= labels.min() <= labels.max() < probabilities.shape[1]:
        raise RunError(NOT_ONE)
    if config.subject == "pairs":
        distances = predictions.get("distances")
        if distances is None or distances.shape != labels.shape or not distances.isfinite().all():
            raise RunError(NOT_ONE)
    network = blank(config.model, config.input_shape, probabilities.shape[1])
    weights = {name: value.float() if value.dtype == torch.float16 else value for name, value in weights.items()}
    wanted, given = (
        {name: (value.shape, value.dtype) for name, value in tensors.items()}
        for tensors in (network.state_dict(), weights)
    )
    if wanted != given:
        raise RunError("The weights in this file do not fit the network of its settings: pack the run again.")
    network.load_state_dict(weights)
    return network


def _by_layer(columns: dict[str, Tensor], network: nn.Module) -> dict[str, Tensor]:
    """The columns, those of layers such as `weight_norm.output` in the network's order, which a file does not keep."""
    places = {name: place for place, (name, _) in enumerate(network.named_modules())}
    return dict(sorted(columns.items(), key=lambda column: places.get(column[0].partition(".")[2], -1)))


def _records(parts: dict[str, dict[str, Tensor]]) -> list[Record]:
    """The records that a job would have written."""
    try:
        frames = _frames(parts["frames"])
        rows = [*_rows("step", parts["steps"]), *_rows("epoch", parts["epochs"])]
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(NOT_ONE) from error
    rows.sort(key=lambda row: (row[1], row[0] == "epoch"))
    records = [Record(*row, _no_checkpoint, frames.pop(row[1], {})) for row in rows]
    if frames:
        raise RunError(NOT_ONE)
    return records


def _rows(kind: str, columns: dict[str, Tensor]) -> list[tuple[str, int, float, dict[str, float]]]:
    if any(column.ndim != 1 for column in columns.values()):
        raise ValueError("A column is no list of numbers.")
    values = {name: column.double().tolist() for name, column in columns.items()}
    steps, epochs = values.pop("step"), values.pop("epoch")
    if not all(0 <= number <= MOST_STEPS for number in (*steps, *epochs)):
        raise ValueError("A step or an epoch is no number that can be counted.")
    return [
        (kind, int(step), epoch, dict(zip(values, row, strict=True)))
        for step, epoch, *row in zip(steps, epochs, *values.values(), strict=True)
    ]


def _frames(tensors: dict[str, Tensor]) -> dict[int, dict[str, np.ndarray]]:
    """Frames by step and name."""
    found: dict[int, dict[str, np.ndarray]] = {}
    for name in FRAMES:
        if name in tensors:
            for step, array in zip(tensors[f"{name}.steps"].tolist(), tensors[name].numpy(), strict=True):
                found.setdefault(step, {})[name] = array
    return found


def _no_checkpoint() -> Checkpoint:
    return Checkpoint({}, {})
