"""One sweep on the page: its race while it is on, and what came of it."""

import streamlit as st

from facelab.errors import FacelabError, RunError
from facelab.runs import Run, Sweep, submit_sweep
from facelab.ui.compare import results
from facelab.ui.compare.listing import choose_earlier
from facelab.ui.compare.racing import AXES, PICTURES, race_view
from facelab.ui.live import open_run
from facelab.ui.race import race
from facelab.ui.services import store

KEY = "racers"
POLL_SECONDS = 1.0
MOST_RACERS = 100
EARLIER = 30


def show_start(sweep: Sweep | None) -> None:
    """The button that starts a sweep."""
    count = len(sweep.members()) if sweep else 0
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        st.button(
            f"Race {count} networks" if sweep else "Race",
            type="primary",
            icon=":material/flag:",
            key="race",
            disabled=sweep is None,
            on_click=_start,
            args=(sweep,),
        )
        names = {earlier.id: earlier.name for earlier in store().sweeps(EARLIER)}
        choose_earlier("Earlier comparisons", names, "earlier", _reopen)
    if problem := st.session_state.pop("sweep problem", None):
        st.error(problem, icon=":material/error:")


def _reopen(sweep_id: str) -> None:
    st.query_params["sweep"] = sweep_id
    # Its settings come with it, see `forms.begin`.
    for name in ("compare.fields", "compare.subject"):
        st.session_state.pop(name, None)


def show(sweep_id: str) -> None:
    """The sweep that the address names."""
    try:
        stored = store().sweep(sweep_id)
        runs = store().members(sweep_id)
        sweep = stored.sweep
    except FacelabError as error:
        st.warning(str(error), icon=":material/link_off:")
        return
    active = any(run.active for run in runs)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(stored.name, width="content")
        if active:
            st.button("Stop all", icon=":material/stop:", key="stop sweep", on_click=_stop, args=(sweep_id,))
        with st.popover("Delete", icon=":material/delete:"):
            st.write("All its runs, their curves and their weights are gone for good.")
            st.button("Delete this comparison", type="primary", key="delete sweep", on_click=_delete, args=(sweep_id,))
    with st.container(horizontal=True):
        axis = st.segmented_control(
            "Curves by",
            list(AXES),
            default="epoch",
            format_func={"epoch": "By epoch", "step": "By step", "seconds": "By seconds"}.get,
            key="compare.axis",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        pictures = PICTURES[0]
        if sweep.base.subject == "points":
            pictures = st.segmented_control(
                "Pictures",
                PICTURES,
                default=pictures,
                key="compare.pictures",
                bind="query-params",
                required=True,
                label_visibility="collapsed",
            )
    st.fragment(_race, run_every=POLL_SECONDS if active else None)(sweep_id, sweep, axis, pictures, active)
    if not active:
        results.show(sweep, runs)


def _race(sweep_id: str, sweep: Sweep, axis: str, pictures: str, was_active: bool) -> None:
    """The race as it stands."""
    try:
        runs = store().members(sweep_id)
    except RunError:
        st.rerun()
    done = sum(not run.active for run in runs)
    if done < len(runs):
        st.progress(_share(runs), f"{done} of {len(runs)} networks have ended")
    if len(runs) > MOST_RACERS:
        st.caption(f"The first {MOST_RACERS} of {len(runs)} networks are drawn.")
    result = race(race_view(sweep, runs[:MOST_RACERS], axis, pictures), KEY)
    if (chosen := result["choose"]) is not None:
        open_run(runs[int(chosen)])
    if was_active and done == len(runs):
        st.rerun()


def _share(runs: list[Run]) -> float:
    """How much of all is done, 0 to 1."""
    parts = [1.0 if not run.active else min(run.epoch / run.config.epochs, 1.0) for run in runs]
    return sum(parts) / len(parts)


def _start(sweep: Sweep) -> None:
    try:
        st.query_params["sweep"] = submit_sweep(sweep, store=store())
    except FacelabError as error:
        st.session_state["sweep problem"] = str(error)


def _stop(sweep_id: str) -> None:
    store().ask_sweep(sweep_id, "stop")


def _delete(sweep_id: str) -> None:
    store().delete_sweep(sweep_id)
    st.query_params.pop("sweep", None)
