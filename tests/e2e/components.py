"""A script for Streamlit: the component that the address names, and what it has said."""

import json

import streamlit as st

from facelab.ui.plane import plane
from facelab.ui.race import race
from tests.e2e.test_race import crowd
from tests.ui.views import tiny

said = st.session_state.setdefault("said", [])


def hear(name: str, event: str):
    return lambda: said.append([event, st.session_state[name][event]])


def show_plane() -> None:
    hidden = next((value for event, value in reversed(said) if event == "hidden"), (3, 3))
    st.button("Again")
    events = ("hidden", "unit", "toggle", "draw", "undo", "clear")
    view = tiny(1, hidden=hidden, editable=True, drawing=2)
    plane(view, "plane", **{f"on_{event}": hear("plane", event) for event in events})


def show_race() -> None:
    race(crowd(4, 2), "race", on_choose=hear("race", "choose"))


{"plane": show_plane, "race": show_race}[st.query_params["show"]]()
st.code(json.dumps(said))
