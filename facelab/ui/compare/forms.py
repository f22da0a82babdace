"""A sweep as a form: the settings that all members share, what varies, and how often."""

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

import streamlit as st

from facelab.errors import FacelabError
from facelab.labs import COMPARISONS
from facelab.labs.comparisons import COUNTRIES, FACES
from facelab.labs.siamese import PAIRS
from facelab.runs import RunConfig, Sweep
from facelab.runs.searching import find
from facelab.runs.sweep import values_of
from facelab.ui import forms
from facelab.ui.compare import search_form
from facelab.ui.compare.fields import field_row, fill_base, text_of
from facelab.ui.controls import apply
from facelab.ui.live import come_back
from facelab.ui.playground import forms as points_forms
from facelab.ui.services import store

BASES = {"Points": COUNTRIES, "Faces": FACES, "Pairs": PAIRS}
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
    "model.loss": "binary, contrastive, triplet, margin_softmax",
    "model.margin": "0.1, 0.2, 0.35, 0.5",
    "model.embedding": "16, 64, 256",
    "seed": "0, 1, 2, 3, 4",
}
"""Fields that are asked for first, with values to begin with."""
MOST_FIELDS = 4


def mode() -> str:
    """Race settings, search among them, or look at runs side by side."""
    come_back()
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
    """On a first visit the settings of the sweep or search that the address names; where it has no settings of its own,
    those of the comparison that it names or of the first."""
    mode = MODES[st.session_state["compare.mode"]]
    if mode.control in st.session_state:
        return
    if named := st.query_params.get(mode.parameter):
        with suppress(FacelabError):  # the page says what is wrong with it
            mode.reopen(named)
    elif "compare.subject" not in st.session_state and set(st.query_params) <= {"compare.mode", "comparison"}:
        asked = st.query_params.get("comparison")
        known = [name for name, comparison in COMPARISONS.items() if comparison.title == asked]
        st.session_state["comparison"] = next(iter([*known, *COMPARISONS]))
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
    about = subject.lower()
    return forms.run_config(forms.data_form(about), forms.network_form(about), forms.training_form())


def sweep_form(base: RunConfig | None) -> Sweep | None:
    """What varies; None while something is wrong, the page saying what."""
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
    keys = ("compare.field", "compare.values")
    rows = [field_row(index, base, VALUES, keys, "What varies") for index in range(count)]
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
                "vary": [{"field": field, "values": values_of(text)} for field, text in rows],
                "how": how if count > 1 else "grid",
                "repeats": repeats,
                "gradients": gradients,
            }
        )
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


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
    fill_base(sweep.base)
    values = {
        "compare.fields": len(sweep.vary),
        "compare.repeats": sweep.repeats,
        "compare.how": sweep.how,
        "compare.gradients": sweep.gradients,
    }
    for index, vary in enumerate(sweep.vary):
        values |= {f"compare.field.{index}": vary.field, f"compare.values.{index}": text_of(vary.values)}
    apply(values)


class _Mode(NamedTuple):
    """How a mode is opened by the address: its parameter, how to fill the form by it, and a control of that form."""

    parameter: str
    reopen: Callable[[str], None]
    control: str


MODES = {
    "Race": _Mode("sweep", lambda sweep_id: _fill(store().sweep(sweep_id).sweep), "compare.fields"),
    "Search": _Mode("search", lambda search_id: search_form.fill(find(search_id, store())), "search.fields"),
}
