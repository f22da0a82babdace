"""Starting over on the Playground: from the first weights, with other settings or the same."""

from typing import Any

import streamlit as st

from facelab.ui.controls import apply


def restart(settings: dict[str, Any] | None = None) -> None:
    """Put settings, by dotted name, into the controls, leave a kept run, and forget the training so far.

    To be called from a callback.
    """
    apply(settings or {})
    st.query_params.pop("run", None)
    st.session_state.pop("playground", None)
    st.session_state["film"] = False


def forget_units() -> None:
    """All units on and none shown large: they were another network's."""
    st.session_state.pop("off units", None)
    st.session_state.pop("pinned unit", None)
