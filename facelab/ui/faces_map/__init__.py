"""The map of faces: points where a network puts photos, with the face under the pointer."""

import streamlit as st

from facelab.ui.faces_map.assets import CSS, HTML, JS
from facelab.ui.faces_map.view import SYMBOLS, Group, Sprite, View, draw_sprite, pack

__all__ = ["SYMBOLS", "Group", "Sprite", "View", "draw_sprite", "faces_map", "pack"]

_component = st.components.v2.component("facelab_faces_map", html=HTML, css=CSS, js=JS)


def faces_map(view: View, key: str) -> int | None:
    """Draw a view; drawn again under the same key, it changes in place, and zoom and the chosen face stay.

    Returns:
        The index of the face that was clicked, until another is or none; None where there is no such face.
    """
    result = _component(key=key, data=pack(view), default={"chosen": None}, on_chosen_change=_nothing)
    chosen = result["chosen"]
    return chosen if isinstance(chosen, int) and 0 <= chosen < len(view.points) else None


def _nothing() -> None:
    """Streamlit takes a default only for what has a callback."""
