"""What a network does: in the plane its regions, its units' views and its worst borders, and which rates it bears."""

from facelab.analysis.borders import Border, worst_borders
from facelab.analysis.plane import Dense, Folded, Survey, Unit, Window, answers, survey, window
from facelab.analysis.stability import highest_rate_that_holds

__all__ = [
    "Border",
    "Dense",
    "Folded",
    "Survey",
    "Unit",
    "Window",
    "answers",
    "highest_rate_that_holds",
    "survey",
    "window",
    "worst_borders",
]
