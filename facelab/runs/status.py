"""The states of a run.

queued -> running -> finished | diverged
                  -> paused | stopped | failed | lost -> queued, as the next attempt
"""

from typing import Literal

Status = Literal["queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost"]
Command = Literal["pause", "stop"]

ACTIVE = ("queued", "running")
RESUMABLE = ("paused", "stopped", "failed", "lost")
ENDS: dict[str, Status] = {"pause": "paused", "stop": "stopped"}
"""What becomes of a run by each command."""

LOST_AFTER = 4.0
"""Seconds without a heartbeat after which a queued or running run counts as lost."""
