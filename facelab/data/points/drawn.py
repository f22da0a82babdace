"""Points drawn by hand: kept as text in the settings themselves, so that a link carries them."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from facelab.data.album import Progress
from facelab.data.points.points import Cloud
from facelab.errors import SettingsError

if TYPE_CHECKING:
    from facelab.data.points.specs import DrawnSpec

WINDOW = 6.0
"""The plane to draw on goes from minus this to this, as in TensorFlow Playground."""
MAX_POINTS, MAX_CLASSES = 2000, 8
MAX_TEXT = 16 * MAX_POINTS

POINT = re.compile(r"\s*(-?\d\.?\d*|-?\.\d+),(-?\d\.?\d*|-?\.\d+),(\d)\s*", re.ASCII)


def parse_drawn(text: str) -> tuple[np.ndarray, np.ndarray]:
    """Points from text such as "1.5,-2,0;0.25,3,1": x, y and class.

    Returns:
        float64 [n, 2] in units of the plane, and int64 [n].

    Raises:
        SettingsError: one sentence naming the first wrong point, or saying that there are too many.
    """
    parts = [part for part in text.split(";") if part.strip()]
    if len(parts) > MAX_POINTS:
        raise SettingsError(f"{len(parts):,} points are too many: at most {MAX_POINTS:,} can be drawn.")
    rows = []
    for number, part in enumerate(parts, start=1):
        match = POINT.fullmatch(part)
        row = tuple(map(float, match.groups())) if match else (np.inf, np.inf, 0)
        if max(abs(row[0]), abs(row[1])) > WINDOW or row[2] >= MAX_CLASSES:
            raise SettingsError(
                f"Point {number} is {part.strip()[:40]!r}, but a point is x,y,class such as 1.5,-2,0, with x and y "
                f"from {-WINDOW:g} to {WINDOW:g} and a class from 0 to {MAX_CLASSES - 1}."
            )
        rows.append(row)
    table = np.array(rows, float).reshape(-1, 3)
    return table[:, :2], table[:, 2].astype(np.int64)


def append_drawn(text: str, points: Iterable[tuple[float, float, int]]) -> str:
    """`text` with more points, (x, y, class) in units of the plane, rounded to 0.01 and moved into the window.

    Raises:
        SettingsError: there would be too many points, or a class does not exist.
    """

    def number(value: float) -> str:
        return f"{round(min(max(value, -WINDOW), WINDOW), 2) + 0:g}"  # adding 0 makes -0 plain 0

    added = ";".join(filter(None, [text, *(f"{number(x)},{number(y)},{label:d}" for x, y, label in points)]))
    parse_drawn(added)
    return added


def load(spec: "DrawnSpec", progress: Progress) -> Cloud:
    """The points in the spec."""
    coordinates, labels = parse_drawn(spec.drawn)
    names = tuple(f"Class {number}" for number in range(1, MAX_CLASSES + 1))
    return Cloud(coordinates, labels, names, "drawn by hand", extent=WINDOW)
