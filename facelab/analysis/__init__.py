"""What a trained network does: in the plane its regions, its units' views and its worst borders."""

from facelab.analysis.borders import Border, worst_borders
from facelab.analysis.plane import Dense, Folded, Survey, Unit, Window, answers, survey, window

__all__ = ["Border", "Dense", "Folded", "Survey", "Unit", "Window", "answers", "survey", "window", "worst_borders"]
