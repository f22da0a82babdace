"""True invariance: generated faces tell how they were taken, and can be taken again with one thing changed.

A flat rotation turns the picture; a turned head shows a side that the picture does not have. So accuracy is set against
the true yaw, light and expression of the photos there are, and, because those photos differ in everything at once,
against photos of the same people taken anew with a single parameter changed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.compare import wilson_intervals
from facelab.analysis.invariance.sweep import Progress
from facelab.data import Faces
from facelab.errors import DataError, SettingsError
from facelab.training import predict

if TYPE_CHECKING:
    from facelab.data.generated import Head, Person


@dataclass(frozen=True)
class Parameter:
    """A parameter of how a photo was taken.

    Attributes:
        title, unit: for people; shares have no unit.
        edges: of the bins over what the generator draws.
        values: for a controlled sweep; they go on beyond what the generator draws.
    """

    title: str
    unit: str
    edges: tuple[float, ...]
    values: tuple[float, ...]


PARAMETERS: dict[str, Parameter] = {
    "yaw": Parameter(
        "Yaw of the head", "degrees", (-50, -24, -12, -4, 4, 12, 24, 50), (-60, -45, -30, -15, 0, 15, 30, 45, 60)
    ),
    "pitch": Parameter("Pitch of the head", "degrees", (-22, -9, -3, 3, 9, 22), (-30, -20, -10, 0, 10, 20, 30)),
    "roll": Parameter("Roll of the head", "degrees", (-15, -6, -2, 2, 6, 15), (-45, -30, -15, 0, 15, 30, 45)),
    "light_azimuth": Parameter(
        "Light from the side", "degrees", (-65, -45, -25, -8, 8, 25, 45, 65), (-90, -65, -40, -20, 0, 20, 40, 65, 90)
    ),
    "light_elevation": Parameter("Light from above", "degrees", (0, 12, 24, 36, 48, 60), (-30, 0, 15, 30, 45, 60, 75)),
    "light_strength": Parameter("Share of directed light", "", (0.3, 0.5, 0.6, 0.7, 0.9), (0, 0.2, 0.4, 0.6, 0.8, 1)),
    "exposure": Parameter("Exposure", "", (0.65, 0.85, 1, 1.15, 1.5), (0.4, 0.6, 0.8, 1, 1.2, 1.5, 2)),
    "smile": Parameter("Smile", "", (-0.3, 0, 0.3, 0.65, 1), (-0.3, 0, 0.25, 0.5, 0.75, 1)),
    "mouth_open": Parameter("Mouth open", "", (0, 0.05, 0.35, 0.65, 1), (0, 0.25, 0.5, 0.75, 1)),
    "eyes_closed": Parameter("Eyes closed", "", (0, 0.05, 0.2, 0.4, 1), (0, 0.25, 0.5, 0.75, 1)),
}


@dataclass(frozen=True, eq=False)
class Bins:
    """Accuracy by a true parameter.

    Attributes:
        edges: float64 [B + 1].
        centres: float64 [B], the mean of the parameter over a bin's photos; the bin's middle if it has none.
        right, total: int64 [B], right answers and photos.
        accuracy: float64 [B], NaN in empty bins.
        intervals: float64 [B, 2], 95 % by Wilson (1927), low and high.
    """

    edges: np.ndarray
    centres: np.ndarray
    right: np.ndarray
    total: np.ndarray
    accuracy: np.ndarray
    intervals: np.ndarray


@dataclass(frozen=True, eq=False)
class TrueSweep:
    """Accuracy on the same photos taken anew with one parameter changed.

    Attributes:
        parameter: a key of `PARAMETERS`.
        values: float64 [V].
        photos: int64 [n], indices into the faces.
        right: bool [V, n].
        before: bool [n], whether the answer is right for the photos as they were.
        accuracy: float64 [V].
        intervals: float64 [V, 2], 95 % by Wilson (1927).
    """

    parameter: str
    values: np.ndarray
    photos: np.ndarray
    right: np.ndarray
    before: np.ndarray
    accuracy: np.ndarray
    intervals: np.ndarray


def binned(right: np.ndarray, values: np.ndarray, edges: Sequence[float]) -> Bins:
    """Accuracy in bins of a parameter.

    Args:
        right: bool [N].
        values: float [N], the photos' true parameter; photos outside the edges are left out.
        edges: increasing; a bin has its lower edge, the last one both.
    """
    edges, values = np.asarray(edges, np.float64), np.asarray(values, np.float64)
    inside = (values >= edges[0]) & (values <= edges[-1])
    place = np.clip(np.searchsorted(edges, values[inside], side="right") - 1, 0, len(edges) - 2)
    hits, total, sums = (
        np.bincount(place, weights, len(edges) - 1) for weights in (right[inside], None, values[inside])
    )
    middle = (edges[:-1] + edges[1:]) / 2
    centres = np.divide(sums, total, out=middle, where=total > 0)
    hits = hits.astype(np.int64)
    accuracy = np.divide(hits, total, out=np.full(len(total), np.nan), where=total > 0)
    return Bins(edges, centres, hits, total, accuracy, wilson_intervals(hits, total))


def by_parameter(
    model: nn.Module, faces: Faces, parameters: Sequence[str] = (), split: str = "test"
) -> dict[str, Bins]:
    """Accuracy on a split's photos against each true parameter, all of `PARAMETERS` if none is named.

    Raises:
        DataError: the faces are not generated, so nobody knows.
        SettingsError: there is no such parameter.
    """
    chosen = [(name, _parameter(faces, name)) for name in parameters or PARAMETERS]
    rows = faces.splits[split].numpy()
    images, labels = faces.split(split)
    right = (predict(model, images).argmax(1) == labels).numpy()
    return {name: binned(right, faces.truth[name].to_numpy()[rows], parameter.edges) for name, parameter in chosen}


def retaken(faces: Faces, photo: int, parameter: str, values: Sequence[float]) -> Tensor:
    """A generated photo taken again with one parameter changed: uint8 [V, 3, size, size].

    Args:
        photo: an index into `faces`.
        parameter: a key of `PARAMETERS`.

    Raises:
        DataError: the faces are not generated.
        SettingsError: there is no such parameter.
    """
    _parameter(faces, parameter)
    from facelab.data.generated import recorded, render

    person, taken = recorded(faces.truth, photo)
    head, size = _head(person), faces.input_shape[1]
    shots = [render(head, replace(taken, **{parameter: float(value)}), size) for value in values]
    return torch.from_numpy(np.stack(shots))


def true_sweep(
    model: nn.Module,
    faces: Faces,
    parameter: str,
    values: Sequence[float] = (),
    split: str = "test",
    most: int = 120,
    seed: int = 0,
) -> Iterator[Progress | TrueSweep]:
    """Take a split's photos again at every value of one parameter: yields `Progress` per photo, at last the result.

    Args:
        parameter: a key of `PARAMETERS`.
        values: of the parameter; those of `PARAMETERS` if there are none.
        most: photos; drawn at random where the split has more, for each costs some milliseconds a value.

    Raises:
        DataError: the faces are not generated, or the split is empty.
        SettingsError: there is no such parameter.
    """
    values = np.asarray(values or _parameter(faces, parameter).values, np.float64)
    rows = faces.splits[split].numpy()
    if not len(rows):
        raise DataError(f"The {split} split has no photos: choose another.")
    if len(rows) > most:
        rows = np.sort(np.random.default_rng(seed).choice(rows, most, replace=False))
    labels = faces.labels.numpy()
    answers = predict(model, faces.images[rows]).argmax(1).numpy()
    right = np.empty((len(values), len(rows)), bool)
    for place, photo in enumerate(rows.tolist()):
        shots = retaken(faces, photo, parameter, values)
        right[:, place] = predict(model, shots).argmax(1).numpy() == labels[photo]
        yield Progress((place + 1) * len(values), right.size)
    intervals = wilson_intervals(right.sum(1), np.full(len(values), len(rows)))
    yield TrueSweep(parameter, values, rows, right, answers == labels[rows], right.mean(1), intervals)


def _parameter(faces: Faces, name: str) -> Parameter:
    if name not in PARAMETERS:
        raise SettingsError(f"There is no true parameter {name!r}: choose one of {', '.join(PARAMETERS)}.")
    if name not in faces.truth:
        raise DataError("Nobody knows how these photos were taken: choose a run on generated faces.")
    return PARAMETERS[name]


@lru_cache(maxsize=8)
def _head(person: "Person") -> "Head":
    """A person's head, which all their photos share."""
    from facelab.data.generated import sculpt

    return sculpt(person)
