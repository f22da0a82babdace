"""How well a run tells one person from two, on test pairs of people whom it has never seen."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.recognition.scores import OperatingPoint, at_false_accepts, auc, equal_error, operating_point, roc
from facelab.runs import Run
from facelab.training.calibration import Calibration
from facelab.ui.figures import cached, show
from facelab.ui.pair.verdict import interval
from facelab.ui.results import percent
from facelab.ui.services import store
from facelab.ui.verification import gallery

FALSE_ACCEPTS = (0.01, 0.001)


@dataclass(frozen=True, eq=False)
class Tested:
    """The test pairs as a run left them.

    Attributes:
        distances: float32 [P].
        same: bool [P].
        calibration: chosen on validation pairs.
    """

    distances: np.ndarray
    same: np.ndarray
    calibration: Calibration

    @property
    def point(self) -> OperatingPoint:
        """What the threshold does to them."""
        return operating_point(self.distances, self.same, self.calibration.threshold)


def show_pair_results(run: Run) -> None:
    """Everything that the test of a run on pairs says; nothing while it is active or where it was not tested."""
    if run.active or run.test_accuracy is None:
        return
    tested = _tested(run.id, run.attempt, run.step)
    if tested is None:
        st.info("This network diverged and gives distances that are no numbers: train it with a smaller learning rate.")
        return
    _show_numbers(tested)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Distances of the test pairs")
        show(
            _histogram(run.id, run.attempt, run.step, tested),
            f"distances {run.id}",
            "What lies on the wrong side of the threshold is darker. The threshold was chosen on validation pairs, "
            "before these were seen.",
        )
    with right:
        _show_curves(run, tested)
    gallery.show(run, tested.distances, tested.same, tested.calibration)


@st.cache_resource(show_spinner=False, max_entries=16)
def _tested(run_id: str, attempt: int, step: int) -> Tested | None:
    kept, weights = (store().load_tensors(run_id, name) for name in ("predictions", "weights"))
    distances = kept["distances"].float().numpy()
    if not np.isfinite(distances).all():
        return None
    calibration = Calibration(float(weights["threshold"]), float(weights["scale"]))
    return Tested(distances, kept["labels"].numpy().astype(bool), calibration)


def _show_numbers(tested: Tested) -> None:
    accuracy, equal = tested.point.accuracy, equal_error(tested.distances, tested.same)
    places = st.columns(5)
    places[0].metric("Test accuracy", percent(accuracy.value), help="Guessing is right for half of the pairs.")
    places[0].caption(f"{accuracy.count:,} of {accuracy.total:,}; {interval(accuracy)}")
    places[1].metric(
        "Area under ROC",
        f"{auc(tested.distances, tested.same):.3f}",
        help="How often a pair of one person is nearer than a pair of two; guessing gives 0.5.",
    )
    places[2].metric(
        "Equal error rate",
        percent(equal.rate),
        help="Where strangers are accepted as often as one person is rejected.",
    )
    places[2].caption(f"at a distance of {equal.threshold:.3g}")
    for place, rate in zip(places[3:], FALSE_ACCEPTS, strict=True):
        found = at_false_accepts(tested.distances, tested.same, rate)
        label = f"TAR at {100 * rate:g} % FAR"
        help_ = (
            "True and false accept rates: how many pairs of one person are accepted where at most one pair of two in "
            f"{1 / rate:,.0f} is. Its threshold is read off these very pairs, as is usual for this figure."
        )
        place.metric(label, percent(found.true_accepts.value) if found else "unknown", help=help_)
        place.caption(interval(found.true_accepts) if found else f"needs {1 / rate:,.0f} pairs of two people")


def _show_curves(run: Run, tested: Tested) -> None:
    st.subheader("Every threshold")
    tabs = st.tabs(["ROC", "DET"], key=f"rates {run.id}", on_change="rerun")
    for tab, draw, caption in zip(tabs, (_roc, _det), (ROC, DET), strict=True):
        if tab.open:
            with tab:
                show(draw(run.id, run.attempt, run.step, run.name, tested), f"{draw.__name__} {run.id}", caption)


ROC = "Each point is a threshold. The dot is the one in use; a perfect network reaches the upper left corner."
DET = (
    "The same thresholds by their errors, on axes that spread the small ones (Martin et al. 1997). Nearer to the lower "
    "left is better."
)


@cached
def _histogram(run_id: str, attempt: int, step: int, _tested: Tested) -> Figure:
    return plots.score_histogram(_tested.distances, _tested.same, _tested.calibration.threshold)


@cached
def _roc(run_id: str, attempt: int, step: int, name: str, _tested: Tested) -> Figure:
    return plots.roc_curves([_rates(name, _tested)])


@cached
def _det(run_id: str, attempt: int, step: int, name: str, _tested: Tested) -> Figure:
    return plots.det_curves([_rates(name, _tested)])


def _rates(name: str, tested: Tested) -> plots.Rates:
    curve, point = roc(tested.distances, tested.same), tested.point
    used = (point.false_accepts.value, point.true_accepts.value)
    return plots.Rates(name, 0, curve.false_accepts, curve.true_accepts, curve.thresholds, used)
