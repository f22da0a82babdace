"""A search as a form: what is searched, and how long."""

import re
from typing import Any

import streamlit as st

from facelab.errors import FacelabError
from facelab.runs import RunConfig
from facelab.runs.spaces import Search, Space
from facelab.runs.sweep import values_of
from facelab.ui.compare.fields import field_row, fill_base, text_of
from facelab.ui.controls import apply

MOST_FIELDS = 8
SPACES = {
    "optimizer.learning_rate": "0.0001 to 1 log",
    "batch_size": "16, 32, 64, 128, 256",
    "depth": "1 to 8",
    "width": "4 to 64",
    "model.dropout": "0 to 0.5",
    "optimizer.weight_decay": "0.000001 to 0.1 log",
    "model.batch_norm": "off, on",
    "optimizer.name": "sgd, adam, adamw, rmsprop",
    "model.activation": "relu, tanh, gelu",
    "optimizer.momentum": "0 to 0.99",
}
"""Fields that are asked for first, with values to begin with."""
NUMBER = r"[+-]?[\d.]+(?:e[+-]?\d+)?"
RANGE = re.compile(rf"({NUMBER})\s+to\s+({NUMBER})(\s+log)?(?:\s+step\s+({NUMBER}))?", re.IGNORECASE)
HELP = (
    'A range such as "0.0001 to 1 log", where log draws evenly in powers of ten, or "0 to 0.5 step 0.1"; or choices '
    "separated by commas."
)


def search_form(base: RunConfig | None) -> Search | None:
    """What is searched and how long; None while something is wrong, the page saying what."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        count = st.number_input(
            "Settings to search", 1, MOST_FIELDS, 3, key="search.fields", bind="query-params", width=150
        )
        trials = st.number_input("Trials", 1, 1000, 30, key="search.trials", bind="query-params", width=150)
        seconds = st.number_input(
            "Seconds at most",
            0,
            86_400,
            0,
            step=60,
            key="search.seconds",
            bind="query-params",
            width=150,
            help="0 for no limit. A search that was stopped can be gone on with.",
        )
        pruner = st.toggle(
            "Prune",
            True,
            key="search.prune",
            bind="query-params",
            help="Give up a trial that is worse than the median of the others at the same epoch.",
        )
    keys = ("search.field", "search.space")
    spaces = [space_of(*field_row(index, base, SPACES, keys, "Search over", HELP)) for index in range(count)]
    if base is None:
        return None
    settings = {"base": base, "spaces": spaces, "trials": trials, "seconds": seconds or None, "pruner": pruner}
    try:
        return Search.parse(settings)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def fill(plan: Search) -> None:
    """Put a search into the controls; to be called before any is drawn."""
    fill_base(plan.base)
    values = {
        "search.fields": len(plan.spaces),
        "search.trials": plan.trials,
        "search.seconds": round(plan.seconds or 0),
        "search.prune": plan.pruner,
    }
    for index, space in enumerate(plan.spaces):
        values |= {f"search.field.{index}": space.field, f"search.space.{index}": text_of_space(space)}
    apply(values)


def space_of(field: str, text: str) -> dict[str, Any]:
    """The settings of a `Space` from what was typed: a range, or choices."""
    if found := RANGE.fullmatch(text.strip()):
        low, high, log, step = found.groups()
        space = {"field": field, "low": _number(low), "high": _number(high), "log": log is not None}
        return space | ({"step": _number(step)} if step else {})
    return {"field": field, "choices": values_of(text)}


def text_of_space(space: Space) -> str:
    """A space as `space_of` reads it."""
    if space.choices is not None:
        return text_of(space.choices)
    step = f" step {space.step}" if space.step else ""
    return f"{space.low} to {space.high}{' log' if space.log else ''}{step}"


def _number(text: str) -> int | float | str:
    """What is no number after all is left for the settings to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
