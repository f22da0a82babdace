"""Arrays in, Plotly figures out. Knows neither torch nor Streamlit; every colour and size is in `palette`.

Each figure keeps one sentence for those who cannot see it in `layout.meta["alt"]`; `alt(fig)` reads it.
"""

from facelab.plots.bars import probability_bars
from facelab.plots.compare import Curve, against_setting, overlaid_curves
from facelab.plots.confusion import confusion
from facelab.plots.counts import split_counts
from facelab.plots.curves import accuracy_curves, gradient_curves, loss_curves, rate_curve
from facelab.plots.diagram import architecture
from facelab.plots.faces import face_sheet
from facelab.plots.frame import alt
from facelab.plots.gradients import gradient_map
from facelab.plots.images import montage
from facelab.plots.maps import settings_map
from facelab.plots.receptive import receptive_field
from facelab.plots.search import importances, parallel_coordinates, search_history
from facelab.plots.weights import weight_wall

__all__ = [
    "Curve",
    "accuracy_curves",
    "against_setting",
    "alt",
    "architecture",
    "confusion",
    "face_sheet",
    "gradient_curves",
    "gradient_map",
    "importances",
    "loss_curves",
    "montage",
    "overlaid_curves",
    "parallel_coordinates",
    "probability_bars",
    "rate_curve",
    "receptive_field",
    "search_history",
    "settings_map",
    "split_counts",
    "weight_wall",
]
