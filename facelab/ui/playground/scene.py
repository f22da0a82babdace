"""What the Playground shows, made of points, a network's moments and the course of its training."""

from collections.abc import Sequence

import numpy as np
import streamlit as st
import torch

from facelab.analysis import Folded, Unit, Window, answers, survey, window
from facelab.data.points import Points
from facelab.models import blank, unflatten
from facelab.plots import palette
from facelab.runs import RunConfig
from facelab.training import Moment
from facelab.ui.plane import Curves, Frame, Layer, View

MOST_POINTS = 4000
"""Points drawn; more than that hide each other."""
PIXELS, FILM_PIXELS = 160 * 160, 90 * 90
MOST_CURVE = 600
NUMBERS = ("train_loss", "train_accuracy", "test_loss", "test_accuracy")


def scene(
    config: RunConfig,
    points: Points,
    moments: Sequence[Moment],
    history: dict[str, np.ndarray],
    *,
    off: Sequence[Unit] = (),
    pinned: Unit | None = None,
    diverged: float | None = None,
    editable: bool = True,
) -> View:
    """The picture of `moments`, one of them or a whole film.

    Args:
        history: by name float [n] each: "epoch" and `NUMBERS`, as a `Sketch` or the store gives them.
        diverged: the epoch at which training diverged.
        editable: whether the network can be built, and points drawn, in the picture.
    """
    (rows, hues), view = _still(points.fingerprint, points), window(points)
    networks = folded(config, points, moments)
    frames = [
        _frame(network, points, rows, view, moment, history, off, PIXELS if moment is moments[-1] else FILM_PIXELS)
        for network, moment in zip(networks, moments, strict=True)
    ]
    last = networks[-1]
    keep = np.unique(np.linspace(0, len(history["epoch"]) - 1, MOST_CURVE).astype(int))
    curves = {
        name: np.float32(history.get(name, np.full(len(history["epoch"]), np.nan)))[keep]
        for name in ("epoch", *NUMBERS)
    }
    is_test = torch.zeros(len(points.labels), dtype=torch.bool)
    is_test[points.splits["test"]] = True
    return View(
        coordinates=points.coordinates[rows].numpy(),
        labels=points.labels[rows].numpy(),
        is_test=is_test[rows].numpy(),
        names=points.names,
        colors=hues,
        axes=points.axes,
        center=tuple(points.center),
        scale=tuple(points.scale),
        aspect=points.aspect,
        window=(view.left, view.right, view.bottom, view.top),
        is_map=points.is_map,
        features=points.features,
        hidden=config.model.hidden,
        activation=config.model.activation,
        mean=last.mean.numpy(),
        std=last.std.numpy(),
        frames=tuple(frames),
        curves=Curves(**curves),
        alt=_alt(points, frames[-1]),
        changes=_changes(config),
        total_epochs=config.epochs,
        diverged=diverged,
        off=tuple(off),
        pinned=pinned,
        drawing=points.classes if editable and config.data.source == "drawn" else None,
        editable=editable,
    )


def folded(config: RunConfig, points: Points, moments: Sequence[Moment]) -> list[Folded]:
    """The network at each of `moments`."""
    network, found = blank(config.model, points.input_shape, points.classes), []
    for moment in moments:
        unflatten(network, moment.weights)
        found.append(Folded(network))
    return found


@st.cache_resource(show_spinner=False, max_entries=16)
def _still(fingerprint: str, _points: Points) -> tuple[torch.Tensor, tuple[str, ...]]:
    """What stands still while a network learns: the points that are drawn, int64 [n], and the classes' colours."""
    return shown_rows(_points), colours(_points)


def shown_rows(points: Points) -> torch.Tensor:
    """At most `MOST_POINTS` rows of the training and test splits, the same ones every time: int64 [n]."""
    rows = torch.cat([points.splits["train"], points.splits["test"]])
    chosen = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:MOST_POINTS]
    return rows[chosen.sort().values]


def shape(points: Points, view: Window, pixels: int) -> tuple[int, int]:
    """Rows and columns of a picture of `view` with square pixels on a map, or as many rows as columns."""
    ratio = 1.0
    if points.aspect:
        width, height = (view.right - view.left) * points.scale[0], (view.top - view.bottom) * points.scale[1]
        ratio = width / (height * points.aspect)
    rows = round((pixels / ratio) ** 0.5)
    return rows, round(rows * ratio)


def colours(points: Points) -> tuple[str, ...]:
    """One per class: classes that share a colour lie as far apart as may be."""
    places = torch.stack(
        [points.coordinates[points.labels == index].median(0).values for index in range(points.classes)]
    )
    apart = torch.cdist(places, places)
    given: list[int] = []
    for index in range(points.classes):
        nearest = [
            min((float(apart[index, other]) for other, taken in enumerate(given) if taken == colour), default=np.inf)
            for colour in range(len(palette.CATEGORIES))
        ]
        given.append(int(np.argmax(nearest)))
    return tuple(palette.CATEGORIES[colour] for colour in given)


def layers(network: Folded) -> tuple[Layer, ...]:
    """A network's layers as the browser is given them."""
    return tuple(Layer(layer.weight.numpy(), layer.bias.numpy(), layer.residual) for layer in network.layers)


def _frame(
    network: Folded,
    points: Points,
    rows: torch.Tensor,
    view: Window,
    moment: Moment,
    history: dict[str, np.ndarray],
    off: Sequence[Unit],
    pixels: int,
) -> Frame:
    found = survey(network, points, view, *shape(points, view, pixels), off=off)
    wrong = answers(network, points, rows, off) != points.labels[rows]
    # The newest finished epoch's; the training loss of epoch 0 is not known.
    place = int(np.searchsorted(history["epoch"], moment.epoch, side="right")) - 1
    numbers = {name: float(history[name][place]) if name in history else np.nan for name in NUMBERS}
    return Frame(
        moment.epoch, moment.step, found.regions, found.confidence, found.units, layers(network), wrong.numpy(), numbers
    )


def _changes(config: RunConfig) -> tuple[tuple[float, str], ...]:
    """The settings changed in mid-training, in words: "learning rate 0.03 → 0.1"."""
    now = {"learning_rate": config.optimizer.learning_rate, "weight_decay": config.optimizer.weight_decay}
    now |= {"batch_size": config.batch_size, "l1": config.l1}
    found = []
    for change in config.changes:
        new = {name: value for name in now if (value := getattr(change, name)) is not None and value != now[name]}
        text = ", ".join(f"{name.replace('_', ' ')} {now[name]:g} → {value:g}" for name, value in new.items())
        now |= new
        if text:
            found.append((float(change.epoch), text))
    return tuple(found)


def _alt(points: Points, frame: Frame) -> str:
    accuracy = frame.numbers["test_accuracy"]
    known = f" It gets {accuracy:.0%} of the test points right." if np.isfinite(accuracy) else ""
    return (
        f"The plane of {len(points):,} points in {points.classes} classes, coloured by the class that the network "
        f"gives to every place, after {frame.epoch:.6g} epochs.{known}"
    )
