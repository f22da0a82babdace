"""What throws a network off: accuracy under transforms of growing strength, one photo, true pose and light."""

from facelab.analysis.invariance.changes import apply, magnitude
from facelab.analysis.invariance.one import flip_strength, probabilities, transformed
from facelab.analysis.invariance.published import PUBLISHED
from facelab.analysis.invariance.sweep import STRENGTHS, Progress, Sweep, sweep
from facelab.analysis.invariance.transforms import TRANSFORMS, Transform
from facelab.analysis.invariance.truth import PARAMETERS, Bins, TrueSweep, binned, by_parameter, retaken, true_sweep
from facelab.analysis.invariance.verdicts import (
    Drop,
    Lost,
    PersonDrop,
    Rank,
    drops,
    hardest_hit,
    in_words,
    lost_first,
    paired_interval,
    ranking,
)

__all__ = [
    "PARAMETERS",
    "PUBLISHED",
    "STRENGTHS",
    "TRANSFORMS",
    "Bins",
    "Drop",
    "Lost",
    "PersonDrop",
    "Progress",
    "Rank",
    "Sweep",
    "Transform",
    "TrueSweep",
    "apply",
    "binned",
    "by_parameter",
    "drops",
    "flip_strength",
    "hardest_hit",
    "in_words",
    "lost_first",
    "magnitude",
    "paired_interval",
    "probabilities",
    "ranking",
    "retaken",
    "sweep",
    "transformed",
    "true_sweep",
]
