"""A sweep as a form: the settings that all members share, what varies, and how often."""

import json
from contextlib import suppress
from typing import Any

import streamlit as st

from facelab.errors import FacelabError
from facelab.labs import COMPARISONS
from facelab.labs.comparisons import COUNTRIES, FACES
from facelab.runs import RunConfig, Sweep
from facelab.runs.sweep import SHAPES, name_of
from facelab.ui import forms
from facelab.ui.controls import apply
from facelab.ui.playground import forms as points_forms
from facelab.ui.services import store

BASES = {"Points": COUNTRIES, "Faces": FACES}
VALUES = {
    "optimizer.learning_rate": "1, 0.1, 0.01, 0.001, 0.0001",
    "batch_size": "16, 64, 256, 1024",
    "epochs": "5, 10, 20, 50",
    "depth": "1, 2, 6, 10",
    "width": "8, 16, 32, 64",
    "optimizer.name": "sgd, adam, adamw, rmsprop",
    "optimizer.weight_decay": "0, 0.0001, 0.001, 0.01",
    "model.batch_norm": "off, on",
    "model.residual": "off, on",
    "model.dropout": "0, 0.1, 0.3, 0.5",
    "model.activation": "relu, tanh, gelu, sigmoid",
    "optimizer.momentum": "0, 0.5, 0.9, 0.99",
    "model.init": "kaiming_uniform, normal",
    "seed": "0, 1, 2, 3, 4",
}
"""Fields that are asked for first, with values to begin with."""
UNVARIED = ("data.source", "data.path", "data.drawn", "model.kind", "changes", "device")
MOST_FIELDS = 4
WORDS = {"on": True, "off": False, "true": True, "false": False}


def mode() -> str:
    """Race settings, search among them, or look at runs side by side."""
    return st.segmented_control(
        "Mode",
        ["Race", "Search", "Runs"],
        default="Race",
        key="compare.mode",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
        help="Race: all values of a setting at once. Search: let Optuna look for the best. Runs: any two or more of "
        "those that are kept.",
    )


def show_comparisons() -> None:
    """Ready-made comparisons to choose from, and what to look at in the chosen one."""
    titles = {name: comparison.title for name, comparison in COMPARISONS.items()}
    name = st.pills(
        "Comparisons",
        list(COMPARISONS),
        format_func=titles.get,
        key="comparison",
        bind="query-params",
        on_change=_take,
        wrap=True,
        label_visibility="collapsed",
    )
    if name:
        st.markdown(f":material/school: {COMPARISONS[name].watch}")
    else:
        st.markdown("Choose what varies, press **Race**, and see many networks learn beside each other.")


def begin() -> None:
    """On a first visit: the settings of the sweep that the address names, or, of nothing else, the first comparison."""
    if any(name in st.session_state for name in ("compare.fields", "compare.subject")):
        return
    if sweep_id := st.query_params.get("sweep"):
        with suppress(FacelabError):  # the page says what is wrong with it
            _fill(store().sweep(sweep_id).sweep)
    elif "data.source" not in st.query_params:
        st.session_state["comparison"] = next(iter(COMPARISONS))
        _fill(COMPARISONS[st.session_state["comparison"]].sweep)


def base_form() -> RunConfig | None:
    """What all members share; None while a setting is wrong."""
    subject = st.segmented_control(
        "Networks on",
        list(BASES),
        default="Points",
        key="compare.subject",
        bind="query-params",
        required=True,
        on_change=_change_subject,
    )
    if subject == "Points":
        return forms.run_config(points_forms.points_form(), points_forms.network_form(), points_forms.training_form())
    return forms.run_config(forms.data_form(), forms.network_form(), forms.training_form())


def sweep_form(base: RunConfig | None) -> Sweep | None:
    """What varies; None while something is wrong, the page saying what."""
    names = [*VALUES, *(name for name in (base or COUNTRIES).flat() if name not in (*VALUES, *UNVARIED))]
    with st.container(horizontal=True):
        count = st.number_input(
            "Settings that vary", 1, MOST_FIELDS, 1, key="compare.fields", bind="query-params", width=140
        )
        repeats = st.number_input(
            "Repeats",
            1,
            20,
            3,
            key="compare.repeats",
            bind="query-params",
            width=140,
            help="Each with another seed: what differs between repeats of one setting is luck.",
        )
        how = st.segmented_control(
            "Their values",
            ["grid", "pairs"],
            default="grid",
            format_func={"grid": "Every combination", "pairs": "Side by side"}.get,
            key="compare.how",
            bind="query-params",
            required=True,
            disabled=count == 1,
            help="Side by side: the first values of all go together, then the second, and so on.",
        )
    vary = [_vary_form(index, names) for index in range(count)]
    gradients = st.toggle(
        "Gradient norms of every layer",
        key="compare.gradients",
        bind="query-params",
        help="Recorded after every epoch; it takes longer.",
    )
    if base is None:
        return None
    try:
        return Sweep.parse(
            {
                "base": base,
                "vary": vary,
                "how": how if count > 1 else "grid",
                "repeats": repeats,
                "gradients": gradients,
            }
        )
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def values_of(text: str) -> list[Any]:
    """Values separated by commas: numbers, words, on and off, and lists in brackets such as [16, 16]."""
    try:
        return json.loads(f"[{text}]")
    except ValueError:
        return [_value(part.strip()) for part in text.split(",") if part.strip()]


def text_of(values: tuple[Any, ...]) -> str:
    """Values as `values_of` reads them."""
    return ", ".join(
        ("off", "on")[value]
        if isinstance(value, bool)
        else json.dumps(value)
        if isinstance(value, tuple)
        else f"{value}"
        for value in values
    )


def _value(text: str) -> Any:
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    try:
        return json.loads(text)
    except ValueError:
        return text


def _vary_form(index: int, names: list[str]) -> dict[str, Any]:
    field_key, values_key = f"compare.field.{index}", f"compare.values.{index}"
    left, right = st.columns(2)
    with left:
        field = st.selectbox(
            "What varies" if index == 0 else "And",
            names,
            index=index,
            format_func=lambda name: name_of(name).capitalize() if name in (*VALUES, *SHAPES) else name,
            key=field_key,
            bind="query-params",
            on_change=_suggest,
            args=(field_key, values_key),
        )
    with right:
        text = st.text_input("Values", VALUES[names[index]], key=values_key, bind="query-params")
    return {"field": field, "values": values_of(text)}


def _suggest(field_key: str, values_key: str) -> None:
    """Values to begin with, when another field is chosen."""
    if values := VALUES.get(st.session_state[field_key]):
        st.session_state[values_key] = values


def _change_subject() -> None:
    """Points and faces have other sources and networks: begin with settings that suit."""
    apply(BASES[st.session_state["compare.subject"]].flat())
    st.session_state["comparison"] = None


def _take() -> None:
    """Put the chosen comparison into the controls."""
    if comparison := COMPARISONS.get(st.session_state["comparison"]):
        _fill(comparison.sweep)
        st.query_params.pop("sweep", None)


def _fill(sweep: Sweep) -> None:
    """Put a sweep into the controls; to be called before any is drawn."""
    apply(sweep.base.flat())
    apply(
        {
            "compare.subject": "Points" if sweep.base.subject == "points" else "Faces",
            "compare.fields": len(sweep.vary),
            "compare.repeats": sweep.repeats,
            "compare.how": sweep.how,
            "compare.gradients": sweep.gradients,
        }
    )
    for index, vary in enumerate(sweep.vary):
        apply({f"compare.field.{index}": vary.field, f"compare.values.{index}": text_of(vary.values)})
