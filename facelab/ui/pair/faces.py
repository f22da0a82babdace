"""The faces on a photo: which one is meant, chosen by click, by number, or by a box set by hand."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from facelab.errors import FacelabError
from facelab.plots.frame import count
from facelab.plots.images import encode
from facelab.recognition import Box, FoundFace, at_box, find
from facelab.recognition.embedders import Embedder
from facelab.recognition.face_space import STRANGE
from facelab.ui.pair.compare import Shown, describe
from facelab.ui.pair.photo import photo, small
from facelab.ui.pair.sides import Given

BY_HAND = ("across", "down", "size")


@dataclass(frozen=True)
class Choice:
    """The face that is meant on the photo `key`: an index into those found, or a box."""

    key: str
    index: int = 0
    box: Box | None = None


def show(given: Given, embedder: Embedder) -> Shown | None:
    """Draw a photo with its faces; the face that is meant, or None where there is none, the page saying why."""
    place = st.container()
    try:
        found = _found(given.key, given.pixels) if given.faces is None else given.faces
        chosen = _choice(given)
        shown = Shown(given, _face(given, found, chosen))
        description = describe(embedder, shown)
    except FacelabError as error:
        st.session_state.pop(f"chosen {given.slot}", None)
        st.error(str(error), icon=":material/error:")
        return None
    with place:
        height, width = given.pixels.shape[:2]
        photo(
            given.name,
            _small(given.key, given.pixels),
            (width, height),
            [face.box for face in found],
            None if chosen.box else chosen.index,
            chosen.box,
            description and encode(description.crop),
            key=f"photo {given.slot}",
            on_choose=lambda: _take(given, "choose"),
            on_draw=lambda: _take(given, "draw"),
        )
    _tell(given, found, chosen, description is not None)
    if description and description.strangeness > STRANGE:
        st.warning(
            f"The crop of {given.name} is unlike the photographs of real faces that such networks learn from, so the "
            "verdict means little. Is it a face, upright and in full view?",
            icon=":material/help:",
        )
    return shown if description else None


def _tell(given: Given, found: list[FoundFace], chosen: Choice, is_shown: bool) -> None:
    """How many faces there are, and the controls to choose another."""
    if not is_shown:
        st.error(
            f"No face was found in {given.name}: draw a box around one on the photo, from the brows to the chin, or "
            "give another photo.",
            icon=":material/error:",
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(found) > 1:
            st.session_state[f"face {given.slot}"] = None if chosen.box else chosen.index
            st.segmented_control(
                f"{count(len(found), 'face')} found: compare",
                range(len(found)),
                format_func=lambda index: f"{index + 1}",
                key=f"face {given.slot}",
                on_change=_number,
                args=(given,),
            )
        with st.popover("Box by hand", icon=":material/crop_free:"):
            _by_hand(given, found, chosen)
        if chosen.box and st.button("As found", key=f"as found {given.slot}", icon=":material/undo:"):
            del st.session_state[f"chosen {given.slot}"]
            st.rerun()


def _by_hand(given: Given, found: list[FoundFace], chosen: Choice) -> None:
    """Three sliders for those who cannot or will not draw."""
    st.caption("Or draw it on the photo: press and drag around the face, from the brows to below the mouth.")
    height, width = given.pixels.shape[:2]
    left, top, right, bottom = chosen.box or (
        found[chosen.index].box if found else (0.3 * width, 0.3 * height, 0.7 * width, 0.7 * height)
    )
    side = max(right - left, bottom - top)
    values = ((left + right) / 2 / width, (top + bottom) / 2 / height, side / min(width, height))
    for name, value in zip(BY_HAND, values, strict=True):
        key = f"{name} {given.slot}"
        st.session_state[key] = round(100 * min(max(value, 0.02), 1))
        st.slider(name.capitalize(), 2, 100, format="%d %%", key=key, on_change=_slide, args=(given,))


def _slide(given: Given) -> None:
    height, width = given.pixels.shape[:2]
    across, down, size = (st.session_state[f"{name} {given.slot}"] / 100 for name in BY_HAND)
    x, y, half = across * width, down * height, size * min(width, height) / 2
    _keep(given, Choice(given.key, box=(x - half, y - half, x + half, y + half)))


def _number(given: Given) -> None:
    if (index := st.session_state[f"face {given.slot}"]) is not None:
        _keep(given, Choice(given.key, index))


def _take(given: Given, event: str) -> None:
    """What was done on the photo; what a browser sends may be anything."""
    said: Any = st.session_state[f"photo {given.slot}"][event]
    if event == "choose" and isinstance(said, int) and said >= 0:
        _keep(given, Choice(given.key, said))
    elif event == "draw" and _is_box(said):
        _keep(given, Choice(given.key, box=tuple(map(float, said))))


def _is_box(said: Any) -> bool:
    numbers = isinstance(said, list) and len(said) == 4 and all(isinstance(side, int | float) for side in said)
    return numbers and all(map(math.isfinite, said)) and said[0] < said[2] and said[1] < said[3]


def _keep(given: Given, choice: Choice) -> None:
    st.session_state[f"chosen {given.slot}"] = choice


def _choice(given: Given) -> Choice:
    kept = st.session_state.get(f"chosen {given.slot}")
    return kept if kept and kept.key == given.key else Choice(given.key)


def _face(given: Given, found: list[FoundFace], choice: Choice) -> FoundFace | None:
    if choice.box:
        return at_box(given.pixels, choice.box)
    return found[choice.index] if choice.index < len(found) else None


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=12, scope="session")
def _found(key: str, _pixels: np.ndarray) -> list[FoundFace]:
    return find(_pixels)


@st.cache_resource(show_spinner=False, max_entries=12, scope="session")
def _small(key: str, _pixels: np.ndarray) -> str:
    return small(_pixels)
