"""A map of two settings: a training for every pair of their values, and what came of each."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facelab import models, plots
from facelab.analysis import Folded, answers
from facelab.data.points import Points
from facelab.errors import FacelabError
from facelab.runs import RunConfig, Sweep
from facelab.training import fit_many
from facelab.ui.playground import instant
from facelab.ui.playground.restart import restart

RATES = tuple(float(f"{rate:.1g}") for rate in np.geomspace(1e-4, 3, 10))
PENALTIES = (0.0, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1)


@dataclass(frozen=True)
class Axis:
    """A setting to go through: its title, the field that varies (see `facelab.runs.Vary`), and its values."""

    title: str
    field: str
    values: tuple[float, ...]


AXES = {
    "learning_rate": Axis("Learning rate", "optimizer.learning_rate", RATES),
    "width": Axis("Units per layer", "width", (1, 2, 3, 4, 6, 8, 12, 16, 24, 32)),
    "depth": Axis("Hidden layers", "depth", tuple(range(10))),
    "batch_size": Axis("Batch size", "batch_size", (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)),
    "weight_decay": Axis("Weight decay", "optimizer.weight_decay", PENALTIES),
    "l1": Axis("L1 penalty", "l1", PENALTIES),
    "dropout": Axis("Dropout", "model.dropout", (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)),
    "seed": Axis("Seed", "seed", tuple(range(10))),
}


@dataclass(frozen=True)
class _Map:
    """What came of every pair of values.

    Attributes:
        key: what it is a map of.
        accuracy: float [rows, columns], on the test points; NaN where training diverged.
        configs: of each cell.
        x, y: the axes, and their values as they are written.
    """

    key: str
    accuracy: np.ndarray
    configs: list[list[RunConfig]]
    x: tuple[Axis, list[str]]
    y: tuple[Axis, list[str]]


def show(config: RunConfig, points: Points) -> None:
    """Choose two settings, draw their map, and show the network of a cell."""
    x, y = _choose_axes()
    configs = _configs(config, points, AXES[x], AXES[y])
    key = f"{x} {y} {configs[0][0].model_dump_json()} {points.fingerprint}"
    kept: _Map | None = st.session_state.get("map")
    stale = kept is None or kept.key != key
    if st.button(
        f"Train {sum(map(len, configs))} networks",
        type="primary" if stale else "secondary",
        icon=":material/grid_on:",
        key="draw map",
        help="One for each pair of values, with all other settings as they are.",
    ):
        made = _make(key, configs, points, AXES[x], AXES[y])
        kept, stale = st.session_state["map"], not made
    if kept is None:
        st.caption("The map shows at one glance which settings this network forgives, and which it does not.")
        return
    if stale:
        st.caption("The settings have changed since this map was drawn.")
    if chosen := _draw(kept):
        _show_cell(chosen, points)


def _choose_axes() -> tuple[str, str]:
    found = []
    for column, key, label in zip(st.columns(2), ("map.x", "map.y"), ("Across", "Up"), strict=True):
        with column:
            options = [name for name in AXES if name not in found]
            title = {name: axis.title for name, axis in AXES.items()}.get
            found.append(st.selectbox(label, options, key=key, bind="query-params", format_func=title))
    return found[0], found[1]


def _configs(config: RunConfig, points: Points, x: Axis, y: Axis) -> list[list[RunConfig]]:
    """A row for each value of `y`; batches that are larger than the training split are left out."""
    most = len(points.splits["train"])
    up, across = (
        {"field": axis.field, "values": [v for v in axis.values if axis.field != "batch_size" or v <= most]}
        for axis in (y, x)
    )
    sweep = Sweep.parse({"base": config.replace({"changes": []}), "vary": [up, across]})
    configs = [member.config for member in sweep.members()]
    width = len(across["values"])
    return [configs[start : start + width] for start in range(0, len(configs), width)]


def _make(key: str, configs: list[list[RunConfig]], points: Points, x: Axis, y: Axis) -> bool:
    """Train every cell, telling how far it is; whether it could be done."""
    every = [each for row in configs for each in row]
    bar = st.progress(0.0, "Training")
    networks = [models.build(each.model, points, each.seed) for each in every]
    try:
        for news in fit_many(networks, points, every, records=1):
            bar.progress(news.share, f"Trained {news.done} of {len(every)} networks")
    except FacelabError as error:
        bar.error(str(error), icon=":material/error:")
        return False
    bar.empty()
    rows = points.splits["test"]
    accuracy = [
        np.nan
        if fitted.outcome == "diverged"
        else (answers(Folded(network), points, rows) == points.labels[rows]).double().mean().item()
        for network, fitted in zip(networks, news.fitted, strict=True)
    ]
    shape = len(configs), len(configs[0])
    names = [[f"{value:g}" for value in axis.values[:count]] for axis, count in ((x, shape[1]), (y, shape[0]))]
    st.session_state["map"] = _Map(key, np.reshape(accuracy, shape), configs, (x, names[0]), (y, names[1]))
    return True


def _draw(made: _Map) -> RunConfig | None:
    """The map; the settings of the cell that was chosen in it."""
    (x, across), (y, up) = made.x, made.y
    figure = plots.settings_map(made.accuracy, across, up, x.title, y.title)
    event = st.plotly_chart(
        figure,
        key="map cells",
        config={"displayModeBar": False},
        alt=plots.alt(figure),
        on_select="rerun",
        selection_mode="points",
    )
    st.caption(
        "Each cell is a network trained to its end; its number is the share of test points it gets right, in per cent, "
        "and the best is framed. Choosing by test points flatters the choice a little. Click a cell to see its network."
    )
    if not event.selection.points:
        return None
    cell = event.selection.points[0]
    return made.configs[int(cell["y"])][int(cell["x"])]


def _show_cell(config: RunConfig, points: Points) -> None:
    """The network of one cell, and the way to go on with it."""
    st.button(
        "Take these settings",
        icon=":material/arrow_back:",
        key="take cell",
        on_click=restart,
        args=(config.flat() | {"mode": "Live"},),
    )
    instant.show_end(config, points, editable=False)
