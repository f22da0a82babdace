"""What came of a run: test accuracy and, for faces, those got right and wrong, and the film of its first layer."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.data import Faces
from facelab.runs import Run
from facelab.ui.figures import cached, show
from facelab.ui.live import EXAMPLES, page_path
from facelab.ui.services import data_of, store

SHOWN, FILM = 6, 16
WAYS_ON = (
    ("inside.py", "Look inside", "search"),
    ("explain.py", "Explain its answers", "lightbulb"),
    ("invariance.py", "Try to break it", "broken_image"),
)


def show_results(run: Run) -> None:
    """Everything that a run left behind; nothing while it is active."""
    if run.active:
        return
    is_tested, is_faces = run.test_accuracy is not None, run.config.subject == "faces"
    if is_tested:
        _show_test(run)
    if is_tested and is_faces:
        _show_ways_on(run)
        _show_answers(run)
    if is_faces:
        show_film(run)


def _show_ways_on(run: Run) -> None:
    """The pages that look into this network."""
    with st.container(horizontal=True):
        for page, label, icon in WAYS_ON:
            if st.button(label, icon=f":material/{icon}:", key=label):
                st.switch_page(page_path(page), query_params={"run": run.id})


def percent(share: float) -> str:
    """A share as "85.0 %"."""
    return f"{100 * share:.1f} %"


def _show_test(run: Run) -> None:
    low, high = run.test_interval
    test, best, size = st.columns(3)
    test.metric(
        "Test accuracy",
        percent(run.test_accuracy),
        help=f"{run.test_right} of {run.test_total} {EXAMPLES[run.config.subject][0]} never trained on.",
    )
    test.caption(f"95 % interval {percent(low)} to {percent(high)}")
    if run.best_validation_accuracy is not None:
        best.metric("Validation accuracy", percent(run.best_validation_accuracy))
        best.caption(f"at the lowest validation loss, epoch {run.best_epoch}")
    size.metric("Parameters", f"{run.parameters:,}")
    size.caption(f"guessing is right {percent(1 / run.classes)} of the time")


def _show_answers(run: Run) -> None:
    """Some test faces that the network got right, and some that it got wrong, the most confident first."""
    faces = data_of(run)
    if faces is None:
        return
    st.subheader("Test faces")
    show(
        _answers(run.id, run.attempt, faces),
        "answers",
        "The most confident right answers, then the most confident wrong ones. Point at a face for the names.",
    )


@cached
def _answers(run_id: str, attempt: int, _faces: Faces) -> Figure:
    images, _ = _faces.split("test")
    kept = store().load_tensors(run_id, "predictions")
    labels, probabilities = kept["labels"].numpy(), kept["probabilities"].numpy()
    answers, confidence = probabilities.argmax(1), probabilities.max(1)
    order = np.argsort(-confidence)
    right = answers == labels
    chosen = [*order[right[order]][:SHOWN], *order[~right[order]][:SHOWN]]
    names = [plots.plain(name) for name in _faces.names]
    captions = [
        f"{names[labels[index]]}<br>network: {names[answers[index]]}, {percent(confidence[index])}" for index in chosen
    ]
    return plots.face_sheet(images[chosen].numpy(), captions, columns=SHOWN, marks=list(right[chosen]))


def show_film(run: Run) -> None:
    """The first layer's weights, from random to trained, under a slider; nothing while the run is active."""
    if run.active:
        return
    steps, frames = _frames(run.id, run.attempt, run.step)
    if not frames:
        return
    st.subheader("How the first layer formed")
    at = st.select_slider("Step", steps, value=steps[-1], key=f"film {run.id}") if len(steps) > 1 else steps[0]
    show(
        _weights(run.id, run.attempt, at, frames[steps.index(at)]),
        "film",
        "The weights of the first units as pictures, each on its own scale. At step 0 they are noise; what is left at "
        "the end is what each unit looks for.",
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def _frames(run_id: str, attempt: int, step: int) -> tuple[list[int], list[np.ndarray]]:
    """Megabytes that moving the slider need not read again."""
    return store().frames(run_id, "first_layer")


@cached
def _weights(run_id: str, attempt: int, step: int, _frame: np.ndarray) -> Figure:
    return plots.weight_wall(_frame[:FILM].astype(np.float32), mode="colour")
