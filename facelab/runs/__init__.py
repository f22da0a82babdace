"""Runs: their settings, the store that keeps them, and the jobs that execute them."""

from facelab.runs.config import RunConfig
from facelab.runs.ranking import Rank, accuracies, rank
from facelab.runs.run import History, Run, StoredSweep
from facelab.runs.runner import resume, runner, submit, submit_search, submit_sweep
from facelab.runs.store import RunStore
from facelab.runs.sweep import Member, Sweep, Vary

__all__ = [
    "History",
    "Member",
    "Rank",
    "Run",
    "RunConfig",
    "RunStore",
    "StoredSweep",
    "Sweep",
    "Vary",
    "accuracies",
    "rank",
    "resume",
    "runner",
    "submit",
    "submit_search",
    "submit_sweep",
]
