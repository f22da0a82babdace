"""Which pixels made a network answer as it does, and whether the map that says so can be trusted."""

from facelab.analysis.attribution.attribute import attribute, refusals
from facelab.analysis.attribution.baselines import BASELINES
from facelab.analysis.attribution.deletion import Deletion, deletion_curve
from facelab.analysis.attribution.encoder import Likeness
from facelab.analysis.attribution.honesty import (
    Completeness,
    completeness,
    layers_from_top,
    randomised,
    rank_correlation,
)
from facelab.analysis.attribution.methods import METHODS, Method
from facelab.analysis.attribution.views import VIEWS, four_views, heat, strength

__all__ = [
    "BASELINES",
    "METHODS",
    "VIEWS",
    "Completeness",
    "Deletion",
    "Likeness",
    "Method",
    "attribute",
    "completeness",
    "deletion_curve",
    "four_views",
    "heat",
    "layers_from_top",
    "randomised",
    "rank_correlation",
    "refusals",
    "strength",
]
