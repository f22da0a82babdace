"""Whom a network takes for whom."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, figure, plain

NAMED_CLASSES = 12  # up to which names and counts are written
CELL = 12  # px around a cell's centre that answer to the pointer at least


def confusion(counts: np.ndarray, names: Sequence[str]) -> go.Figure:
    """Whom the network takes for whom: int [classes, classes], a row per true class, a column per answer.

    With `st.plotly_chart(..., on_select="rerun")` a chosen cell comes back as the point's `customdata`: the truth times
    `classes` plus the answer.
    """
    of_class = counts.sum(1, keepdims=True)
    wrong = counts - np.diag(np.diag(counts))
    true, answer = np.unravel_index(wrong.argmax(), wrong.shape)
    alt = f"Confusion of {count(len(names), 'class')}: {counts.trace()} of {counts.sum()} answers are right"
    times = count(int(wrong.max()), "time")
    alt += f"; most often {names[true]} is taken for {names[answer]}, {times}." if wrong.any() else "."
    fig = figure(alt, palette.HEIGHT, x="Answer", y="Truth", hovermode="closest", dragmode=False)
    named = len(names) <= NAMED_CLASSES
    fig.add_heatmap(
        # What never happened has no colour.
        z=np.where(counts > 0, 100 * counts / np.maximum(of_class, 1), np.nan).astype(np.float32),
        zmin=0,
        zmax=100,
        text=np.where(counts > 0, counts.astype(str), ""),
        colorscale=palette.colorscale(palette.SEQUENTIAL),
        texttemplate="%{text}" if named else None,
        textfont_size=palette.SMALL,
        xgap=1 if named else 0,
        ygap=1 if named else 0,
        showscale=False,
        hoverinfo="skip",
    )
    shown = [plain(name) for name in names]
    _add_markers(fig, counts, shown)
    ticks = {"tickvals": list(range(len(names))), "ticktext": shown, "showgrid": False, "showspikes": False}
    fig.update_xaxes(**ticks, showticklabels=named)
    return fig.update_yaxes(**ticks, showticklabels=named, autorange="reversed")


def _add_markers(fig: go.Figure, counts: np.ndarray, names: Sequence[str]) -> None:
    truths, answers = np.nonzero(counts)
    shares = 100 * counts / np.maximum(counts.sum(1, keepdims=True), 1)
    fig.add_scatter(
        x=answers,
        y=truths,
        mode="markers",
        marker={"size": CELL, "opacity": 0, "symbol": "square", "color": palette.GREY},
        text=[
            f"{names[truth]}, taken for {names[answer]}:<br>"
            f"{count(int(counts[truth, answer]), 'time')}, {shares[truth, answer]:.0f} % of its row"
            for truth, answer in zip(truths, answers, strict=True)
        ],
        customdata=truths * len(names) + answers,
        hovertemplate="%{text}<extra></extra>",
        selected_marker_opacity=0,
        unselected_marker_opacity=0,
        showlegend=False,
        name="",
    )
