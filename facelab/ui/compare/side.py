"""Runs side by side: tick any in the table of all, and see them in the same figures."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.analysis import Predictions, differing_settings
from facelab.data import load_dataset
from facelab.errors import FacelabError
from facelab.plots.frame import nothing
from facelab.runs import Run
from facelab.runs.sweep import names_of
from facelab.ui.compare import side_table
from facelab.ui.compare.listing import numbered
from facelab.ui.compare.racing import AXES, seconds
from facelab.ui.compare.side_table import readable, ticked_ids
from facelab.ui.figures import cached
from facelab.ui.figures import show as show_figure
from facelab.ui.live import escape
from facelab.ui.results import percent
from facelab.ui.services import store

POLL_SECONDS = 4.0
MOST_COMPARED, MOST_CONFUSIONS = 20, 4
LONGEST_LABEL = 40
SPLITS = {"train": "Training", "validation": "Validation", "test": "Test"}


def show() -> None:
    """The table of all runs, what can be done with those that are ticked, and their comparison."""
    active = any(run.active for run in store().all())
    st.fragment(_show, run_every=POLL_SECONDS if active else None)(active)


def _show(was_active: bool) -> None:
    runs = store().all()
    if was_active and not any(run.active for run in runs):
        st.rerun()
    if not runs:
        st.info("There are no runs yet: train a network, or race several, and they are listed here.")
        return
    known = {run.id: run for run in runs}
    ids = ticked_ids()
    ticked = [known[run_id] for run_id in ids if run_id in known]
    if missing := [run_id for run_id in ids if run_id not in known]:
        st.warning(f"There is no run {missing[0]}: it was deleted, or the id is mistyped.", icon=":material/link_off:")
    side_table.show(runs, ticked)
    if not ticked:
        st.caption("Tick runs to compare them, to tag them, or to delete them.")
    elif len(ticked) > MOST_COMPARED:
        st.info(f"Up to {MOST_COMPARED} runs are compared at once, but {len(ticked)} are ticked: untick some.")
    else:
        _compare(ticked)


def _compare(runs: Sequence[Run]) -> None:
    labels = _labels(runs)
    histories = store().histories([run.id for run in runs])
    epochs = [histories[run.id].epochs for run in runs]
    _show_curves(runs, labels, epochs)
    _show_differences(runs, labels)
    _show_metrics(runs, labels, epochs)
    _show_confusions(runs, labels)


def _labels(runs: Sequence[Run]) -> list[str]:
    """Their names, short, and numbered where several have the same."""
    names = [run.name if len(run.name) <= LONGEST_LABEL else f"{run.name[: LONGEST_LABEL - 1]}…" for run in runs]
    return numbered(names)


def _show_curves(runs: Sequence[Run], labels: list[str], epochs: list[dict[str, np.ndarray]]) -> None:
    has_validation = any(np.isfinite(of.get("validation_accuracy", np.nan)).any() for of in epochs)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = st.segmented_control(
            "Measured on",
            list(SPLITS),
            default="validation" if has_validation else "test",
            format_func=SPLITS.get,
            key="side.split",
            bind="query-params",
            required=True,
        )
        axis = st.segmented_control(
            "Curves by",
            list(AXES),
            default="epoch",
            format_func={"epoch": "Epoch", "step": "Step", "seconds": "Seconds"}.get,
            key="side.axis",
            bind="query-params",
            required=True,
        )
        smoothing = st.slider("Smoothing", 0.0, 0.95, 0.0, 0.05, key="side.smoothing", bind="query-params", width=240)
        log = st.toggle("Log axis", key="side.log", bind="query-params", help="Of the loss.")
    across = [_across(run, of, axis) for run, of in zip(runs, epochs, strict=True)]
    for place, what in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        curves = [
            plots.Curve(label, index, at, of.get(f"{split}_{what}", np.full(len(at), np.nan)))
            for index, (label, at, of) in enumerate(zip(labels, across, epochs, strict=True))
        ]
        title = f"{SPLITS[split]} {what} ({'nats' if what == 'loss' else '%'})"
        with place:
            show_figure(
                plots.overlaid_curves(curves, axis, title, smoothing, log and what == "loss", what == "accuracy"),
                f"side {what}",
            )
    if axis == "seconds":
        st.caption("Seconds of training and evaluation together, without the wait before it.")


def _across(run: Run, epochs: dict[str, np.ndarray], axis: str) -> np.ndarray:
    """Where on the x axis each epoch lies: float [R], NaN where nobody knows."""
    if axis != "seconds":
        return epochs.get(axis, np.zeros(0))
    return seconds(run, epochs) if readable(run) else np.full(len(epochs.get("epoch", ())), np.nan)


def _show_differences(runs: Sequence[Run], labels: list[str]) -> None:
    """A table of the settings that are not the same in all."""
    st.subheader("Settings that differ")
    known = [(run, label) for run, label in zip(runs, labels, strict=True) if readable(run)]
    if len(known) < len(runs):
        other = next(label for run, label in zip(runs, labels, strict=True) if not readable(run))
        st.info(f"{escape(other)} has settings of another version of facelab, which cannot be compared.")
    if len(known) < 2:
        st.caption("Tick another run to see in what they differ.")
        return
    differing = differing_settings([run.config for run, _ in known])
    if not differing:
        st.caption("These runs have the same settings.")
        return
    titles = {field: name.capitalize() for field, name in names_of(differing).items()}
    table = {"Run": [label for _, label in known]}
    st.dataframe(
        table | {titles[name]: _column(values) for name, values in differing.items()},
        hide_index=True,
        key="side differing",
        column_config={titles[name]: _shown_as(name, values) for name, values in differing.items()},
        alt=f"The settings in which the runs differ: {', '.join(titles.values())}.",
    )


def _shown_as(name: str, values: list[Any]) -> Any:
    if _are_numbers(values) and any(isinstance(value, float) for value in values):
        return st.column_config.NumberColumn(help=name, format="%.4g")
    return st.column_config.Column(help=name)


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _column(values: list[Any]) -> list[Any]:
    """Numbers as they are, so that they are sorted as such; all else in words."""
    return values if _are_numbers(values) else [_words(value) for value in values]


def _words(value: Any) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case None:
            return ""
        case list() if any(isinstance(part, dict) for part in value):
            return json.dumps(value)
        case list():
            return ", ".join(map(str, value)) or "none"
        case float():
            return f"{value:g}"
    return str(value)


def _show_metrics(runs: Sequence[Run], labels: list[str], epochs: list[dict[str, np.ndarray]]) -> None:
    """The best and the last value of every metric, and the test accuracy of the network that was kept."""
    st.subheader("Best and last values")
    table: dict[str, list[Any]] = {"Run": labels}
    formats: dict[str, str] = {}
    for split, title in SPLITS.items():
        for what, best, scale, form in (("loss", np.min, 1, "%.4f"), ("accuracy", np.max, 100, "%.1f")):
            found = [_best_and_last(of.get(f"{split}_{what}"), best) for of in epochs]
            if not np.isfinite(found).any():
                continue
            unit = " (%)" if what == "accuracy" else ""
            for column, name in enumerate(("best", "last")):
                heading = f"{title} {what}, {name}{unit}"
                table[heading], formats[heading] = [scale * values[column] for values in found], form
    if any(run.test_accuracy is not None for run in runs):
        table["Test accuracy (%)"] = [
            100 * run.test_accuracy if run.test_accuracy is not None else math.nan for run in runs
        ]
        formats["Test accuracy (%)"] = "%.1f"
        table["95 % interval (%)"] = [_interval(run) for run in runs]
    st.dataframe(
        table,
        hide_index=True,
        key="side metrics",
        column_config={name: st.column_config.NumberColumn(format=form) for name, form in formats.items()},
        alt="The best and the last loss and accuracy of every run on every split.",
    )
    st.caption(
        "The lowest loss and the highest accuracy of any epoch, and those of the last. The test accuracy with its "
        "interval is that of the network that was kept."
    )


def _best_and_last(values: np.ndarray | None, best: Any) -> tuple[float, float]:
    known = np.zeros(0) if values is None else values[np.isfinite(values)]
    return (float(best(known)), float(values[-1])) if len(known) else (math.nan, math.nan)


def _interval(run: Run) -> str:
    return "" if run.test_interval is None else " to ".join(f"{100 * end:.1f}" for end in run.test_interval)


def _show_confusions(runs: Sequence[Run], labels: list[str]) -> None:
    tested = [(run, label) for run, label in zip(runs, labels, strict=True) if run.test_accuracy is not None]
    if not tested:
        return
    st.subheader("Confusion on the test split")
    shown = tested[:MOST_CONFUSIONS]
    for place, (run, label) in zip(st.columns(max(len(shown), 2)), shown, strict=False):
        with place:
            st.markdown(f"**{escape(label)}**")
            show_figure(_confusion(run.id, run.attempt, run), f"side confusion {run.id}")
            st.caption(f"{percent(run.test_accuracy)} right, 95 % interval {_interval(run)} %")
    st.caption(
        "Each row is a true class and adds up to 100 %; what lies off the diagonal are mistakes."
        + (f" The first {len(shown)} of {len(tested)} are drawn." if len(tested) > len(shown) else "")
    )


@cached
def _confusion(run_id: str, attempt: int, _run: Run) -> Figure:
    kept = store().load_tensors(run_id, "predictions")
    if kept is None:
        return nothing("Its answers were not kept.")
    found = Predictions(kept["probabilities"].numpy(), kept["labels"].numpy())
    names = _class_names(_run) or [str(number + 1) for number in range(found.people)]
    return plots.confusion(found.confusion(), names)


def _class_names(run: Run) -> Sequence[str]:
    """Empty where what the run was trained on is gone or has changed since."""
    try:
        data = load_dataset(run.config.data)
    except FacelabError:
        return ()
    return data.names if data.fingerprint == run.fingerprint else ()
