"""The controls for the fields of a person or a photo: choices by Streamlit, ranges as sliders that answer at once."""

from collections.abc import Iterable
from dataclasses import asdict

import streamlit as st

from facelab.data.generated import Person, Photo
from facelab.ui.studio import address
from facelab.ui.studio.knobs import GROUPS, KNOBS, LAMP, PHOTO, Knob, Morph
from facelab.ui.studio.parts import dials, lamp

FEW = 4
"""Choices up to so many are shown side by side."""


def show_groups(thing: Person | Photo) -> None:
    """The controls of one group at a time, and the way back.

    Args:
        thing: what it would be without the controls.
    """
    prefix = address.PREFIXES[type(thing)]
    groups = GROUPS[prefix]
    first = next(iter(groups))
    group = st.pills(
        "Group",
        list(groups),
        default=first,
        key=f"{prefix}group",
        required=True,
        wrap=True,
        label_visibility="collapsed",
    )
    if group == "Light":
        event = "lamp"
        lamp(address.apply(thing), tuple(KNOBS[PHOTO + field] for field in LAMP), event, lambda: listen(thing, event))
    show_knobs(thing, groups[group])


def show_knobs(thing: Person | Photo | Morph, knobs: Iterable[Knob]) -> None:
    """A control for each of the knobs."""
    prefix, values = address.PREFIXES[type(thing)], asdict(address.apply(thing))
    ranges = [knob for knob in knobs if not knob.names]
    for knob in knobs:
        if knob.names:
            _choose(thing, knob, prefix + knob.field, values[knob.field])
    event = f"{prefix}dials"
    dials(ranges, values, event, lambda: listen(thing, event))


def listen(thing: Person | Photo | Morph, event: str) -> None:
    """Take what the component of this key says."""
    address.turn(thing, st.session_state[event]["turn"])


def _choose(thing: Person | Photo | Morph, knob: Knob, name: str, value: int) -> None:
    key = f"choice {name}"
    st.session_state[key] = knob.names[value]
    options = {"key": key, "on_change": _take, "args": (thing, knob, name, key)}
    if len(knob.names) <= FEW:
        st.segmented_control(knob.label, knob.names, required=True, **options)
    else:
        st.selectbox(knob.label, knob.names, **options)


def _take(thing: Person | Photo | Morph, knob: Knob, name: str, key: str) -> None:
    address.put(thing, {name: knob.names.index(st.session_state[key])})
