"""The best and the worst setting beside each other: what one network of each makes of its data, and how it learned."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.analysis import best_and_worst
from facelab.analysis.verdicts import course
from facelab.data import Faces
from facelab.data.points import Points
from facelab.errors import RunError
from facelab.models import flatten
from facelab.runs import Run
from facelab.runs.frames import first_layer
from facelab.training import Moment
from facelab.ui.compare.outcome import Outcome
from facelab.ui.compare.still import still
from facelab.ui.figures import cached
from facelab.ui.figures import show as show_figure
from facelab.ui.live import open_run
from facelab.ui.plane import View
from facelab.ui.playground.scene import scene
from facelab.ui.results import percent
from facelab.ui.services import data_of, store

HEIGHT = 240  # px, of the curves
UNITS = 16  # of a first layer
WITHOUT_TEST = ("epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")


def show(found: Outcome) -> None:
    """Of the setting with the highest mean its best network, of that with the lowest its worst."""
    groups = found.groups
    best, worst = best_and_worst([group.mean for group in groups])
    if best == worst:
        return
    st.subheader(f"Best and worst by {found.split}")
    ends = (("best", best, np.nanargmax), ("worst", worst, np.nanargmin))
    for place, (word, index, pick) in zip(st.columns(2, gap="medium"), ends, strict=True):
        own = [at for at, label in enumerate(found.labels) if label == groups[index].label]
        with place:
            _show_network(found, own[pick(found.accuracy[own])], word)
    st.caption(
        "One network of each setting, with the points that it was trained on. Where the curves part, it learns what "
        "does not carry over; where both stay low, it cannot learn more."
        if found.sweep.base.subject == "points"
        else "One network of each setting, with the weights of its first units. Where the curves part, it learns what "
        "does not carry over; where both stay low, it cannot learn more."
    )


def _show_network(found: Outcome, at: int, word: str) -> None:
    run, epochs = found.runs[at], found.epochs(found.runs[at])
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{word.capitalize()}: {found.labels[at]}**")
        if st.button("Open", icon=":material/open_in_new:", key=f"open {word}", help=f"The {word} network's own page."):
            open_run(run)
    st.markdown(f"{percent(found.accuracy[at])} in {found.split}, {percent(found.scores['train'][at])} in training.")
    if (data := data_of(run)) is not None:
        try:
            PICTURES[run.config.subject](run, data, word)
        except RunError as error:
            st.caption(str(error))
    kept = {name: epochs[name] for name in WITHOUT_TEST if name in epochs}
    for name, draw in (("accuracy", plots.accuracy_curves), ("loss", lambda of: plots.loss_curves({}, of))):
        show_figure(draw(kept).update_layout(height=HEIGHT), f"{word} {name}")
    if "train_loss" in kept and "validation_loss" in kept:
        st.markdown(course(kept["epoch"], kept["train_loss"], kept["validation_loss"]))


def _show_boundary(run: Run, points: Points, word: str) -> None:
    still(_view(run.id, run.attempt, run, points), f"{word} boundary")


@st.cache_resource(show_spinner=False, max_entries=32)
def _view(run_id: str, attempt: int, _run: Run, _points: Points) -> View:
    moment = Moment(_run.step, _run.epoch, flatten(store().load_model(run_id)))
    return scene(_run.config, _points, [moment], {"epoch": np.array([_run.epoch])}, editable=False)


def _show_weights(run: Run, faces: Faces, word: str) -> None:
    show_figure(_weights(run.id, run.attempt, run, faces), f"{word} weights")


@cached
def _weights(run_id: str, attempt: int, _run: Run, _faces: Faces) -> Figure:
    weights = first_layer(store().load_model(run_id), _faces.input_shape)[:UNITS]
    return plots.weight_wall(weights.astype(np.float32), mode="colour")


PICTURES = {"points": _show_boundary, "faces": _show_weights, "pairs": _show_weights}
"""What can be seen of a network, by its subject."""
