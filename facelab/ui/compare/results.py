"""What came of a sweep: the setting to take, all of them beside each other, and what each setting does."""

import math
from collections.abc import Sequence

import numpy as np
import streamlit as st

from facelab.analysis import grouped, spread_of_last
from facelab.analysis.verdicts import pace
from facelab.runs import Run, Sweep
from facelab.ui.compare import choice, effects, extremes, flow
from facelab.ui.compare.outcome import Outcome


def show(sweep: Sweep, runs: Sequence[Run]) -> None:
    """The choice, the best and the worst, the table, and a figure for what varied."""
    found = Outcome.of(sweep, runs)
    if not np.isfinite(found.accuracy).any():
        st.info("No member came to an end that could be measured.")
        return
    choice.show(found)
    _show_table(found)
    effects.show(found)
    extremes.show(found)
    if sweep.gradients:
        flow.show(found)


def _show_table(found: Outcome) -> None:
    """A row per setting: accuracy, time, and how restless the loss is in the end."""
    runs, labels = found.runs, found.labels
    loss = [found.histories[run.id].steps["loss"] if run.status != "diverged" else np.zeros(0) for run in runs]
    seconds = _seconds_per_epoch(runs)
    columns = {
        f"{found.split.capitalize()} accuracy (%)": 100 * found.accuracy,
        "Training accuracy (%)": 100 * found.scores["train"],
        "Seconds per epoch": seconds,
        "Spread of the loss at the end": [spread_of_last(each) for each in loss],
    }
    table: dict[str, list] = {"Setting": list(dict.fromkeys(labels))}
    for name, values in columns.items():
        table[name] = [group.mean for group in grouped(labels, values)]
    table["Without a result"] = [group.diverged for group in found.groups]
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
        "Means over repeats. The training accuracy is measured while the network learns, over the whole epoch, and so "
        "can lie below that of validation. The spread is the standard deviation of the loss over the last tenth of the "
        "steps: a large one means that the steps still throw the network about."
    )
    # Members are timed one after another beside whatever else is running: only a large effect is told.
    if any(vary.field == "batch_size" for vary in found.sweep.vary) and (told := pace(labels, seconds)):
        st.markdown(told)


def _seconds_per_epoch(runs: Sequence[Run]) -> list[float]:
    return [
        run.step / run.epoch * run.config.batch_size / run.images_per_second
        if run.epoch and run.images_per_second
        else math.nan
        for run in runs
    ]
