"""What differs from the usual: kept in the address, and while a hand moves something, in the session.

The address is what is true, so that a link shows the same picture. During a drag it is left alone: every write to it
is a step for the browser's way back.
"""

import math
from dataclasses import asdict, replace
from typing import Any, TypeVar

import streamlit as st

from facelab.data.generated import Person, Photo
from facelab.ui.studio.knobs import KNOBS, MORPH, PERSON, PHOTO, Morph

HELD = "studio held"
Thing = TypeVar("Thing", Person, Photo, Morph)
PREFIXES = {Person: PERSON, Photo: PHOTO, Morph: MORPH}
"""Of the things that have knobs."""


def apply(thing: Thing) -> Thing:
    """It with all that was changed."""
    return replace(thing, **changed(PREFIXES[type(thing)]))


def changed(prefix: str) -> dict[str, float | int]:
    """The fields that were set, with their values."""
    held = st.session_state.get(HELD, {})
    found = {}
    for name, knob in KNOBS.items():
        if name.startswith(prefix):
            value = held.get(name)
            if value is None and name in st.query_params:
                value = knob.read(st.query_params[name])
            if value is not None:
                found[knob.field] = value
    return found


def turn(thing: Person | Photo | Morph, said: Any) -> None:
    """Set what a component says: {"values": {field: number}, "held": whether the hand still moves it}.

    What a browser sends may be anything; what is no value of a field is left as it is.
    """
    if not isinstance(said, dict) or not isinstance(said.get("values"), dict):
        return
    prefix = PREFIXES[type(thing)]
    values = {
        prefix + field: KNOBS[prefix + field].rounded(value)
        for field, value in said["values"].items()
        if prefix + str(field) in KNOBS and isinstance(value, int | float) and math.isfinite(value)
    }
    if said.get("held"):
        st.session_state[HELD] = st.session_state.get(HELD, {}) | values
    else:
        st.session_state.pop(HELD, None)
        put(thing, values)


def put(thing: Person | Photo | Morph, values: dict[str, float | int]) -> None:
    """Write values, by their names in the address, of what `thing` would be without them."""
    usual = asdict(thing)
    for name, value in values.items():
        knob = KNOBS[name]
        if value == knob.rounded(usual[knob.field]):
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = knob.write(value)


def clear(prefix: str) -> None:
    """Back to the usual."""
    st.session_state.pop(HELD, None)
    for name in KNOBS:
        if name.startswith(prefix):
            st.query_params.pop(name, None)
