"""All runs in a table that is filtered and ticked, and what can be done with those that are ticked."""

import json
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from facelab.errors import FacelabError, SettingsError
from facelab.runs import Run
from facelab.runs.store import LONGEST_NOTE, LONGEST_TAGS
from facelab.ui.live import STATUS, escape, open_run
from facelab.ui.services import store

ADDRESS = "runs"
"""The query parameter with the ids of the ticked runs, in the order in which they were ticked."""
ID = "Id"
ROWS, HEIGHT = 10, 388
LONGEST_LIST = 5
MOST_KNOWN = 20_000
INTERVAL = "The 95 % interval of the test accuracy."
COLUMNS = {
    "Name": st.column_config.TextColumn(width="medium"),
    "Tags": st.column_config.TextColumn(width="small"),
    "Data": st.column_config.TextColumn(width="small"),
    "Learning rate": st.column_config.NumberColumn(format="%.3g"),
    "Epoch": st.column_config.NumberColumn(format="%.0f"),
    "Validation": st.column_config.NumberColumn("Validation (%)", format="%.1f", help="At the best epoch."),
    "Test": st.column_config.NumberColumn("Test (%)", format="%.1f"),
    "Test low": st.column_config.NumberColumn("from (%)", format="%.1f", help=INTERVAL),
    "Test high": st.column_config.NumberColumn("to (%)", format="%.1f", help=INTERVAL),
    "Started": st.column_config.DatetimeColumn(format="calendar"),
}
"""How columns are shown, where the dataframe's own way does not suit."""


def show(runs: Sequence[Run], ticked: Sequence[Run]) -> None:
    """The table with a filter above it, and what can be done with the ticked runs below it."""
    text = st.text_input(
        "Filter",
        key="side.filter",
        bind="query-params",
        placeholder="Words in name, tags, note or settings, such as adam or batch_size=64",
        icon=":material/search:",
    )
    shown = matching(runs, text)
    table, rows = frame(shown), {run.id: row for row, run in enumerate(shown)}
    if shown:
        # Rows are ticked by their place: where other runs are shown it is another table, ticked anew from the address.
        key = f"side table {hash((tuple(rows), st.session_state.get('side.unticked', 0)))}"
        st.dataframe(
            table,
            hide_index=True,
            column_order=[name for name in table if name != ID],
            column_config=COLUMNS,
            on_select=lambda: _tick(key, list(rows)),
            selection_mode="multi-row",
            selection_default={"selection": {"rows": [rows[run.id] for run in ticked if run.id in rows]}},
            key=key,
            height="auto" if len(shown) < ROWS else HEIGHT,
            alt=f"{len(shown)} of {len(runs)} runs with their status, settings and accuracy.",
        )
    else:
        st.info("No run has all these words: try fewer.")
    hidden = sum(run.id not in rows for run in ticked)
    st.caption(
        f"{len(shown):,} of {len(runs):,} runs shown, {len(ticked):,} ticked"
        + (f", {hidden:,} of these hidden by the filter." if hidden else ".")
    )
    with st.container(horizontal=True):
        _show_actions(ticked)
        st.download_button(
            "Download table (CSV)",
            lambda: table.to_csv(index=False),
            "runs.csv",
            icon=":material/download:",
            key="side csv",
            on_click="ignore",
            disabled=not shown,
        )


def _show_actions(ticked: Sequence[Run]) -> None:
    ids = [run.id for run in ticked]
    if len(ticked) == 1 and st.button(
        "Open", icon=":material/open_in_new:", key="side open", disabled=not readable(ticked[0])
    ):
        open_run(ticked[0])
    if not ticked:
        return
    st.button("Untick all", icon=":material/remove_done:", key="side untick", on_click=_untick)
    with st.popover("Tags and note", icon=":material/sell:"):
        _show_annotation(ticked)
    with st.popover("Delete", icon=":material/delete:"):
        names = [f"**{escape(run.name)}**" for run in ticked[:LONGEST_LIST]]
        more = [f"{len(ticked) - LONGEST_LIST:,} more"] if len(ticked) > LONGEST_LIST else []
        st.markdown(f"{', '.join(names + more)}: curves and weights are gone for good.")
        label = "Delete this run" if len(ticked) == 1 else f"Delete these {len(ticked):,} runs"
        st.button(label, type="primary", key="side delete", on_click=_delete, args=(ids,))


def _show_annotation(ticked: Sequence[Run]) -> None:
    """Tags and note of the ticked runs; where they differ, what is written replaces them all."""
    common = {what: _common([getattr(run, what) for run in ticked]) for what in ("tags", "note")}
    differ = "They differ: what you write replaces them all."
    # Named by what they show, so that runs that were ticked or changed meanwhile bring their own.
    version = hash((tuple(run.id for run in ticked), *common.values()))
    keys = {what: f"side.{what} {version}" for what in common}
    tags, note = (common[what] for what in ("tags", "note"))
    st.text_input("Tags", tags or "", LONGEST_TAGS, keys["tags"], placeholder=differ if tags is None else None)
    st.text_area(
        "Note", note or "", max_chars=LONGEST_NOTE, key=keys["note"], placeholder=differ if note is None else None
    )
    st.button("Save", key="side save", on_click=_annotate, args=([run.id for run in ticked], keys, common))


def _common(values: list[str]) -> str | None:
    return values[0] if len(set(values)) == 1 else None


def _annotate(run_ids: list[str], keys: dict[str, str], common: dict[str, str | None]) -> None:
    written = {what: st.session_state[key] for what, key in keys.items()}
    changed = {what: text for what, text in written.items() if text != (common[what] or "")}
    try:
        for run_id in run_ids:
            store().annotate(run_id, **changed)
    except FacelabError as error:
        st.toast(str(error), icon=":material/error:")


def _delete(run_ids: list[str]) -> None:
    for run_id in run_ids:
        store().delete(run_id)
    _keep_ticked([run_id for run_id in ticked_ids() if run_id not in run_ids])


def ticked_ids() -> list[str]:
    """The ids in the address, of runs that may be gone."""
    return list(dict.fromkeys(filter(None, map(str.strip, st.query_params.get(ADDRESS, "").split(",")))))


def _keep_ticked(run_ids: list[str]) -> None:
    if run_ids:
        st.query_params[ADDRESS] = ",".join(run_ids)
    else:
        st.query_params.pop(ADDRESS, None)


def _tick(key: str, shown: list[str]) -> None:
    """Take down what is ticked now; what the filter hides stays as it was."""
    now = [shown[row] for row in st.session_state[key]["selection"]["rows"]]
    before = [run_id for run_id in ticked_ids() if run_id in set(now) or run_id not in set(shown)]
    _keep_ticked(list(dict.fromkeys([*before, *now])))


def _untick() -> None:
    _keep_ticked([])
    st.session_state["side.unticked"] = st.session_state.get("side.unticked", 0) + 1


def readable(run: Run) -> bool:
    """Whether its settings are of this version of facelab."""
    try:
        return bool(run.config)
    except SettingsError:
        return False


def matching(runs: Sequence[Run], text: str) -> list[Run]:
    """The runs that have every word of `text` in their name, tags, note, status or settings, capitals or not.

    A setting reads as its dotted name, "=" and its value: "optimizer.learning_rate=0.01".
    """
    words = text.casefold().split()
    return [run for run in runs if all(word in _searched(run) for word in words)] if words else list(runs)


def frame(runs: Sequence[Run]) -> pd.DataFrame:
    """A row per run; shares in per cent. Nothing but the runs is read for it."""
    settings = [_settings(run.settings) for run in runs]
    test = [run.test_accuracy for run in runs]
    low, high = zip(*[run.test_interval or (math.nan, math.nan) for run in runs], strict=True) if runs else ((), ())
    return pd.DataFrame(
        {
            ID: [run.id for run in runs],
            "Name": [run.name for run in runs],
            "Tags": [run.tags for run in runs],
            "Status": [STATUS[run.status][2] for run in runs],
            "Data": [str(of.get("data.source", "")) for of in settings],
            "Learning rate": _numbers([of.get("optimizer.learning_rate") for of in settings]),
            "Epoch": _numbers([run.epoch for run in runs]),
            "Validation": 100 * _numbers([run.best_validation_accuracy for run in runs]),
            "Test": 100 * _numbers(test),
            "Test low": 100 * _numbers(low),
            "Test high": 100 * _numbers(high),
            "Parameters": pd.array([run.parameters for run in runs], dtype="Int64"),
            "Started": pd.to_datetime([run.created for run in runs], unit="s", utc=True),
            "Note": [run.note for run in runs],
        }
    )


def _numbers(values: Sequence[Any]) -> np.ndarray:
    """float64, NaN for what is none."""
    return np.array([value if isinstance(value, int | float) else math.nan for value in values], dtype=np.float64)


def _searched(run: Run) -> str:
    return "\n".join((run.name, run.tags, run.note, STATUS[run.status][2])).casefold() + _settings_text(run.settings)


# Thousands of settings are read once, as text, and not through the models: those of another version are settings too.
@lru_cache(maxsize=MOST_KNOWN)
def _settings(settings: str) -> dict[str, Any]:
    """By dotted name, whatever version of facelab wrote them."""
    try:
        return dict(_leaves(json.loads(settings), ""))
    except ValueError:
        return {}


@lru_cache(maxsize=MOST_KNOWN)
def _settings_text(settings: str) -> str:
    return "\n".join(f"\n{name}={value}" for name, value in _settings(settings).items()).casefold()


def _leaves(part: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    if not isinstance(part, dict):
        yield prefix, part
        return
    for name, value in part.items():
        yield from _leaves(value, f"{prefix}.{name}" if prefix else name)
