"""Experiments as data: settings, and what to look at."""

from facelab.labs.lessons import LESSONS, PLAYGROUND, Lesson

__all__ = ["LESSONS", "PLAYGROUND", "Lesson"]
