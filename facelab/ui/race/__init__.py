"""The race: many networks that learn beside each other, their curves, their pictures and their ranking, linked."""

from collections.abc import Callable

import streamlit as st

from facelab.ui.race.assets import CSS, HTML, JS
from facelab.ui.race.pack import pack
from facelab.ui.race.view import STATUSES, Member, Metric, Plane, Ranking, View

__all__ = ["STATUSES", "Member", "Metric", "Plane", "Ranking", "View", "pack", "race"]

_component = st.components.v2.component("facelab_race", html=HTML, css=CSS, js=JS)


def race(view: View, key: str, on_choose: Callable[[], None] | None = None):
    """Draw a view; drawn again under the same key, it changes in place, and what is hovered stays so.

    A click on a picture or on a row of the ranking arrives for one run of the page: in the callback as
    `st.session_state[key]["choose"]`, after the call as `result["choose"]`: the index in `view.members` of the first
    repeat of what was clicked, or None.
    """
    return _component(key=key, data=pack(view), on_choose_change=on_choose or _nothing)


def _nothing() -> None:
    """Streamlit passes on only events that have a callback."""
