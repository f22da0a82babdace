"""What each setting that varied does to the accuracy, in figures and in words."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import Group, grouped, means_over
from facelab.analysis.verdicts import gains, good_range, influence, lost, standing
from facelab.runs.sweep import SHAPES
from facelab.ui.compare.outcome import Outcome
from facelab.ui.figures import show as show_figure

ALONE = "Each dot is a network; the line joins the means, the whiskers are their 95 % intervals."
SEVERAL = f"{ALONE} Those of all other settings lie together here, so that their effect widens the whiskers too."


def show(found: Outcome) -> None:
    """For any two settings a map, and for each a figure."""
    settings = found.settings()
    shown = [part for part in ("train", found.split) if np.isfinite(found.scores[part]).any()]
    if found.split == "validation":
        shown += ["test"] if _wants_test() else []
    groups = {name: grouped(values, found.accuracy) for name, values in settings.items()}
    several = len(settings) > 1
    if several:
        _say(influence(groups))
        _show_map(found, settings)
    places = st.columns(2, gap="large") if several else [st.container()]
    for index, (name, values) in enumerate(settings.items()):
        with places[index % len(places)]:
            _show_setting(found, name, values, shown, SEVERAL if several else ALONE)
            _say(
                lost(name, groups[name]),
                "" if several else standing(name, groups[name]),
                gains(name, groups[name]) if name in SHAPES and not several else "",
            )


def _wants_test() -> bool:
    wanted = st.toggle("Show the test accuracy too", key="compare.test", bind="query-params")
    st.caption(
        "It is kept back, because whoever sees the test of every setting chooses by it, and what was chosen by the "
        "test is no longer measured by it."
    )
    return wanted


def _show_setting(found: Outcome, name: str, values: list[float | str], shown: list[str], caption: str) -> None:
    """Accuracy against one setting, whatever the others were."""
    order = list(dict.fromkeys(values))
    if len(order) < 2:
        return
    most = max(map(values.count, order))
    results, intervals = {}, {}
    for part in shown:
        groups: list[Group] = grouped(values, found.scores[part])
        results[part] = np.full((len(order), most), np.nan)
        for row, value in enumerate(order):
            own = found.scores[part][[each == value for each in values]]
            results[part][row, : len(own)] = own
        intervals[part] = np.array([[group.low, group.high] for group in groups])
    show_figure(
        plots.against_setting(order, results, name.capitalize(), intervals),
        f"against {name}",
        caption,
    )


def _show_map(found: Outcome, settings: dict[str, list[float | str]]) -> None:
    """A heat map for any two settings of a grid, and all of them as parallel coordinates."""
    across, up = list(settings)[:2]
    if len(settings) > 2:
        with st.container(horizontal=True):
            across = _choose("Across", list(settings), "compare.across")
            up = _choose("Up", [name for name in settings if name != across], "compare.up")
    table = means_over(settings[up], settings[across], found.accuracy)
    title = f"{found.split.capitalize()} accuracy"
    columns, rows = ([str(value) for value in values] for values in (table.columns, table.rows))
    show_figure(
        plots.settings_map(table.means, columns, rows, across.capitalize(), up.capitalize(), title),
        "settings map",
        "Means over repeats and over all other settings.",
    )
    _say(good_range(across, up, table))
    if len(settings) > 2:
        named = {name.capitalize(): values for name, values in settings.items()}
        show_figure(
            plots.parallel_coordinates(named, found.accuracy, f"{title} (%)"),
            "parallel",
            "Each line is a network. Drag along an axis to keep the lines that pass there.",
        )


def _choose(label: str, names: list[str], key: str) -> str:
    return st.selectbox(label, names, format_func=str.capitalize, key=key, bind="query-params")


def _say(*sentences: str) -> None:
    """What a figure shows, in the page's own words."""
    if told := " ".join(filter(None, sentences)):
        st.markdown(told)
