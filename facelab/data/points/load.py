"""`load_points`: the points that a spec asks for, from whichever source, made once."""

import torch

from facelab.data import cache
from facelab.data.album import Progress
from facelab.data.load import Source
from facelab.data.points import countries, drawn, generators, table
from facelab.data.points.points import Cloud, Points
from facelab.data.points.specs import (
    BlobsSpec,
    CheckerboardSpec,
    CirclesSpec,
    CountriesSpec,
    DrawnSpec,
    MoonsSpec,
    PointsSpec,
    PointsSplit,
    SpiralsSpec,
    TableSpec,
    XorSpec,
)
from facelab.data.splits import split_per_person
from facelab.errors import DataError

KEPT_IN_MEMORY = 8
LEAST_POINTS = 10

_clouds: cache.Once[Cloud] = cache.Once(KEPT_IN_MEMORY)
_points: cache.Once[Points] = cache.Once(KEPT_IN_MEMORY)


def _always(spec: PointsSpec) -> str:
    """The signature of what is made from the spec alone."""
    return ""


POINT_SOURCES: dict[str, Source] = {
    "spirals": Source(
        SpiralsSpec,
        "Spirals",
        "Arms that wind around each other: the hardest of the figures.",
        generators.spirals,
        _always,
    ),
    "moons": Source(
        MoonsSpec,
        "Moons",
        "Two interleaving half circles: no line parts them, a slight bend does.",
        generators.moons,
        _always,
    ),
    "circles": Source(
        CirclesSpec,
        "Circles",
        "Rings around one centre: a closed border is needed, or the squares of x and y.",
        generators.circles,
        _always,
    ),
    "blobs": Source(
        BlobsSpec,
        "Blobs",
        "Round clouds that straight lines part: a network without hidden layers will do.",
        generators.blobs,
        _always,
    ),
    "xor": Source(
        XorSpec,
        "XOR",
        "Four quarters in two classes: what no single line can do (Minsky & Papert 1969).",
        generators.xor,
        _always,
    ),
    "checkerboard": Source(
        CheckerboardSpec,
        "Checkerboard",
        "Dark and light squares: the more of them, the more units it takes.",
        generators.checkerboard,
        _always,
    ),
    "countries": Source(
        CountriesSpec,
        "European countries",
        "Thousands of real cities by country (GeoNames): the borders of Europe, learned from dots.",
        countries.load,
        _always,
    ),
    "table": Source(
        TableSpec,
        "Your own table",
        "A CSV file with the columns x,y,label or long,lat,country; it stays on this computer.",
        table.load,
        table.signature,
    ),
    "drawn": Source(
        DrawnSpec,
        "Drawn by hand",
        "Points that you put into the plane yourself.",
        drawn.load,
        _always,
    ),
}


def load_points(spec: PointsSpec, progress: Progress | None = None) -> Points:
    """The points of `spec`, from memory or from their source.

    The same `Points` object is handed to everyone in the process who asks for it: treat it as read-only.

    Args:
        spec: any of the `PointsSpec` models.
        progress: is told the share done, 0 to 1, in this thread.

    Raises:
        DataError: one sentence saying what is missing, too small or too large, and what to do.
    """
    tell = progress or (lambda share: None)
    source = POINT_SOURCES[spec.source]
    key = cache.key_of(spec.model_dump_json(exclude={"features", "split"}), source.signature(spec))

    def make() -> Points:
        cloud = _checked(_clouds.get(key, lambda: source.load(spec, tell)), spec.split)
        splits, _ = split_per_person(torch.from_numpy(cloud.labels), spec.split, cloud.names)
        return Points.of(cloud, splits, spec.features)

    points = _points.get(cache.key_of(key, spec.model_dump_json(include={"features", "split"})), make)
    tell(1.0)
    return points


def _checked(cloud: Cloud, split: PointsSplit) -> Cloud:
    """The classes of a cloud that have a point for every part of the split."""
    if len(cloud.labels) < LEAST_POINTS:
        points = "is only 1 point" if len(cloud.labels) == 1 else f"are only {len(cloud.labels)} points"
        raise DataError(f"There {points}: give at least {LEAST_POINTS}.")
    parts = sum(share > 0 for share in (split.train, split.validation, split.test))
    cloud = cloud.at_least(parts)
    if len(cloud.names) < 2:
        raise DataError(
            f"A network needs two classes to tell apart, but here {_how_many(cloud)} at least {parts} points, one for "
            "each part of the split: add points of another class."
        )
    return cloud


def _how_many(cloud: Cloud) -> str:
    return f"only {cloud.names[0]} has" if cloud.names else "no class has"
