"""Arrays in, Plotly figures out. Knows neither torch nor Streamlit; every colour and size is in `palette`.

Each figure keeps one sentence for those who cannot see it in `layout.meta["alt"]`; `alt(fig)` reads it.
"""

from facelab.plots.attribution import (
    attribution_maps,
    completeness_bars,
    deletion_curves,
    randomisation_curves,
    view_sheet,
)
from facelab.plots.compare import Curve, against_setting, overlaid_curves
from facelab.plots.confusion import confusion
from facelab.plots.counts import split_counts
from facelab.plots.curves import accuracy_curves, loss_curves, norm_curves, rate_curve
from facelab.plots.diagram import architecture
from facelab.plots.faces import face_sheet
from facelab.plots.frame import alt, plain
from facelab.plots.gradients import gradient_map
from facelab.plots.images import montage
from facelab.plots.invariance import Band, drop_dots, lost_sheet, ranking_bars, strength_curves
from facelab.plots.maps import settings_map
from facelab.plots.mistakes import answer_sheet, person_rates, reliability
from facelab.plots.ranking import ranked_people
from facelab.plots.rates import Rates, det_curves, roc_curves
from facelab.plots.receptive import receptive_field
from facelab.plots.search import importances, parallel_coordinates, search_history
from facelab.plots.units import feature_wall, unit_sheet
from facelab.plots.verification import drift, pair_sheet, score_histogram
from facelab.plots.weights import weight_wall

__all__ = [
    "Band",
    "Curve",
    "Rates",
    "accuracy_curves",
    "against_setting",
    "alt",
    "answer_sheet",
    "architecture",
    "attribution_maps",
    "completeness_bars",
    "confusion",
    "deletion_curves",
    "det_curves",
    "drift",
    "drop_dots",
    "face_sheet",
    "feature_wall",
    "gradient_map",
    "importances",
    "loss_curves",
    "lost_sheet",
    "montage",
    "norm_curves",
    "overlaid_curves",
    "pair_sheet",
    "parallel_coordinates",
    "person_rates",
    "plain",
    "randomisation_curves",
    "ranked_people",
    "ranking_bars",
    "rate_curve",
    "receptive_field",
    "reliability",
    "roc_curves",
    "score_histogram",
    "search_history",
    "settings_map",
    "split_counts",
    "strength_curves",
    "unit_sheet",
    "view_sheet",
    "weight_wall",
]
