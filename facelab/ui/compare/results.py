"""What came of a sweep: the settings beside each other, what a setting does, and the one to take."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import grouped, means_over, spread_of_last
from facelab.runs import Run, Sweep
from facelab.runs.sweep import name_of
from facelab.ui.compare.forms import text_of
from facelab.ui.compare.racing import judged_by
from facelab.ui.figures import show as show_figure
from facelab.ui.live import open_run
from facelab.ui.services import store

SPLITS = ("train", "validation", "test")


def show(sweep: Sweep, runs: Sequence[Run]) -> None:
    """The choice, the table, and a figure for what varied."""
    histories = store().histories([run.id for run in runs])
    scores = {split: _scores(runs, histories, split) for split in SPLITS}
    split = judged_by(runs)
    if not np.isfinite(scores[split]).any():
        st.info("No member came to an end that could be measured.")
        return
    members = sweep.members()
    labels = [members[run.member].label for run in runs]
    _show_choice(runs, labels, scores, split)
    _show_table(runs, labels, histories, scores, split)
    if sweep.how == "pairs" and len(sweep.vary) > 1:
        values = [text_of(tuple(members[run.member].values.values())) for run in runs]
        _show_setting(" and ".join(name_of(vary.field) for vary in sweep.vary), values, scores, split)
    else:
        for vary in sweep.vary:
            values = [_plain(members[run.member].values[vary.field]) for run in runs]
            _show_setting(name_of(vary.field), values, scores, split)
        if len(sweep.vary) > 1:
            _show_pairs(sweep, runs, scores[split], split)
    if sweep.gradients:
        _show_gradients(runs, labels, histories)


def _scores(runs: Sequence[Run], histories: dict, split: str) -> np.ndarray:
    """Each member's accuracy in the end, at its best epoch for validation: float [runs], NaN where it diverged."""
    found = []
    for run in runs:
        epochs = histories[run.id].epochs if run.id in histories else {}
        last = epochs.get(f"{split}_accuracy", [])
        value = {"validation": run.best_validation_accuracy, "test": run.test_accuracy}.get(split)
        value = value if value is not None else (last[-1] if len(last) else math.nan)
        found.append(math.nan if run.status in ("diverged", "failed") else value)
    return np.array(found, float)


def _show_choice(runs: Sequence[Run], labels: list[str], scores: dict[str, np.ndarray], split: str) -> None:
    """The setting with the best mean, and the test accuracy of that one alone."""
    groups = grouped(labels, scores[split])
    best = max((group for group in groups if group.count), key=lambda group: group.mean)
    own = [run for run, label in zip(runs, labels, strict=True) if label == best.label]
    lost = sum(group.diverged for group in groups)
    said = f"Best by {split} accuracy: **{best.label}**, {_mean(best)}"
    said += f" over {best.count} repeats." if best.count > 1 else "."
    if lost:
        said += f" {lost} of {len(runs)} networks diverged or failed."
    st.markdown(said)
    if split == "validation":
        (tested,) = grouped([0] * len(own), [_known(run.test_accuracy) for run in own])
        right, total = sum(run.test_right or 0 for run in own), sum(run.test_total or 0 for run in own)
        if total:
            st.markdown(
                f"Its test accuracy is {_mean(tested)} ({right:,} of {total:,} answers), shown for this one alone: "
                "whoever looks at the test of all and takes the best has chosen by the test, and reports luck."
            )
    with st.container(horizontal=True):
        if st.button("Open the best network", icon=":material/open_in_new:", key="open best"):
            known = [run for run in own if run.test_accuracy is not None] or own
            open_run(max(known, key=lambda run: run.best_validation_accuracy or run.test_accuracy or 0))


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def _mean(group: Any) -> str:
    interval = f" (95 % interval {100 * group.low:.1f} to {100 * group.high:.1f} %)" if group.count > 1 else ""
    return f"{100 * group.mean:.1f} %{interval}"


def _show_table(
    runs: Sequence[Run], labels: list[str], histories: dict, scores: dict[str, np.ndarray], split: str
) -> None:
    """A row per setting: accuracy, time, and how restless the loss is in the end."""
    loss = [
        histories[run.id].steps["loss"] if run.id in histories and run.status != "diverged" else np.zeros(0)
        for run in runs
    ]
    columns = {
        f"{split.capitalize()} accuracy (%)": 100 * scores[split],
        "Training accuracy (%)": 100 * scores["train"],
        "Seconds per epoch": _seconds_per_epoch(runs),
        "Spread of the loss at the end": [spread_of_last(each) for each in loss],
    }
    table: dict[str, list] = {"Setting": list(dict.fromkeys(labels))}
    for name, values in columns.items():
        table[name] = [group.mean for group in grouped(labels, values)]
    table["Diverged"] = [group.diverged for group in grouped(labels, scores[split])]
    accuracy = st.column_config.NumberColumn(format="%.1f")
    st.dataframe(
        table,
        hide_index=True,
        column_config={
            name: accuracy if "%" in name else st.column_config.NumberColumn(format="%.3g") for name in columns
        },
        key="settings table",
    )
    st.caption(
        "Means over repeats. The spread is the standard deviation of the loss over the last tenth of the steps: a "
        "large one means that the steps still throw the network about."
    )


def _seconds_per_epoch(runs: Sequence[Run]) -> list[float]:
    return [
        run.step / run.epoch * run.config.batch_size / run.images_per_second
        if run.epoch and run.images_per_second
        else math.nan
        for run in runs
    ]


def _show_setting(name: str, shown: list[float | str], scores: dict[str, np.ndarray], split: str) -> None:
    """Accuracy against one setting, whatever the others were."""
    order = list(dict.fromkeys(shown))
    if len(order) < 2:
        return
    known = [part for part in ("train", split) if np.isfinite(scores[part]).any()]
    most = max(shown.count(value) for value in order)
    results, intervals = {}, {}
    for part in known:
        rows = np.full((len(order), most), np.nan)
        for row, value in enumerate(order):
            own = scores[part][[each == value for each in shown]]
            rows[row, : len(own)] = own
        results[part] = rows
        intervals[part] = np.array([[group.low, group.high] for group in grouped(shown, scores[part])])
    show_figure(
        plots.against_setting(order, results, name.capitalize(), intervals),
        f"against {name}",
        "Each dot is a network; the line joins the means, the whiskers are their 95 % intervals.",
    )


def _plain(value: Any) -> float | str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, int | float | str) else "-".join(map(str, value)) or "none"


def _show_pairs(sweep: Sweep, runs: Sequence[Run], accuracy: np.ndarray, split: str) -> None:
    """A heat map for any two settings of a grid, and all of them as parallel coordinates."""
    members = sweep.members()
    fields = [vary.field for vary in sweep.vary]
    values = {field: [_plain(members[run.member].values[field]) for run in runs] for field in fields}
    titles = {field: name_of(field).capitalize() for field in fields}
    across, up = fields[0], fields[1]
    if len(fields) > 2:
        with st.container(horizontal=True):
            across = st.selectbox("Across", fields, format_func=titles.get, key="compare.across", bind="query-params")
            others = [field for field in fields if field != across]
            up = st.selectbox("Up", others, format_func=titles.get, key="compare.up", bind="query-params")
    table = means_over(values[up], values[across], accuracy)
    show_figure(
        plots.settings_map(
            table.means,
            [str(value) for value in table.columns],
            [str(value) for value in table.rows],
            titles[across],
            titles[up],
            f"{split.capitalize()} accuracy",
        ),
        "settings map",
        "Means over repeats and over all other settings.",
    )
    if len(fields) > 2:
        show_figure(
            plots.parallel_coordinates(
                {titles[field]: column for field, column in values.items()},
                accuracy,
                f"{split.capitalize()} accuracy (%)",
            ),
            "parallel",
            "Each line is a network. Drag along an axis to keep the lines that pass there.",
        )


def _show_gradients(runs: Sequence[Run], labels: list[str], histories: dict) -> None:
    """How much of the gradient reaches each layer, setting by setting."""
    st.subheader("Gradient flow")
    st.caption(
        "The norm of the gradient of every layer's weights, epoch by epoch, in powers of ten. Where it fades towards "
        "the first layers, these learn nothing."
    )
    for label in dict.fromkeys(labels):
        run = runs[labels.index(label)]
        epochs = histories[run.id].epochs if run.id in histories else {}
        names = [name for name in epochs if name.startswith("gradient_norm.")]
        if not names:
            continue
        keep = np.asarray(epochs["epoch"]) > 0
        norms = np.array([np.asarray(epochs[name])[keep] for name in names])
        st.markdown(f"**{label.capitalize()}**")
        layers = [name.removeprefix("gradient_norm.") for name in names]
        show_figure(plots.gradient_map(norms, layers, np.asarray(epochs["epoch"])[keep]), f"gradients {label}")
