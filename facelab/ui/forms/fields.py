"""Controls for the fields of a settings model, and what is wrong with them said where they are."""

from typing import Any

import streamlit as st

from facelab.errors import FacelabError
from facelab.settings import Settings
from facelab.ui.controls import control

Fields = tuple[tuple[str, str, str], ...]
"""Names of fields, each with its label and its help."""


def fields(settings: type[Settings], wanted: Fields, prefix: str, columns: int = 1, **defaults: Any) -> dict[str, Any]:
    """Controls for the `wanted` fields, side by side in `columns`; their values by field."""
    places = st.columns(columns) if columns > 1 else [st.container()]
    values = {}
    for index, (field, label, help_text) in enumerate(wanted):
        options = {"default": defaults[field]} if field in defaults else {}
        with places[index % columns]:
            values[field] = control(settings, field, label, prefix, help=help_text or None, **options)
    return values


def current(name: str, default: Any) -> Any:
    """What the control called `name` is about to show."""
    return st.session_state.get(name, st.query_params.get(name, default))


def checked(settings: type[Settings], values: dict[str, Any], part: str) -> Any:
    """The settings, or None, the page saying which of them is wrong."""
    try:
        return settings.parse(values)
    except FacelabError as error:
        st.error(f"{part}.{error}" if part else str(error), icon=":material/error:")
        return None
