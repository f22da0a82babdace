"""The errors of every threshold of a distance, network beside network: ROC and DET curves."""

from collections.abc import Callable, Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.curves import thin
from facelab.plots.frame import count, figure, nothing, numbers, plain

FALSE_ACCEPTS = "False accepts (% of different pairs)"
DET_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 40, 60, 80, 90, 95, 98, 99)
DET_MOST = 0.8
"""Rates beyond it would take most of the room, and nobody works there."""


class Rates(NamedTuple):
    """The errors of one network at every threshold.

    Attributes:
        label: its name.
        colour: its number.
        false_accepts, true_accepts: float [T], 0 to 1, from accepting nothing to accepting everything.
        thresholds: float [T], the distances.
        point: (false accepts, true accepts) at the threshold in use, if that is to be marked.
    """

    label: str
    colour: int
    false_accepts: np.ndarray
    true_accepts: np.ndarray
    thresholds: np.ndarray
    point: tuple[float, float] | None = None


def roc_curves(curves: Sequence[Rates]) -> go.Figure:
    """True against false accepts at every threshold, one curve per network; a dot at the threshold in use.

    Args:
        curves: one per network; a plain tuple will do for each.
    """
    curves = [Rates(*curve) for curve in curves]
    y = "True accepts (% of same pairs)"
    if not curves:
        return nothing("No network has been tested on pairs yet.", x=FALSE_ACCEPTS, y=y)
    fig = figure(_rates_alt("ROC", curves), 1.15 * palette.HEIGHT, x=FALSE_ACCEPTS, y=y, hovermode="closest")
    guessing = {"color": palette.CHANCE, "width": palette.LINE, "dash": "dot"}
    fig.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=guessing, hoverinfo="skip", name="guessing")
    for curve in curves:
        _add_rates(fig, curve, lambda false_accepts: 100 * false_accepts, lambda true_accepts: 100 * true_accepts)
    fig.update_xaxes(range=[-1, 101], showgrid=True)
    return fig.update_yaxes(range=[-1, 102])


def det_curves(curves: Sequence[Rates]) -> go.Figure:
    """False rejects against false accepts on normal-deviate axes, on which good networks lie apart.

    Where the distances of both kinds are normally distributed the curve is a straight line (Martin et al., "The DET
    curve in assessment of detection task performance", 1997).

    Args:
        curves: one per network; a plain tuple will do for each.
    """
    curves = [Rates(*curve) for curve in curves]
    y = "False rejects (% of same pairs)"
    if not curves:
        return nothing("No network has been tested on pairs yet.", x=FALSE_ACCEPTS, y=y)
    fig = figure(_rates_alt("DET", curves), 1.15 * palette.HEIGHT, x=FALSE_ACCEPTS, y=y, hovermode="closest")
    ends = deviate(np.array([_lowest(curves), DET_MOST]))
    equal = {"color": palette.CHANCE, "width": palette.THIN, "dash": "dot"}
    fig.add_scatter(x=ends, y=ends, mode="lines", line=equal, hoverinfo="skip", name="equal error")
    for curve in curves:
        _add_rates(fig, curve, deviate, lambda true_accepts: deviate(1 - true_accepts))
    ticks = {"tickvals": deviate(np.array(DET_TICKS) / 100), "ticktext": [f"{tick:g}" for tick in DET_TICKS]}
    fig.update_xaxes(range=ends, showgrid=True, **ticks)
    return fig.update_yaxes(range=ends, **ticks)


def deviate(rates: np.ndarray) -> np.ndarray:
    """The normal deviate of rates: float32 [n], NaN at 0 and 1, where it is infinite."""
    inverse = NormalDist().inv_cdf
    return numbers([inverse(rate) if 1e-9 < rate < 1 - 1e-9 else np.nan for rate in rates])


def _lowest(curves: Sequence[Rates]) -> float:
    """The lower end of both DET axes: below every rate that is drawn, at least 0.1 %."""
    errors = np.concatenate(
        [np.stack([curve.false_accepts, 1 - np.asarray(curve.true_accepts)]) for curve in curves], 1
    )
    drawn = errors[:, errors.max(0) <= DET_MOST]
    return max(0.8 * min(drawn[drawn > 1e-9], default=0.01), DET_TICKS[0] / 100)


def _add_rates(fig: go.Figure, curve: Rates, x: Callable, y: Callable) -> None:
    """A curve and its dot, the axes' arithmetic given as functions of the two rates."""
    label = plain(curve.label)
    false_accepts, true_accepts, thresholds = (np.asarray(part, np.float64) for part in curve[2:5])
    rows = thin(false_accepts + true_accepts, palette.POINTS // 2)
    colour = palette.category(curve.colour)
    said = "%{customdata[0]:.1f} % of different, %{customdata[1]:.1f} % of same pairs accepted"
    fig.add_scatter(
        x=numbers(x(false_accepts[rows])),
        y=numbers(y(true_accepts[rows])),
        mode="lines",
        line={"color": colour, "width": palette.LINE},
        name=label,
        legendgroup=label,
        customdata=numbers(np.stack([100 * false_accepts, 100 * true_accepts, thresholds], axis=1)[rows]),
        hovertemplate=f"<b>{label}</b>, up to %{{customdata[2]:.3~g}}<br>{said}<extra></extra>",
    )
    if curve.point is not None:
        point = np.array([curve.point])
        fig.add_scatter(
            x=numbers(x(point[:, 0])),
            y=numbers(y(point[:, 1])),
            mode="markers",
            marker={"color": colour, "size": palette.MARKER + 4, "line": {"color": palette.ON_COLOUR, "width": 2}},
            name=f"{label}, at its threshold",
            legendgroup=label,
            showlegend=False,
            customdata=100 * point,
            hovertemplate=f"<b>{label}</b>, at its threshold<br>{said}<extra></extra>",
        )
    fig.update_layout(showlegend=True)


def _rates_alt(kind: str, curves: Sequence[Rates]) -> str:
    start = f"{kind} {'curve' if len(curves) == 1 else 'curves'} of {count(len(curves), 'network')}"
    points = [(curve.label, *(100 * rate for rate in curve.point)) for curve in curves if curve.point is not None]
    said = [
        f"at its threshold {name} accepts {true:.1f} % of the same and {false:.1f} % of the different pairs"
        for name, false, true in points
    ]
    return "; ".join([start, *said]) + "."
