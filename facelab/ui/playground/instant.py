"""Instant mode: the whole training again at every move of a control, as a plotted function answers to its slider."""

import time
from dataclasses import dataclass

import numpy as np
import streamlit as st

from facelab import models
from facelab.data.points import Points
from facelab.runs import RunConfig
from facelab.training import Fitted, Moment, fit_many
from facelab.ui.playground import keep, picture, rescue

RECORDS, FRAMES = 200, 20
REMEMBERED = 16
PATIENCE_SECONDS = 0.7
"""Until then a bar would cost the browser more time than it tells."""


@dataclass(frozen=True)
class _Trained:
    """A whole training: its film, its course by metric, and how it ended."""

    moments: tuple[Moment, ...]
    history: dict[str, np.ndarray]
    end: Fitted


def show(config: RunConfig, points: Points) -> None:
    """Where these settings lead."""
    with st.container(horizontal=True, vertical_alignment="center"):
        keep.show_button(config)
        st.caption("Every move of a control trains this network anew, from its first weights to the end.")
    show_end(config, points)


def show_end(config: RunConfig, points: Points, editable: bool = True) -> None:
    """The end of the training, its whole course, and its film."""
    trained = _trained(config, points)
    end = trained.end
    if end.outcome == "diverged":
        rescue.show(config, points, end.step, end.epoch, end.last_loss)
    elif end.outcome == "stopped early":
        st.info(f"Stopped early, after {end.epoch:.0f} epochs; the best was epoch {end.best_epoch}.")
    diverged = end.epoch if end.outcome == "diverged" else None
    picture.show(config, points, trained.moments, trained.history, diverged=diverged, editable=editable)


def _trained(config: RunConfig, points: Points) -> _Trained:
    """Trained once; the last few trainings of this session are remembered."""
    remembered: dict[str, _Trained] = st.session_state.setdefault("instant", {})
    key = config.model_dump_json() + points.fingerprint
    if key not in remembered:
        while len(remembered) >= REMEMBERED:
            del remembered[next(iter(remembered))]
        remembered[key] = _train(config, points)
    return remembered[key]


def _train(config: RunConfig, points: Points) -> _Trained:
    """Train from start to end, with progress where it takes long."""
    place, start = st.empty(), time.perf_counter()
    model = models.build(config.model, points, config.seed)
    for news in fit_many([model], points, [config], records=RECORDS, frames=FRAMES):
        if news.share < 1 and time.perf_counter() - start > PATIENCE_SECONDS:
            place.progress(news.share, f"Training: {news.share:.0%}")
    place.empty()
    (fitted,) = news.fitted
    per_epoch = fitted.step / fitted.epoch if fitted.epoch else 0
    moments = tuple(
        Moment(round(epoch * per_epoch), float(epoch), weights)
        for epoch, weights in zip(fitted.frame_epochs, fitted.frames, strict=True)
    )
    return _Trained(moments, {"epoch": fitted.epochs} | fitted.metrics, fitted)
