"""Experiments as data: settings, and what to look at."""

from facelab.labs.comparisons import COMPARISONS, Comparison
from facelab.labs.lessons import LESSONS, PLAYGROUND, Lesson

__all__ = ["COMPARISONS", "LESSONS", "PLAYGROUND", "Comparison", "Lesson"]
