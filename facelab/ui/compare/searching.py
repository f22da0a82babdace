"""A search on the page: what is tried and how long, the trials as they come, and the one that is chosen."""

import math
from contextlib import suppress
from typing import Any

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.errors import FacelabError, RunError
from facelab.runs import Run, RunConfig, submit_search
from facelab.runs import search as trying
from facelab.runs import searching as work
from facelab.runs.search import Trial
from facelab.runs.searching import Standing
from facelab.runs.spaces import Search
from facelab.runs.sweep import name_of, names_of
from facelab.ui.compare.listing import choose_earlier
from facelab.ui.compare.search_form import fill, search_form
from facelab.ui.figures import cached
from facelab.ui.figures import show as show_figure
from facelab.ui.live import STATUS, open_run
from facelab.ui.results import percent
from facelab.ui.services import store

ADDRESS = "search"
POLL_SECONDS = 1.0
EARLIER = 30


def show(base: RunConfig | None) -> None:
    """Settings of a search over `base`, None where these are wrong; and the search that the address names."""
    with st.container(border=True):
        _show_start(search_form(base))
    if search_id := st.query_params.get(ADDRESS):
        _show_search(search_id)
    else:
        st.caption(
            "A search tries one network after the other and learns from each where to look next (TPE, Bergstra et al. "
            "2011). It chooses by validation accuracy."
        )


def _show_start(plan: Search | None) -> None:
    """The button that starts a search, and the list of those that were done before."""
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            f"Search with {plan.trials} trials" if plan else "Search",
            type="primary",
            icon=":material/manage_search:",
            key="start search",
            disabled=plan is None,
            on_click=_start,
            args=(plan,),
        )
        names = {earlier.id: earlier.summary() for earlier in trying.searches(store(), EARLIER)}
        choose_earlier("Earlier searches", names, "earlier searches", _reopen)
    if problem := st.session_state.pop("search problem", None):
        st.error(problem, icon=":material/error:")


def _reopen(search_id: str) -> None:
    """Show an earlier search with its settings."""
    with suppress(FacelabError):  # the page says what is wrong with it
        fill(work.find(search_id, store()))
    st.query_params[ADDRESS] = search_id


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
    return plots.importances([name.capitalize() for name in names_of(shares).values()], list(shares.values()))


def _parallel(trials: list[Trial]) -> Figure:
    finished = [trial for trial in trials if trial.state == "finished"]
    names = names_of(trials[0].values)
    columns = {name.capitalize(): [_short(trial.values[field]) for trial in finished] for field, name in names.items()}
    return plots.parallel_coordinates(columns, np.array([_accuracy(trial) for trial in finished]))


def _show_table(plan: Search, trials: list[Trial]) -> None:
    table: dict[str, list[Any]] = {
        "Trial": [trial.number for trial in trials],
        "State": [trial.state.capitalize() for trial in trials],
        "Validation": [100 * _accuracy(trial) for trial in trials],
    }
    formats = {"Validation": st.column_config.NumberColumn("Validation accuracy (%)", format="%.1f")}
    for field, name in names_of(space.field for space in plan.spaces).items():
        title = name.capitalize()
        table[title] = [_plain(trial.values[field]) for trial in trials]
        if all(isinstance(value, float) for value in table[title]):
            formats[title] = st.column_config.NumberColumn(format="%.3g")
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
