"""The members of a sweep as the race shows them."""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import streamlit as st

from facelab.analysis import Survey, survey, window
from facelab.data.points import Points, load_points
from facelab.errors import FacelabError
from facelab.plots import palette
from facelab.runs import History, Run, Sweep, accuracies
from facelab.runs.sweep import Member as SweepMember
from facelab.runs.sweep import name_of
from facelab.training import Moment
from facelab.ui.compare.fields import text_of
from facelab.ui.plane import SHOWN_UNITS
from facelab.ui.playground.scene import colours, folded, shape
from facelab.ui.race import Member, Metric, Plane, Ranking, View
from facelab.ui.services import store

PIXELS = 60 * 60
UNIT_SIDE = 20
"""px, a hidden unit."""
PICTURES = ("Boundaries", "Hidden units")
AXES = {"epoch": "Epoch", "step": "Step", "seconds": "Time (s)"}
MOST_RECORDS = 200
STATUS = {"paused": "stopped"}
"""The race's words where they differ from the store's."""


def race_view(sweep: Sweep, runs: Sequence[Run], axis: str, pictures: str = PICTURES[0]) -> View:
    """The race of a sweep's members as the store has them.

    Args:
        axis: "epoch", "step" or "seconds".
        pictures: which of `PICTURES` are shown of networks on points.
    """
    members = sweep.members()
    ids = [run.id for run in runs]
    histories, weights = store().histories(ids), store().last_frames(ids, "weights")
    shown = [members[run.member] for run in runs]
    tint = dict(zip(dict.fromkeys(each.label for each in shown), _colours(sweep, shown), strict=True))
    split = judged_by(runs)
    racers = []
    for run, each in zip(runs, shown, strict=True):
        seen = _survey(run, *weights[run.id]) if run.id in weights and not each.repeat else None
        group = text_of(tuple(each.values.values()))
        racer = _racer(run, each, group, tint[each.label], histories[run.id], split)
        racers.append(replace(racer, **_picture(run, seen, pictures)) if seen else racer)
    named = {"validation": "Validation", "test": "Test"}[split]
    return View(
        members=tuple(racers),
        metrics=(
            Metric("train_loss", "Training loss (nats)", "nats"),
            Metric(f"{split}_loss", f"{named} loss (nats)", "nats"),
            Metric("train_accuracy", "Training accuracy (%)", "share"),
            Metric(f"{split}_accuracy", f"{named} accuracy (%)", "share"),
        ),
        axis=axis,
        axis_title=AXES[axis],
        ranking=Ranking(f"{named} accuracy (%)", "share"),
        alt=f"{len(tint)} settings race, each with {sweep.repeats} repeats.",
        total=max(each.config.epochs for each in shown) if axis == "epoch" else None,
        varied=" and ".join(name_of(vary.field) for vary in sweep.vary).capitalize(),
        plane=_plane(runs[0]) if weights else None,
    )


def judged_by(runs: Sequence[Run]) -> str:
    """The split that members are compared on: validation if there is one."""
    return "validation" if any(run.validation_accuracy is not None for run in runs) else "test"


def _racer(
    run: Run,
    member: SweepMember,
    group: str,
    color: str,
    history: History,
    split: str,
) -> Member:
    epochs = history.epochs
    count = len(epochs.get("epoch", ()))
    keep = np.unique(np.linspace(0, count - 1, MOST_RECORDS).astype(int)) if count else np.zeros(0, int)
    column = {name: np.float32(values)[keep] for name, values in epochs.items()}
    nothing = np.full(len(keep), np.nan, np.float32)
    metrics = {
        f"{part}_{what}": column.get(f"{part}_{what}", nothing)
        for part in ("train", split)
        for what in ("loss", "accuracy")
    }
    return Member(
        label=member.name,
        group=group,
        color=color,
        status=STATUS.get(run.status, run.status),
        at={
            "epoch": column.get("epoch", nothing),
            "step": column.get("step", nothing),
            "seconds": seconds(run, column),
        },
        metrics=metrics,
        rank=_rank(run, metrics[f"{split}_accuracy"], split),
    )


def seconds(run: Run, column: dict[str, np.ndarray]) -> np.ndarray:
    """How long training had taken at each record, evaluation included: float32 [R], NaN where unknown."""
    speed = column.get("images_per_second")
    if speed is None:
        return np.full(len(column.get("epoch", ())), np.nan, np.float32)
    return np.where(column["epoch"] == 0, 0, column["step"] * run.config.batch_size / speed).astype(np.float32)


def _rank(run: Run, accuracy: np.ndarray, split: str) -> float:
    """The accuracy that counts; while the run goes on, the last."""
    known = accuracy[np.isfinite(accuracy)]
    found = accuracies(run)[split] if not run.active else math.nan
    if math.isnan(found) and len(known) and run.status != "diverged":
        return float(known[-1])
    return found


def _colours(sweep: Sweep, members: Sequence[SweepMember]) -> list[str]:
    """One per setting: along a scale where one number varies, else apart from each other."""
    labels = list(dict.fromkeys(member.label for member in members))
    values = sweep.vary[0].values
    numeric = len(sweep.vary) == 1 and all(isinstance(value, int | float) and value is not True for value in values)
    if numeric or len(labels) > len(palette.CATEGORIES):
        return palette.along(palette.DEPTH, len(labels))
    return [palette.category(index) for index in range(len(labels))]


def _points(run: Run) -> Points | None:
    try:
        return load_points(run.config.data)
    except FacelabError:
        return None


def _plane(run: Run) -> Plane | None:
    points = _points(run)
    if points is None:
        return None
    view = window(points)
    return Plane(
        colors=colours(points),
        window=(view.left, view.right, view.bottom, view.top),
        coordinates=points.coordinates.numpy(),
        labels=np.uint16(points.labels.numpy()),
    )


def _picture(run: Run, seen: Survey, pictures: str) -> dict[str, Any]:
    """The fields of a `Member` that are drawn: its regions, or the units of its first and its last hidden layer."""
    hidden = [min(width, SHOWN_UNITS) for width in run.config.model.hidden]
    if pictures == PICTURES[0] or not hidden:
        return {"regions": seen.regions, "confidence": seen.confidence}
    last = (seen.units[-hidden[-1] :],) if len(hidden) > 1 else ()
    return {"units": (seen.units[: hidden[0]], *last)}


def _survey(run: Run, step: int, weights: np.ndarray) -> Survey | None:
    points = _points(run)
    return None if points is None else _surveyed(run.id, step, run, points, weights)


@st.cache_resource(show_spinner=False, max_entries=400)
def _surveyed(run_id: str, step: int, _run: Run, _points: Points, _weights: np.ndarray) -> Survey:
    """The network's class regions and its units' activations all over the plane."""
    view = window(_points)
    (network,) = folded(_run.config, _points, [Moment(step, 0.0, _weights)])
    return survey(network, _points, view, *shape(_points, view, PIXELS), side=UNIT_SIDE)
