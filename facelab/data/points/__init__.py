"""Points in the plane: every source yields `Points`, whole and in memory."""

from facelab.data.points.drawn import append_drawn, parse_drawn
from facelab.data.points.features import FEATURES
from facelab.data.points.load import POINT_SOURCES, load_points
from facelab.data.points.points import Points
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
from facelab.data.points.table import save_table

__all__ = [
    "FEATURES",
    "POINT_SOURCES",
    "BlobsSpec",
    "CheckerboardSpec",
    "CirclesSpec",
    "CountriesSpec",
    "DrawnSpec",
    "MoonsSpec",
    "Points",
    "PointsSpec",
    "PointsSplit",
    "SpiralsSpec",
    "TableSpec",
    "XorSpec",
    "append_drawn",
    "load_points",
    "parse_drawn",
    "save_table",
]
