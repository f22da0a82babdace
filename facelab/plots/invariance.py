"""What throws a network off: accuracy against strength, what transforms cost, and the photos that are lost first."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.compare import ACCURACY, DASHES
from facelab.plots.faces import face_sheet
from facelab.plots.frame import count, figure, named_rows, nothing, numbers, plain, whiskers
from facelab.plots.images import channels_last

BAND = 0.16  # opacity of an interval
FROM = 66  # px, height of a figure of bars without them
WIDE_ROW = 1.35  # of a usual row


class Band(NamedTuple):
    """One curve with its interval.

    Attributes:
        label: of the run or the transform.
        colour: its number.
        x: float [n], strengths, magnitudes or true values.
        y: float [n], shares of right answers, NaN where unknown.
        low, high: float [n], the 95 % interval.
        notes: n texts for the pointer; none if empty.
    """

    label: str
    colour: int
    x: np.ndarray
    y: np.ndarray
    low: np.ndarray
    high: np.ndarray
    notes: Sequence[str] = ()


def strength_curves(curves: Sequence[Band], x: str = "Strength", chance: float | None = None) -> go.Figure:
    """Accuracy against strength or a true parameter: a line through the means, its interval as a band.

    Args:
        curves: one per run or per transform.
        x: the axis' title, with its unit.
        chance: accuracy of guessing, a dotted line.
    """
    curves = [Band(*curve) for curve in curves]
    if not any(np.isfinite(np.asarray(curve.y, float)).any() for curve in curves):
        return nothing("No photos have been tested yet.", x=x, y=ACCURACY)
    fig = figure(_curves_alt(curves, x), palette.HEIGHT, x=x, y=ACCURACY, hovermode="closest")
    for index, curve in enumerate(curves):
        _add_band(fig, curve, f"curve {index}")
    if chance is not None:
        fig.add_hline(100 * chance, line={"color": palette.CHANCE, "dash": "dot", "width": palette.THIN})
        fig.add_annotation(
            text="guessing",
            x=0,
            xref="paper",
            xanchor="left",
            y=100 * chance,
            yanchor="bottom",
            showarrow=False,
            font={"color": palette.CHANCE, "size": palette.SMALL},
        )
    fig.update_layout(showlegend=True)
    return fig.update_yaxes(range=[0, 102], tickvals=list(range(0, 101, 20)))


def ranking_bars(titles: Sequence[str], kept: np.ndarray, low: np.ndarray, high: np.ndarray) -> go.Figure:
    """Transforms from the one that a network is most invariant to to the least, with their intervals.

    Args:
        titles: T, in that order.
        kept: float [T], the mean accuracy over strengths as a share of the clean one.
        low, high: float [T], the 95 % interval.
    """
    kept, low, high = (100 * np.asarray(part, np.float64) for part in (kept, low, high))
    if not np.isfinite(kept).any():
        return nothing("Nothing to rank: no photo is answered rightly as it is.")
    alt = (
        f"{count(len(titles), 'transform')} by the share of the accuracy that is kept, over all strengths: most, "
        f"{np.nanmax(kept):.0f} %, with {titles[int(np.nanargmax(kept))]}, least, {np.nanmin(kept):.0f} %, with "
        f"{titles[int(np.nanargmin(kept))]}."
    )
    fig = figure(alt, _height(titles), x="Accuracy kept, mean over strengths (%)", bargap=0.4)
    fig.add_bar(
        x=numbers(kept),
        y=list(range(len(titles))),
        orientation="h",
        marker={"color": palette.alpha(palette.BLUE, 0.75), "line_width": 0},
        error_x=whiskers(kept, low, high),
        customdata=_said(titles, kept, low, high, "%"),
        hovertemplate="%{customdata}<extra></extra>",
    )
    fig.update_xaxes(range=[0, max(104, float(np.nanmax(high)) + 2)])
    return named_rows(fig, list(titles))


def drop_dots(
    titles: Sequence[str],
    clean: float,
    drop: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    published: Sequence[float | None] = (),
) -> go.Figure:
    """What each transform costs: a dot per transform with its interval, beside it the published drop.

    Args:
        titles: T.
        clean: the accuracy on the photos as they are.
        drop: float [T], clean minus transformed, in shares; negative where a transform helps.
        low, high: float [T], the 95 % interval of the paired difference.
        published: T drops of a published network, None where there is none; none at all if empty.
    """
    drop, low, high = (100 * np.asarray(part, np.float64) for part in (drop, low, high))
    if not len(titles):
        return nothing("No transforms have been tested yet.")
    most, least = int(np.argmax(drop)), int(np.argmin(drop))
    alt = (
        f"What {count(len(titles), 'transform')} cost a network that is right on {100 * clean:.1f} % of the photos as "
        f"they are: most {titles[most]} with {drop[most]:.1f} points, least {titles[least]} with {drop[least]:.1f}."
    )
    fig = figure(alt, _height(titles), x="Drop in accuracy (points)", hovermode="closest")
    rows = np.arange(len(titles))
    said = _said(titles, drop, low, high, "points")
    fig.add_scatter(
        x=numbers(drop),
        y=rows,
        mode="markers",
        name="this network",
        marker={"color": palette.VERMILION, "size": palette.MARKER + 3},
        error_x=whiskers(drop, low, high, palette.VERMILION),
        customdata=said,
        text=[f"{100 * clean - value:.1f} % right" for value in drop],
        hovertemplate="%{customdata}<br>%{text}<extra></extra>",
    )
    known = [(row, 100 * value) for row, value in enumerate(published) if value is not None]
    if known:
        fig.add_scatter(
            x=[value for _, value in known],
            y=[row for row, _ in known],
            mode="markers",
            name="published network",
            marker={"color": palette.GREY, "size": palette.MARKER + 4, "symbol": "diamond-open", "line_width": 2},
            text=[titles[row] for row, _ in known],
            hovertemplate="<b>%{text}</b><br>published: %{x:.1f} points<extra></extra>",
        )
        fig.update_layout(showlegend=True)
    fig.add_vline(0, line={"color": palette.AXIS, "width": palette.THIN})
    return named_rows(fig, list(titles))


def lost_sheet(
    before: np.ndarray, after: np.ndarray, captions: Sequence[str], columns: int = 6, face: int = palette.FACE
) -> go.Figure:
    """Photos that a transform turns from right to wrong, each above what became of it.

    Args:
        before, after: uint8 [N, 3, H, W] or [N, H, W, 3], right and wrong.
        captions: N texts for the pointer.
        columns: pairs per row.
        face: px, a face's width on a page that is wide enough.
    """
    if not len(before):
        return nothing("No photo is lost.", palette.FACE)
    before, after = channels_last(before), channels_last(after)
    # As many in every row as can be, for what is missing in the last is black.
    columns = math.ceil(len(before) / math.ceil(len(before) / columns))
    pairs = [part for start in range(0, len(before), columns) for part in _row(before, after, captions, start, columns)]
    images, texts, marks = (list(column) for column in zip(*pairs, strict=True))
    alt = f"{count(len(before), 'photo')} answered rightly, and below each what became of it, answered wrongly."
    return face_sheet(np.stack(images), texts, columns, marks=marks, face=face).update_layout(meta={"alt": alt})


def _row(before: np.ndarray, after: np.ndarray, captions: Sequence[str], start: int, columns: int) -> list[tuple]:
    """A row of photos over the row of what became of them; empty places keep both as wide as the others."""
    rows = range(start, start + columns)
    blank = np.zeros_like(before[0])
    return [
        (images[row], captions[row], right) if row < len(images) else (blank, "", None)
        for images, right in ((before, True), (after, False))
        for row in rows
    ]


def _add_band(fig: go.Figure, curve: Band, group: str) -> None:
    """The band under the line; both go when the legend's entry is clicked."""
    x = np.asarray(curve.x, np.float64)
    y, low, high = (100 * np.asarray(part, np.float64) for part in (curve.y, curve.low, curve.high))
    known = np.isfinite(y)
    colour = palette.category(curve.colour)
    fig.add_scatter(
        x=numbers(np.concatenate([x[known], x[known][::-1]])),
        y=numbers(np.concatenate([high[known], low[known][::-1]])),
        mode="lines",
        line={"width": 0, "color": colour},
        fill="toself",
        fillcolor=palette.alpha(colour, BAND),
        hoverinfo="skip",
        name=f"{plain(curve.label)}, interval",
        legendgroup=group,
        showlegend=False,
    )
    notes = list(curve.notes) or [""] * len(x)
    fig.add_scatter(
        x=numbers(x),
        y=numbers(y),
        mode="lines+markers",
        line={
            "color": colour,
            "width": palette.LINE,
            "dash": DASHES[curve.colour // len(palette.CATEGORIES) % len(DASHES)],
        },
        marker={"size": palette.MARKER - 1, "color": colour},
        name=plain(curve.label),
        legendgroup=group,
        customdata=[
            f"{value:.1f} % ({bottom:.1f} to {top:.1f})" + (f"<br>{note}" if note else "")
            for value, bottom, top, note in zip(y, low, high, notes, strict=True)
        ],
        hovertemplate=f"<b>{plain(curve.label)}</b>, %{{x:.3~g}}<br>%{{customdata}}<extra></extra>",
    )


def _said(titles: Sequence[str], value: np.ndarray, low: np.ndarray, high: np.ndarray, unit: str) -> list[str]:
    rows = zip(titles, value, low, high, strict=True)
    return [f"<b>{title}</b><br>{own:.1f} {unit} ({bottom:.1f} to {top:.1f})" for title, own, bottom, top in rows]


def _height(titles: Sequence[str]) -> float:
    return FROM + palette.LEGEND + WIDE_ROW * palette.ROW * len(titles)


def _curves_alt(curves: Sequence[Band], x: str) -> str:
    parts = [f"Accuracy against {x[0].lower()}{x[1:]}, {count(len(curves), 'curve')} with 95 % intervals"]
    for curve in curves:
        known = np.flatnonzero(np.isfinite(np.asarray(curve.y, np.float64)))
        if len(known):
            first, last = (100 * curve.y[known[end]] for end in (0, -1))
            least = 100 * np.nanmin(curve.y)
            parts.append(f"{curve.label} from {first:.0f} % to {last:.0f} %, at least {least:.0f} %")
    return "; ".join(parts) + "."
