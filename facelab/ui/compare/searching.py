"""A search on the page: what is tried and how long, the trials as they come, and the one that is chosen."""

import math
import re
from typing import Any

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.errors import FacelabError, RunError
from facelab.labs.comparisons import COUNTRIES
from facelab.runs import Run, RunConfig, submit_search
from facelab.runs import search as trying
from facelab.runs import searching as work
from facelab.runs.search import Trial
from facelab.runs.searching import Standing
from facelab.runs.spaces import Search
from facelab.runs.sweep import SHAPES, name_of
from facelab.ui.compare.forms import UNVARIED, values_of
from facelab.ui.figures import cached
from facelab.ui.figures import show as show_figure
from facelab.ui.live import STATUS, open_run
from facelab.ui.results import percent
from facelab.ui.services import store

ADDRESS = "search"
POLL_SECONDS = 1.0
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


def show(base: RunConfig | None) -> None:
    """Settings of a search over `base`, None where these are wrong; and the search that the address names."""
    with st.container(border=True):
        plan = _form(base)
        st.button(
            f"Search with {plan.trials} trials" if plan else "Search",
            type="primary",
            icon=":material/manage_search:",
            key="start search",
            disabled=plan is None,
            on_click=_start,
            args=(plan,),
        )
        if problem := st.session_state.pop("search problem", None):
            st.error(problem, icon=":material/error:")
    if search_id := st.query_params.get(ADDRESS):
        _show_search(search_id)
    else:
        st.caption(
            "A search tries one network after the other and learns from each where to look next (TPE, Bergstra et al. "
            "2011). It chooses by validation accuracy."
        )


def space_of(field: str, text: str) -> dict[str, Any]:
    """The settings of a `Space` from what was typed: a range, or choices."""
    if found := RANGE.fullmatch(text.strip()):
        low, high, log, step = found.groups()
        space = {"field": field, "low": _number(low), "high": _number(high), "log": log is not None}
        return space | ({"step": _number(step)} if step else {})
    return {"field": field, "choices": values_of(text)}


def _number(text: str) -> int | float | str:
    """What is no number after all is left for the settings to refuse."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


# Asking


def _form(base: RunConfig | None) -> Search | None:
    """What is searched and how long; None while something is wrong, the page saying what."""
    names = [*SPACES, *(name for name in (base or COUNTRIES).flat() if name not in (*SPACES, *UNVARIED))]
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
    spaces = [_space_form(index, names) for index in range(count)]
    if base is None:
        return None
    settings = {"base": base, "spaces": spaces, "trials": trials, "seconds": seconds or None, "pruner": pruner}
    try:
        return Search.parse(settings)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _space_form(index: int, names: list[str]) -> dict[str, Any]:
    field_key, space_key = f"search.field.{index}", f"search.space.{index}"
    left, right = st.columns(2)
    with left:
        field = st.selectbox(
            "Search over" if index == 0 else "And",
            names,
            index=index,
            format_func=lambda name: name_of(name).capitalize() if name in SPACES else name,
            key=field_key,
            bind="query-params",
            on_change=_suggest,
            args=(field_key, space_key),
        )
    with right:
        text = st.text_input("Values", SPACES[names[index]], key=space_key, bind="query-params", help=HELP)
    return space_of(field, text)


def _suggest(field_key: str, space_key: str) -> None:
    """Values to begin with, when another field is chosen."""
    if space := SPACES.get(st.session_state[field_key]):
        st.session_state[space_key] = space


def _start(plan: Search) -> None:
    try:
        st.query_params[ADDRESS] = submit_search(plan, store=store())
    except FacelabError as error:
        st.session_state["search problem"] = str(error)


def _stop(plan: Search) -> None:
    work.ask_to_stop(plan, store())


def _delete(plan: Search) -> None:
    trying.forget(plan, store())
    st.query_params.pop(ADDRESS, None)


# Answering


def _show_search(search_id: str) -> None:
    try:
        plan = work.find(search_id, store())
        standing = work.standing(plan, store())
    except FacelabError as error:
        st.warning(str(error), icon=":material/link_off:")
        return
    varied = ", ".join(name_of(space.field) for space in plan.spaces)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Search over {varied}", width="content")
        if standing.active:
            st.button("Stop", icon=":material/stop:", key="stop search", on_click=_stop, args=(plan,))
        else:
            if standing.status != "finished":
                st.button("Go on", icon=":material/play_arrow:", key="resume search", on_click=_start, args=(plan,))
            with st.popover("Delete", icon=":material/delete:"):
                st.write("The search is gone for good; the runs of its trials stay.")
                st.button("Delete this search", type="primary", key="delete search", on_click=_delete, args=(plan,))
    # A lost search is looked at too, for its worker may be started again.
    watched = standing.active or standing.status == "lost"
    st.fragment(_show_trials, run_every=POLL_SECONDS if watched else None)(plan, standing.active)


def _show_trials(plan: Search, was_active: bool) -> None:
    """Everything about the trials so far."""
    try:
        trials, standing = trying.trials(plan, store()), work.standing(plan, store())
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return
    if standing.active != was_active:
        st.rerun()
    _show_standing(plan, standing, trials)
    if not trials:
        return
    if best := trying.best_trial(trials):
        _show_choice(best, standing.active)
    history, shares = st.columns([3, 2])
    with history:
        show_figure(
            _history(trials),
            "search history",
            "Each dot is a network; the line is the best that had finished by then. Pruned ones were given up early.",
        )
    with shares:
        ended = sum(trial.state == "finished" for trial in trials)
        show_figure(
            _importances(plan.id, ended, plan),
            "importances",
            "How much of the differences in accuracy each setting explains (functional ANOVA, Hutter et al. 2014).",
        )
    show_figure(
        _parallel(trials),
        "search parallel",
        "Each line is a network that has finished. Drag along an axis to keep the lines that pass there.",
    )
    _show_table(plan, trials)


def _show_standing(plan: Search, standing: Standing, trials: list[Trial]) -> None:
    icon, colour, text = STATUS[standing.status]
    ended = sum(trial.state != "running" for trial in trials)
    st.badge("Searching" if standing.status == "running" else text, icon=icon, color=colour)
    if standing.active:
        st.progress(min(ended / plan.trials, 1.0), f"{ended} of {plan.trials} trials have ended")
    if standing.message:
        tell = {"failed": st.error, "lost": st.warning}.get(standing.status, st.info)
        tell(standing.message)


def _show_choice(best: Trial, active: bool) -> None:
    """The best trial by validation; once the search is over its test accuracy, and that of no other."""
    values = ", ".join(f"{name_of(field)} {_words(value)}" for field, value in best.values.items())
    st.markdown(
        f"Best by validation accuracy{' so far' if active else ''}: **trial {best.number}**, {percent(best.accuracy)}, "
        f"with {values}."
    )
    run = _run(best)
    if run is None:
        st.caption("Its run was deleted.")
        return
    if active:
        st.caption("Its test accuracy is shown when the search is over.")
    elif run.test_accuracy is not None:
        low, high = run.test_interval
        st.markdown(
            f"Its test accuracy is {percent(run.test_accuracy)} (95 % interval {percent(low)} to {percent(high)}, "
            f"{run.test_right:,} of {run.test_total:,} answers), shown for this one alone: the best of many by "
            "validation owes part of its accuracy to luck, and a test that had a say in the choice would too."
        )
    if st.button("Open its run", icon=":material/open_in_new:", key="open best trial"):
        open_run(run)


def _run(trial: Trial) -> Run | None:
    try:
        return store().get(trial.run_id)
    except RunError:
        return None


def _history(trials: list[Trial]) -> Figure:
    ended = [trial for trial in trials if trial.state != "running"]
    finished = np.array([_accuracy(trial) if trial.state == "finished" else -math.inf for trial in ended])
    best = np.maximum.accumulate(finished) if len(ended) else finished
    return plots.search_history(
        np.array([trial.number for trial in ended], int),
        np.array([_accuracy(trial) for trial in ended], float),
        np.where(np.isfinite(best), best, np.nan),
        np.array([trial.state == "pruned" for trial in ended], bool),
    )


@cached
def _importances(search_id: str, ended: int, _plan: Search) -> Figure:
    shares = trying.importances(_plan, store())
    return plots.importances([name_of(field).capitalize() for field in shares], list(shares.values()))


def _parallel(trials: list[Trial]) -> Figure:
    finished = [trial for trial in trials if trial.state == "finished"]
    fields = list(trials[0].values)
    columns = {name_of(field).capitalize(): [_short(trial.values[field]) for trial in finished] for field in fields}
    return plots.parallel_coordinates(columns, np.array([_accuracy(trial) for trial in finished]))


def _show_table(plan: Search, trials: list[Trial]) -> None:
    table: dict[str, list[Any]] = {
        "Trial": [trial.number for trial in trials],
        "State": [trial.state.capitalize() for trial in trials],
        "Validation": [100 * _accuracy(trial) for trial in trials],
    }
    formats = {"Validation": st.column_config.NumberColumn("Validation accuracy (%)", format="%.1f")}
    for space in plan.spaces:
        name = name_of(space.field).capitalize() if space.field in (*SPACES, *SHAPES) else space.field
        table[name] = [_plain(trial.values[space.field]) for trial in trials]
        if all(isinstance(value, float) for value in table[name]):
            formats[name] = st.column_config.NumberColumn(format="%.3g")
    st.dataframe(
        table,
        hide_index=True,
        column_config=formats,
        key="trials",
        placeholder="",
        alt="Every trial with its state, its validation accuracy and its settings.",
    )
    failed = [trial for trial in trials if trial.state == "failed"]
    if failed and (run := _run(failed[-1])) and run.message:
        st.caption(f"{len(failed)} of {len(trials)} trials failed, the last because: {run.message}")


def _accuracy(trial: Trial) -> float:
    return math.nan if trial.accuracy is None else trial.accuracy


def _plain(value: Any) -> Any:
    return ("off", "on")[value] if isinstance(value, bool) else value


def _short(value: Any) -> Any:
    return float(f"{value:.3g}") if isinstance(value, float) else _plain(value)


def _words(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(_plain(value))
