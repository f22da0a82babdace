"""Settings to vary or to search: a row of a form for each, and their values as text."""

import json
from typing import Any

import streamlit as st

from facelab.labs.comparisons import COUNTRIES
from facelab.runs import RunConfig
from facelab.runs.sweep import name_of
from facelab.ui.controls import apply

FIXED = (".source", ".path", ".drawn", ".kind", "changes", "device")
"""Ends of the names of settings that are the same for all."""


def field_row(
    index: int, base: RunConfig | None, presets: dict[str, str], keys: tuple[str, str], label: str, help: str = ""
) -> tuple[str, str]:
    """A setting of `base` to choose, and its values to type; returns both as they stand.

    Args:
        presets: the settings that are offered first, with values to begin with; at least as many as there are rows.
        keys: of the two controls, but for the row's number.
    """
    names = [
        *presets,
        *(name for name in (base or COUNTRIES).flat() if name not in presets and not name.endswith(FIXED)),
    ]
    field_key, values_key = (f"{key}.{index}" for key in keys)
    left, right = st.columns(2)
    with left:
        field = st.selectbox(
            label if index == 0 else "And",
            names,
            index=index,
            format_func=lambda name: name_of(name).capitalize() if name in presets else name,
            key=field_key,
            bind="query-params",
            on_change=_suggest,
            args=(presets, field_key, values_key),
        )
    with right:
        text = st.text_input("Values", presets[names[index]], key=values_key, bind="query-params", help=help or None)
    return field, text


def fill_base(base: RunConfig) -> None:
    """Put the settings that all have in common into their controls; to be called before any is drawn."""
    apply(base.flat() | {"compare.subject": base.subject.capitalize()})


def text_of(values: tuple[Any, ...]) -> str:
    """Values as `facelab.runs.sweep.values_of` reads them."""
    return ", ".join(
        ("off", "on")[value]
        if isinstance(value, bool)
        else json.dumps(value)
        if isinstance(value, tuple)
        else f"{value}"
        for value in values
    )


def _suggest(presets: dict[str, str], field_key: str, values_key: str) -> None:
    """Values to begin with, when another field is chosen."""
    if values := presets.get(st.session_state[field_key]):
        st.session_state[values_key] = values
