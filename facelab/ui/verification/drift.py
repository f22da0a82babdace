"""Same and different pairs on their way apart, while a network learns."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.errors import DataError
from facelab.runs import Run
from facelab.training.calibration import calibrate
from facelab.ui.figures import cached, show
from facelab.ui.services import store

FRAME = "scores"
QUANTILES = (0.1, 0.5, 0.9)


def show_drift(run: Run) -> None:
    """The distances of the validation pairs, epoch by epoch; nothing before the first. May be called every second."""
    last = store().last_frames([run.id], FRAME).get(run.id)
    if last is None:
        return
    show(
        _drift(run.id, run.attempt, last[0], run.config.epochs),
        f"drift {run.id}",
        "Distances of the validation pairs: in the middle of each band is the median, inside it are 80 % of the pairs. "
        "The network has learned something where the bands part; the threshold lies where either kind is as likely.",
    )


@cached
def _drift(run_id: str, attempt: int, last_step: int, total_epochs: int) -> Figure:
    steps, frames = store().frames(run_id, FRAME)
    kept = store().history(run_id).epochs
    epochs = np.interp(steps, kept["step"], kept["epoch"])
    found = [_summary(run_id, attempt, step, frame) for step, frame in zip(steps, frames, strict=True)]
    same, different, thresholds = (np.array(part) for part in zip(*found, strict=True))
    return plots.drift(epochs, same, different, thresholds, (frames[-1][:, 0], frames[-1][:, 1]), total_epochs)


@st.cache_resource(show_spinner=False, max_entries=5000)
def _summary(run_id: str, attempt: int, step: int, _scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """The quantiles of same and of different pairs, and the threshold; NaN where a network diverged."""
    distances, same = _scores[:, 0].astype(float), _scores[:, 1] > 0
    try:
        threshold = calibrate(distances, same).threshold
    except DataError:
        threshold = np.nan
    return np.quantile(distances[same], QUANTILES), np.quantile(distances[~same], QUANTILES), threshold
