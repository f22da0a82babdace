"""The verdict in words, and what stands behind it: known pairs, the threshold, and both of its errors."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.recognition.embedders import Embedder
from facelab.recognition.scores import Share, operating_point
from facelab.ui.figures import show
from facelab.ui.pair.compare import Answer
from facelab.ui.pair.samples import Sample
from facelab.ui.results import percent

WORDS = ((0.9, "Very probably"), (0.7, "Probably"), (0.0, "Perhaps"))
"""From which confidence on."""
SAME, DIFFERENT = "the same person", "two different people"


def words(answer: Answer) -> str:
    """The answer in a few words, never certain."""
    sure = next(word for least, word in WORDS if answer.confidence >= least)
    return f"{sure} {SAME if answer.is_same else DIFFERENT}"


def show_verdict(answer: Answer, truth: Sample | None) -> None:
    """The answer, how sure it is, and for a sample whether it is right."""
    colour = "green" if answer.is_same else "orange"
    st.markdown(f"### :{colour}[{words(answer)}]")
    known, least = answer.evidence, answer.embedder.calibration.threshold
    within = "within" if answer.is_same else "beyond"
    if answer.is_same:
        rare, what = known.different_nearer, f"different people, {known.different_nearer.count} are as near as this"
    else:
        rare, what = known.same_farther, f"the same person, {known.same_farther.count} are as far apart as this"
    st.markdown(
        f"Distance **{answer.distance:.3g}**, {within} the threshold of {least:.3g}. Of {rare.total:,} known pairs of "
        f"{what} or {'nearer' if answer.is_same else 'farther'} ({rates(rare)}). If half of the pairs that you ask "
        "about are of one person, and the photos are like the known ones, this answer is right about "
        f"{round(100 * answer.confidence)} times in 100."
    )
    if truth:
        is_right = truth.same == answer.is_same
        names = truth.names[0] if truth.same else " and ".join(truth.names)
        st.markdown(
            f":{'green' if is_right else 'red'}-badge[:material/{'check' if is_right else 'close'}: "
            f"{'Right' if is_right else 'Wrong'}] In truth they are {SAME if truth.same else DIFFERENT}: {names}."
        )


def show_threshold(answer: Answer) -> None:
    """Known pairs with this one among them, under a threshold that can be moved."""
    embedder = answer.embedder
    known = embedder.known
    own = embedder.calibration.threshold
    low, high = float(known.distances.min()), float(known.distances.max())
    step = 10.0 ** np.floor(np.log10(max(high - low, 1e-6) / 100))
    threshold = st.slider(
        "Threshold: the farthest distance that still counts as the same person",
        *(float(np.round(end / step) * step) for end in (low, high + step, own)),
        step=float(step),
        format="%.3g",
        key="threshold",
        bind="query-params",
    )
    if abs(threshold - own) < step:
        threshold = own  # the slider rounds it
    show(
        plots.score_histogram(known.distances, known.same, threshold, [("this pair", answer.distance)]),
        "histogram",
        "Pairs of which the truth is known, and which the network has not learned from. Where both heaps overlap, no "
        "threshold is right for all: farther left it takes fewer strangers for one person, and misses more who are.",
    )
    point = operating_point(known.distances, known.same, threshold)
    errors = (
        ("Strangers taken for one person", point.false_accepts),
        ("One person taken for two", point.false_rejects),
    )
    for place, (name, error) in zip(st.columns(2), errors, strict=True):
        place.metric(name, percent(error.value))
        place.caption(f"{error.count} of {error.total:,} pairs; {interval(error)}")
    if threshold != own:
        is_same = answer.distance <= threshold
        st.info(
            f"At your threshold of {threshold:.3g} the two count as **{SAME if is_same else DIFFERENT}**. The "
            f"network's own, {own:.3g}, was chosen on other pairs than these.",
            icon=":material/tune:",
        )
        st.button("Back to its own threshold", icon=":material/undo:", on_click=_reset, key="own threshold")


def show_embedder(embedder: Embedder) -> None:
    """What the network is, whom its data are of, and what it is not for."""
    st.caption(
        f"{embedder.about} Labeled Faces in the Wild, by which such networks are judged, are press photos of 2002 and "
        "2003: 77 % show men, 83 % white people (Han and Jain 2014), hardly any a child or somebody over 80. Expect "
        "more errors for everybody else. An answer is a likelihood and no proof of who somebody is: use it neither to "
        "accuse nor to admit or refuse anybody."
    )


def interval(share: Share) -> str:
    """Its 95 % interval in words."""
    return f"interval {100 * share.low:.1f} to {100 * share.high:.1f} %"


def rates(share: Share) -> str:
    """A share with its interval."""
    return f"{percent(share.value)}, {interval(share)}"


def _reset() -> None:
    st.session_state.pop("threshold", None)
    st.query_params.pop("threshold", None)
