"""Runs: their settings, the store that keeps them, and the jobs that execute them."""

from facelab.runs.config import RunConfig
from facelab.runs.runner import resume, runner, submit
from facelab.runs.store import History, Run, RunStore

__all__ = ["History", "Run", "RunConfig", "RunStore", "resume", "runner", "submit"]
