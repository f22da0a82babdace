"""What a network does: in the plane its regions, its units' views and its worst borders; which rates it bears; and what
tells many networks apart.
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
from facelab.analysis.plane import Dense, Folded, Survey, Unit, Window, answers, survey, window
from facelab.analysis.stability import highest_rate_that_holds

__all__ = [
    "Border",
    "Dense",
    "Folded",
    "Group",
    "Survey",
    "Table",
    "Unit",
    "Window",
    "answers",
    "best_and_worst",
    "differing_settings",
    "grouped",
    "highest_rate_that_holds",
    "means_over",
    "spread_of_last",
    "survey",
    "t_interval",
    "window",
    "worst_borders",
]
