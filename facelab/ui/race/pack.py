"""A race on its way to the browser: settings with their repeats, arrays as base64 of their little-endian bytes."""

import base64
import math

import numpy as np

from facelab.plots import palette
from facelab.ui.race.repeats import courses, gather, note, standing
from facelab.ui.race.view import STATUSES, Member, Plane, View


def pack(view: View) -> dict:
    """The view as JSON can carry it, with null for NaN; of each setting's repeats only the first brings its regions."""
    return {
        "alt": view.alt,
        "axis": {"name": view.axis, "title": view.axis_title, "total": view.total and float(view.total)},
        "varied": view.varied,
        "metrics": [dict(vars(metric)) for metric in view.metrics],
        "ranking": dict(vars(view.ranking)),
        "groups": [_group(view, indices) for indices in gather(view.members).values()],
        "plane": view.plane and _plane(view.plane),
        "palette": {"diverging": palette.DIVERGING},
    }


def _group(view: View, indices: list[int]) -> dict:
    repeats = [view.members[index] for index in indices]
    names = [metric.name for metric in view.metrics]
    at, found = courses(repeats, view.axis, names)
    place = standing(repeats, view.ranking.unit == "share")
    first = repeats[0]
    return {
        "label": first.group,
        "color": first.color,
        "index": indices[0],
        "note": note(repeats),
        "going": any(member.status in STATUSES[:2] for member in repeats),
        "diverged": sum(member.status == "diverged" for member in repeats),
        "at": _base64(at, "<f4"),
        "means": {name: _base64(band, "<f4") for name, band in found.items()},
        "repeats": [_repeat(member, view.axis, names) for member in repeats],
        "values": place.values.tolist(),
        "mean": _number(place.mean),
        "interval": None if math.isnan(place.low) else [place.low, place.high],
        "picture": view.plane and _picture(first),
        "pictured": {"label": first.label, "rank": _number(first.rank), "status": first.status},
    }


def _repeat(member: Member, axis: str, names: list[str]) -> dict:
    at = member.at[axis]
    missing = np.full(len(at), np.nan)
    return {
        "at": _base64(at, "<f4"),
        "diverged": member.status == "diverged",
        "values": {name: _base64(member.metrics.get(name, missing), "<f4") for name in names},
    }


def _picture(member: Member) -> dict | None:
    if member.units:
        layers = [len(layer) for layer in member.units]
        units = _base64(np.concatenate(member.units), "u1")
        return {"kind": "units", "side": member.units[0].shape[-1], "layers": layers, "units": units}
    if member.regions is None or member.confidence is None:
        return None
    height, width = member.regions.shape
    return {
        "kind": "regions",
        "height": height,
        "width": width,
        "regions": _base64(member.regions, "u1"),
        "confidence": _base64(member.confidence, "u1"),
    }


def _plane(plane: Plane) -> dict:
    return {
        "colors": list(plane.colors),
        "window": [float(end) for end in plane.window],
        "coordinates": _base64(plane.coordinates, "<f4"),
        "labels": _base64(plane.labels, "<u2"),
    }


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _base64(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype)).decode("ascii")
