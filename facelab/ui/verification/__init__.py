"""What a run on pairs has learned: how far both kinds of pairs drift apart, and how well it tells them in the test."""

from facelab.ui.verification.drift import show_drift
from facelab.ui.verification.results import show_pair_results

__all__ = ["show_drift", "show_pair_results"]
