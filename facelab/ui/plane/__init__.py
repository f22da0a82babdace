"""The plane: a network, what it makes of the plane, and its course, in one living picture in the browser."""

from collections.abc import Callable

import streamlit as st

from facelab.ui.plane.assets import CSS, HTML, JS
from facelab.ui.plane.film import film_gif, film_html
from facelab.ui.plane.view import SHOWN_UNITS, Curves, Frame, Layer, View, pack

__all__ = ["SHOWN_UNITS", "Curves", "Frame", "Layer", "View", "film_gif", "film_html", "pack", "plane"]

EVENTS = ("hidden", "unit", "toggle", "draw", "undo", "clear")

_component = st.components.v2.component("facelab_plane", html=HTML, css=CSS, js=JS)


def plane(
    view: View,
    key: str,
    on_hidden: Callable[[], None] | None = None,
    on_unit: Callable[[], None] | None = None,
    on_toggle: Callable[[], None] | None = None,
    on_draw: Callable[[], None] | None = None,
    on_undo: Callable[[], None] | None = None,
    on_clear: Callable[[], None] | None = None,
):
    """Draw a view; drawn again under the same key, it changes in place.

    What people do arrives for one run of the page: in a callback as `st.session_state[key]["draw"]`, after the call as
    `result["draw"]`. Use brackets, for `.clear` is a method of every dictionary. None where nothing was done.

    - "hidden": list[int], the new number of units in each hidden layer.
    - "unit": {"layer", "unit", "pinned"}: a unit was chosen to be shown large, or let go. It is already drawn so.
    - "toggle": {"layer", "unit"}: switch a unit off, or on again.
    - "draw": list of [x, y, class] in standard units; a class may be one more than there are.
    - "undo", "clear": True; of the points drawn.
    """
    callbacks = (on_hidden, on_unit, on_toggle, on_draw, on_undo, on_clear)
    handlers = {f"on_{event}_change": act or _nothing for event, act in zip(EVENTS, callbacks, strict=True)}
    return _component(key=key, data=pack(view), **handlers)


def _nothing() -> None:
    """Streamlit passes on only events that have a callback."""
