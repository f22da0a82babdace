"""The faces on a photo: which one is meant, chosen by click, by number, or by a box set by hand."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from facelab.errors import FacelabError
from facelab.plots.frame import count
from facelab.plots.images import encode
from facelab.recognition import Box, FoundFace, at_box, find
from facelab.ui.given.photo import photo, small
from facelab.ui.given.source import Given

BY_HAND = ("across", "down", "size")


@dataclass(frozen=True)
class Choice:
    """The face that is meant on the photo `key`: an index into those found, or a box."""

    key: str
    index: int = 0
    box: Box | None = None


@dataclass(frozen=True, eq=False)
class Chosen:
    """The faces found on a photo, and the one that is meant.

    Attributes:
        found: the largest first.
        choice: which of them, or the box by hand.
        face: None where there is none.
    """

    given: Given
    found: list[FoundFace]
    choice: Choice
    face: FoundFace | None

    @property
    def all(self) -> list[FoundFace]:
        """Those found, and after them the one set by hand."""
        return [*self.found, self.face] if self.choice.box else self.found


def choose(given: Given) -> Chosen | None:
    """The face that is meant; None where faces cannot be looked for, the page saying why."""
    try:
        found = _found(given.key, given.pixels) if given.faces is None else given.faces
        choice = _choice(given)
        return Chosen(given, found, choice, _face(given, found, choice))
    except FacelabError as error:
        forget(given)
        st.error(str(error), icon=":material/error:")
        return None


def draw(chosen: Chosen, crop: np.ndarray | None, labels: Sequence[str] | None = None, tall: int = 300) -> None:
    """Draw the photo under the boxes of its faces, on which others are chosen.

    Args:
        crop: what the network saw, uint8 [S, S, 3], to be shown beside it.
        labels: what stands at each box of `chosen.all`; numbers, where there are several, if not given.
        tall: px, the photo's height at most.
    """
    given, found, choice = chosen.given, chosen.found, chosen.choice
    height, width = given.pixels.shape[:2]
    if labels is None:
        labels = [f"{number}" if len(found) > 1 else "" for number in range(1, len(found) + 1)] + [""]
    photo(
        given.name,
        _small(given.key, given.pixels),
        (width, height),
        [face.box for face in found],
        None if choice.box else choice.index,
        choice.box,
        labels,
        encode(crop) if crop is not None else None,
        tall,
        key=f"photo {given.slot}",
        on_choose=lambda: _take(given, "choose"),
        on_draw=lambda: _take(given, "draw"),
    )


def choose_another(chosen: Chosen, what: str) -> None:
    """How many faces there are, and the controls to choose another; `what` is done with the chosen one, in a word."""
    given, found, choice = chosen.given, chosen.found, chosen.choice
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(found) > 1:
            st.session_state[f"face {given.slot}"] = None if choice.box else choice.index
            st.segmented_control(
                f"{count(len(found), 'face')} found: {what}",
                range(len(found)),
                format_func=lambda index: f"{index + 1}",
                key=f"face {given.slot}",
                on_change=_number,
                args=(given,),
            )
        with st.popover("Box by hand", icon=":material/crop_free:"):
            _by_hand(chosen)
        if choice.box:
            st.button("As found", key=f"as found {given.slot}", icon=":material/undo:", on_click=forget, args=(given,))


def forget(given: Given) -> None:
    """Choose the largest face again."""
    st.session_state.pop(f"chosen {given.slot}", None)


def _by_hand(chosen: Chosen) -> None:
    """Three sliders for those who cannot or will not draw."""
    st.caption("Or draw it on the photo: press and drag around the face, from the brows to below the mouth.")
    given = chosen.given
    height, width = given.pixels.shape[:2]
    middle = (0.3 * width, 0.3 * height, 0.7 * width, 0.7 * height)
    left, top, right, bottom = chosen.choice.box or (chosen.face.box if chosen.face else middle)
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
