"""Points drawn into the plane by hand: they go into the settings as text, so that the address carries them."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from facelab.analysis import Folded
from facelab.data.points.drawn import WINDOW, append_drawn, parse_drawn
from facelab.data.points.load import LEAST_POINTS
from facelab.data.points.points import FRAME, PLANE
from facelab.errors import SettingsError
from facelab.models import blank
from facelab.plots import palette
from facelab.runs import RunConfig
from facelab.ui.plane import Curves, Frame, View
from facelab.ui.playground.scene import layers

KEY, STROKES = "data.drawn", "strokes"
SCALE = WINDOW / FRAME
"""Units of the plane in one standard unit."""


def missing(config: RunConfig) -> str:
    """What has to be drawn before a network can learn, as one sentence; empty where it can, and of other points."""
    if config.data.source != "drawn":
        return ""
    labels = parse_drawn(config.data.drawn)[1]
    split = config.data.split
    least = sum(share > 0 for share in (split.train, split.validation, split.test))
    least_of_all = max(LEAST_POINTS, math.ceil((config.batch_size + 1) / split.train))
    sizes = np.bincount(labels, minlength=2)
    if len(labels) >= least_of_all and sizes.min() >= least:
        return ""
    drawn = ", ".join(f"{size} of class {number}" for number, size in enumerate(sizes, start=1))
    return (
        f"Click or drag in the plane to draw points: at least {least_of_all} for batches of {config.batch_size}, and "
        f"at least {least} of each class. So far there are {drawn}; choose the class below the plane."
    )


def board(config: RunConfig) -> View:
    """The plane with the points drawn so far, and a network that has learned nothing yet."""
    coordinates, labels = parse_drawn(config.data.drawn)
    classes = int(labels.max(initial=1)) + 1
    network = blank(config.model, (len(config.data.features),), classes)
    for parameter in network.parameters():
        parameter.requires_grad_(False).zero_()
    nothing = np.zeros(0, np.float32)
    frame = Frame(
        epoch=0,
        step=0,
        regions=np.zeros((1, 1), np.uint8),
        confidence=np.zeros((1, 1), np.uint8),
        units=np.zeros((0, 1, 1), np.uint8),
        layers=layers(Folded(network)),
        wrong=np.zeros(len(labels), bool),
        numbers={},
    )
    return View(
        coordinates=np.float32(coordinates / SCALE),
        labels=labels,
        is_test=np.zeros(len(labels), bool),
        names=tuple(f"Class {number}" for number in range(1, classes + 1)),
        colors=palette.CATEGORIES[:classes],
        axes=PLANE,
        center=(0.0, 0.0),
        scale=(SCALE, SCALE),
        aspect=None,
        window=(-FRAME, FRAME, -FRAME, FRAME),
        is_map=False,
        features=config.data.features,
        hidden=config.model.hidden,
        activation=config.model.activation,
        frames=(frame,),
        curves=Curves(nothing, nothing, nothing, nothing, nothing),
        alt=f"An empty plane with {len(labels)} points drawn by hand.",
        total_epochs=config.epochs,
        drawing=classes,
        editable=True,
    )


def add(points: Sequence[Sequence[float]]) -> None:
    """One stroke of (x, y, class) in standard units more."""
    try:
        text = append_drawn(_text(), [(x * SCALE, y * SCALE, int(label)) for x, y, label in points])
    except SettingsError as error:
        st.toast(str(error), icon=":material/error:")
        return
    st.session_state.setdefault(STROKES, []).append(len(points))
    st.session_state[KEY] = text


def undo() -> None:
    """Without the last stroke; of points that came with the address, without the last one."""
    strokes = st.session_state.get(STROKES) or [1]
    st.session_state[KEY] = ";".join(_text().split(";")[: -strokes.pop()])


def clear() -> None:
    """Without any points."""
    st.session_state.pop(STROKES, None)
    st.session_state[KEY] = ""


def _text() -> str:
    return st.session_state.get(KEY, "")
