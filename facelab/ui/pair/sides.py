"""The two sides of the page: where each photo comes from."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from facelab.ui.given import source
from facelab.ui.given.source import FROM, Given
from facelab.ui.pair.samples import Sample
from facelab.ui.studio import sent

SLOTS = ("one", "two")
"""They stay with their photos when the sides are swapped."""


def slots() -> tuple[str, str]:
    """Left and right."""
    return SLOTS[::-1] if st.session_state.get("swapped") else SLOTS


def needs_sample() -> bool:
    """Whether a side shows a sample."""
    return FROM[0] in _origins()


def truth(sample: Sample | None, shown: Sequence[Any]) -> Sample | None:
    """The sample, where both sides show it and its own faces are compared, so that its truth is the pair's."""
    own = all(side.face is None or side.face is next(iter(side.given.faces or [side.face])) for side in shown)
    return sample if own and all(origin == FROM[0] for origin in _origins()) else None


def choose_both() -> None:
    """The control for the source of both photos; it shows none where they differ."""
    _receive()
    origins = _origins()
    st.session_state["both"] = origins[0] if len(set(origins)) == 1 else None
    st.segmented_control("Both photos", FROM, key="both", on_change=_set_both)


def choose(slot: str, name: str, sample: Sample | None) -> Given | None:
    """The control for one side's source, and the photo from there; None where there is none yet, the page saying why.

    Args:
        sample: needed where `needs_sample`; None where it cannot be had.
    """
    return source.choose(slot, name, lambda: sample and _sampled(slot, name, sample))


def swap() -> None:
    """Left becomes right; the controls go with their photos."""
    st.session_state["swapped"] = not st.session_state.get("swapped", False)


def _sampled(slot: str, name: str, sample: Sample) -> Given:
    side = SLOTS.index(slot)
    found = sample.faces and sample.faces[side]
    return source.of_pixels(slot, name, sample.photos[side], owner=sample.owner, faces=found)


def _receive() -> None:
    """What has come from the studio goes to the side that it was sent to."""
    for side, slot in zip((sent.LEFT, sent.RIGHT), slots(), strict=True):
        sent.move(side, slot)


def _origins() -> list[str]:
    return [source.origin(slot) for slot in SLOTS]


def _set_both() -> None:
    for slot in SLOTS:
        st.session_state[f"from {slot}"] = st.session_state["both"] or source.origin(slot)
