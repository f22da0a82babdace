"""The checks that keep maps honest: randomised weights, deletion, and completeness."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis.attribution import (
    METHODS,
    Deletion,
    completeness,
    deletion_curve,
    layers_from_top,
    rank_correlation,
)
from facelab.ui.explain.question import Question, heats
from facelab.ui.figures import show
from facelab.ui.live import escape

NONE = "nothing"
INTEGRATED = "integrated_gradients"


def forget(question: Question) -> tuple[int, str]:
    """How many layers from the top are randomised, and in words."""
    layers = layers_from_top(question.trained.model)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        deepest = st.select_slider(
            "Randomise the weights from the top down to",
            [NONE, *layers],
            key="explain.forget",
            help="The network forgets what these layers have learned. What its map still shows then, it did not learn.",
        )
        st.button(
            "Randomise all" if deepest == NONE else "Give them back",
            icon=":material/casino:" if deepest == NONE else ":material/undo:",
            key="randomise",
            on_click=_randomise,
            args=(layers[-1] if deepest == NONE else NONE,),
        )
    if deepest == NONE:
        return 0, ""
    return layers.index(deepest) + 1, f"from {layers[0]} down to {deepest}" if deepest != layers[0] else f"in {deepest}"


def _randomise(layer: str) -> None:
    st.session_state["explain.forget"] = layer


def show_checks(question: Question) -> None:
    """Deletion, and what the methods promise."""
    st.subheader("Can the maps be trusted?")
    left, right = st.columns(2, gap="large")
    with left:
        _show_deletion(question)
    with right:
        _show_forgetting(question)
    if INTEGRATED in question.methods:
        _show_completeness(question)


def _show_deletion(question: Question) -> None:
    with st.spinner("Taking pixels away"):
        found = {
            METHODS[method].title: _deleted(question.trained.key, question.row, question.target, method, question)
            for method in question.methods
        }
    first = next(iter(found.values()))
    chance = float(first.random_areas.mean())
    better = [title for title, deletion in found.items() if deletion.area < first.random_areas.min()]
    said = f"Better than every random order: {', '.join(better)}." if better else "No map beats random order here."
    show(
        plots.deletion_curves(
            first.shares,
            {title: deletion.values for title, deletion in found.items()},
            first.random,
        ),
        "deletion",
        f"The probability of {escape(question.name)} as the pixels that a map calls most important are painted over "
        "with the photo's mean colour. "
        f"A good map makes the probability fall soon; in random order the area is {chance:.2f}. {said}",
    )


@st.cache_resource(show_spinner=False, max_entries=400)
def _deleted(key: str, row: int, target: int, method: str, _question: Question) -> Deletion:
    importance = heats([_question.answer(method)], (method,))[0]
    return deletion_curve(_question.trained.model, _question.pixels[0], importance, target)


def _show_forgetting(question: Question) -> None:
    layers = layers_from_top(question.trained.model)
    with st.spinner("Randomising layer by layer"):
        curves = {
            METHODS[method].title: _forgotten(
                question.trained.key, question.row, question.target, method, len(layers), question
            )
            for method in question.methods
        }
    ends = {title: values[-1] for title, values in curves.items() if np.isfinite(values[-1])}
    stubborn = max(ends, key=ends.get) if ends else ""
    said = f" {stubborn} knows least of the weights: {ends[stubborn]:.2f} when nothing is left of them." if ends else ""
    show(
        plots.randomisation_curves(layers, curves),
        "forgetting",
        "How alike each map stays while the layers forget, from the output down. It should fall at once." + said,
    )


@st.cache_resource(show_spinner=False, max_entries=400)
def _forgotten(key: str, row: int, target: int, method: str, layers: int, _question: Question) -> np.ndarray:
    own, *others = heats([_question.answer(method, depth) for depth in range(layers + 1)], (method,) * (layers + 1))
    return np.array([1.0, *(rank_correlation(own, other) for other in others)])


def _show_completeness(question: Question) -> None:
    (found,) = completeness(question.trained.model, question.pixels, question.target, question.answer(INTEGRATED)[None])
    relative = "" if np.isnan(found.relative) else f", {100 * found.relative:.2g} % of it"
    show(
        plots.completeness_bars(found.attributed, found.difference),
        "completeness",
        "Integrated Gradients promises that its map adds up to how much more the photo scores than a black one. Here "
        f"it is {found.error:.2g} off{relative}.",
    )
