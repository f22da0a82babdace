"""The list of runs, and what can be done with one."""

import pandas as pd
import streamlit as st

from facelab.data import load_faces
from facelab.errors import FacelabError, SettingsError
from facelab.runs import Run, export
from facelab.ui.live import STATUS, escape, open_run
from facelab.ui.services import store

POLL_SECONDS = 4.0
ROWS, HEIGHT = 10, 388
COLUMNS = {
    "Name": st.column_config.TextColumn(width="large"),
    "Epoch": st.column_config.NumberColumn(format="%.0f"),
    "Validation": st.column_config.NumberColumn("Validation (%)", format="%.1f", help="At the best epoch."),
    "Test": st.column_config.NumberColumn("Test (%)", format="%.1f"),
    "Started": st.column_config.DatetimeColumn(format="calendar"),
}


def show_runs() -> None:
    """Runs but for members of sweeps, the newest first; choosing one offers to open, rename, download or delete it."""
    runs = store().all(members=False)
    if runs:
        st.subheader("Runs")
        st.fragment(_list, run_every=POLL_SECONDS if any(run.active for run in runs) else None)()


def _list() -> None:
    runs = store().all(members=False)
    event = st.dataframe(
        _table(runs),
        hide_index=True,
        column_config=COLUMNS,
        on_select="rerun",
        selection_mode="single-row",
        key="runs",
        height="auto" if len(runs) < ROWS else HEIGHT,
        alt="Your runs with their status, epoch, validation and test accuracy.",
    )
    rows = [row for row in event.selection.rows if row < len(runs)]
    if rows:
        _actions(runs[rows[0]])
    else:
        st.caption("Choose a row to open, rename, download or delete a run. Every run is kept until it is deleted.")


def _table(runs: list[Run]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": [run.name for run in runs],
            "Status": [STATUS[run.status][2] for run in runs],
            "Epoch": [run.epoch for run in runs],
            "Validation": [_percent(run.best_validation_accuracy) for run in runs],
            "Test": [_percent(run.test_accuracy) for run in runs],
            "Started": pd.to_datetime([run.created for run in runs], unit="s", utc=True),
        }
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _actions(run: Run) -> None:
    st.markdown(f"**{escape(run.name)}**")
    with st.container(horizontal=True):
        if st.button("Open", icon=":material/open_in_new:", key="open", disabled=not _readable(run)):
            open_run(run)
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input("Name", run.name, max_chars=200, key=f"name {run.id}")
            st.button("Rename", key="rename", on_click=_rename, args=(run.id,))
        with st.popover("Download", icon=":material/download:"):
            _downloads(run)
        with st.popover("Delete", icon=":material/delete:"):
            st.write("The run, its curves and its weights are gone for good.")
            st.button("Delete this run", type="primary", key="delete", on_click=_delete, args=(run.id,))


def _downloads(run: Run) -> None:
    """Everything to take away; each file is made when it is asked for."""
    is_faces = run.classes and _readable(run) and run.config.subject == "faces"
    files = {
        "Settings (JSON)": ("config.json", lambda: export.config_json(run)),
        "History (CSV)": ("history.csv", lambda: export.history_csv(store().history(run.id))),
    }
    if run.test_accuracy is not None:
        files["Weights (safetensors)"] = ("weights.safetensors", lambda: export.weights(store(), run.id))
    if is_faces:
        files["PyTorch script"] = ("train.py", lambda: _script(run))
    for label, (name, make) in files.items():
        st.download_button(label, make, f"{run.id}-{name}", key=f"download {name}", on_click="ignore", width="stretch")
    if is_faces:
        st.caption("The script trains the same network on faces downloaded from the Data page, with PyTorch alone.")


def _script(run: Run) -> str:
    faces = load_faces(run.config.data)
    return export.script(run.config, faces.input_shape, faces.names)


def _readable(run: Run) -> bool:
    """Whether its settings are of this version of facelab; a run from another can still be renamed and deleted."""
    try:
        return bool(run.config)
    except SettingsError:
        return False


def _rename(run_id: str) -> None:
    try:
        store().rename(run_id, st.session_state[f"name {run_id}"])
    except FacelabError as error:
        st.toast(str(error), icon=":material/error:")


def _delete(run_id: str) -> None:
    store().delete(run_id)
    if st.query_params.get("run") == run_id:
        del st.query_params["run"]
