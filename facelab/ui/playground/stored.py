"""A kept run on points: its film, its end, and the way back to its settings."""

import numpy as np
import streamlit as st

from facelab.runs import Run
from facelab.training import Moment
from facelab.ui import live, services
from facelab.ui.playground import picture, rescue
from facelab.ui.playground.restart import restart


def show(run: Run) -> None:
    """The run's state, its curves while it is active, and then its film."""
    with st.container(horizontal=True):
        st.button(
            "Back to the Playground",
            icon=":material/arrow_back:",
            key="leave run",
            help="With this run's settings.",
            on_click=restart,
        )
        live.run_buttons(run)
    live.run_panel(run)
    if run.active:
        return
    points = services.points(run.config.data)
    steps, frames = services.store().frames(run.id, "weights")
    found = services.store().history(run.id)
    history = {name: np.asarray(column) for name, column in found.epochs.items()}
    if points is None or not frames or points.fingerprint != run.fingerprint:
        return
    epochs = np.interp(steps, history["step"], history["epoch"])
    moments = [Moment(step, float(epoch), weights) for step, epoch, weights in zip(steps, epochs, frames, strict=True)]
    diverged = run.status == "diverged"
    if diverged:
        losses = np.asarray(found.steps["loss"])
        before = losses[np.isfinite(losses)]
        rescue.show(run.config, points, run.step, run.epoch, before[-1] if len(before) else np.nan)
    picture.show(run.config, points, moments, history, diverged=run.epoch if diverged else None, editable=False)
