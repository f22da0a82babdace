"""What a network does: in the plane its regions, its units' views and its worst borders; on faces its units, filters,
embeddings and mistakes; which rates it bears; and what tells many networks apart.
"""

from facelab.analysis.borders import Border, worst_borders
from facelab.analysis.compare import (
    Group,
    Table,
    best_and_worst,
    differing_settings,
    grouped,
    means_over,
    spread_of_last,
    t_interval,
)
from facelab.analysis.embedding import Projection, embed, pca, sample_rows, tsne
from facelab.analysis.filters import Patch, Peaks, cut_patches, feature_maps, field_boxes, find_peaks, map_layers
from facelab.analysis.mistakes import Calibration, Predictions, Rates
from facelab.analysis.plane import Dense, Folded, Survey, Unit, Window, answers, survey, window
from facelab.analysis.stability import highest_rate_that_holds
from facelab.analysis.units import NOBODY, ORDERS, Units, read_units
from facelab.runs.frames import unit_images

__all__ = [
    "NOBODY",
    "ORDERS",
    "Border",
    "Calibration",
    "Dense",
    "Folded",
    "Group",
    "Patch",
    "Peaks",
    "Predictions",
    "Projection",
    "Rates",
    "Survey",
    "Table",
    "Unit",
    "Units",
    "Window",
    "answers",
    "best_and_worst",
    "cut_patches",
    "differing_settings",
    "embed",
    "feature_maps",
    "field_boxes",
    "find_peaks",
    "grouped",
    "highest_rate_that_holds",
    "map_layers",
    "means_over",
    "pca",
    "read_units",
    "sample_rows",
    "spread_of_last",
    "survey",
    "t_interval",
    "tsne",
    "unit_images",
    "window",
    "worst_borders",
]
