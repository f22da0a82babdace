"""A kept run on points: its film, its end, and the way back to its settings."""

import numpy as np

from facelab.runs import Run
from facelab.training import Moment
from facelab.ui import live, services
from facelab.ui.playground import film, picture
from facelab.ui.playground.scene import scene


def show(run: Run) -> None:
    """The run's state and curves, and its film once it is over."""
    live.run_buttons(run)
    live.run_panel(run)
    if run.active:
        return
    points = services.points(run.config.data)
    steps, frames = services.store().frames(run.id, "weights")
    history = {name: np.asarray(column) for name, column in services.store().history(run.id).epochs.items()}
    if points is None or not frames or points.fingerprint != run.fingerprint:
        return
    epochs = np.interp(steps, history["step"], history["epoch"])
    moments = [Moment(step, float(epoch), weights) for step, epoch, weights in zip(steps, epochs, frames, strict=True)]
    view = scene(run.config, points, moments, history, off=picture.off(), pinned=picture.pinned(), editable=False)
    picture.show(view)
    film.show_downloads(view)
