"""Pairs of one person against pairs of two: their distances, how these move apart, and the pairs themselves.

A pair is accepted where its distance is at most the threshold.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.curves import EPOCH
from facelab.plots.faces import face_sheet
from facelab.plots.frame import count, figure, listed, nothing, numbers
from facelab.plots.images import channels_last

DISTANCE = "Distance"
SHARE = "Share of pairs (%)"
BINS = 15, 50
"""Fewest and most in a histogram; between them the square root of the number of pairs."""
LIGHT = 0.45  # opacity of a histogram
DARK = 0.85  # of its part on the wrong side
BAND = 0.2  # opacity of the band from 10 to 90 %
BETWEEN = 0.02  # of a photo's width, between the two of a pair
LABEL = 0.085  # of a histogram's height, a line of text in it
ROOM = 0.3  # of its width, what a label needs on a narrow page
BESIDE = 0.76  # of a figure's width, where the histogram of the last epoch begins
EPOCHS = 400  # most that are drawn: more than a screen tells apart
THRESHOLD = {"color": palette.GREY, "width": palette.LINE}


class Kind(NamedTuple):
    """How one of the two kinds of pairs is drawn and named."""

    name: str
    adjective: str
    colour: str
    error: str


KINDS = {
    True: Kind("same person", "same", palette.BLUE, "false rejects"),
    False: Kind("different people", "different", palette.ORANGE, "false accepts"),
}


def score_histogram(
    distances: np.ndarray,
    same: np.ndarray,
    threshold: float,
    marked: Sequence[tuple[str, float]] = (),
) -> go.Figure:
    """The distances of both kinds of pairs, each kind summing to 100 %; darker on the wrong side of the threshold.

    Args:
        distances: float [P].
        same: bool or int [P].
        threshold: a distance.
        marked: names and distances of pairs to point at, such as the present one; up to four read well.
    """
    distances, same = _known(distances, same)
    if not len(distances):
        return nothing("There are no pairs to compare.", x=DISTANCE, y=SHARE)
    wrong = {kind: (distances[same == kind] <= threshold) != kind for kind in KINDS}
    alt = _histogram_alt(wrong, threshold, marked)
    fig = figure(alt, palette.HEIGHT, x=DISTANCE, y=SHARE, barmode="overlay", hovermode="x unified", dragmode=False)
    edges = _edges(distances)
    shares = {kind: _shares(distances[same == kind], edges) for kind in KINDS}
    for kind, (name, _, colour, _) in KINDS.items():
        label = f"{name} ({count(len(wrong[kind]), 'pair')})"
        _add_bars(fig, edges, shares[kind], label, palette.alpha(colour, LIGHT), hovertemplate="%{y:.1f} %")
    for kind, (_, _, colour, error) in KINDS.items():
        # The bar in which the threshold lies is darker up to it: so bars stand still while the threshold moves.
        beyond = np.clip(edges, *((threshold, np.inf) if kind else (-np.inf, threshold)))
        label = f"{error} {_percent(wrong[kind])}"
        _add_bars(fig, beyond, shares[kind], label, palette.alpha(colour, DARK), hoverinfo="skip")
    places = [edges[0], edges[-1], threshold, *(distance for _, distance in marked)]
    low, high = min(places), max(places)
    pad = 0.02 * (high - low)
    fig.update_xaxes(range=[low - pad, high + pad], showgrid=False)
    top = max(part.max() for part in shares.values()) / (1 - LABEL * (1 + len(marked)))
    fig.update_yaxes(range=[0, top])
    _point_at(fig, threshold, threshold, f"threshold {threshold:.3g}", 1, THRESHOLD)
    for row, (name, distance) in enumerate(marked, start=1):
        line = {"color": palette.PURPLE, "width": palette.LINE, "dash": "dot"}
        _point_at(fig, distance, threshold, f"<b>{name}</b> {distance:.3g}", 1 - LABEL * row, line)
    return fig


def pair_sheet(
    pairs: np.ndarray,
    captions: list[str] | None = None,
    marks: list[bool] | None = None,
    columns: int = 3,
    face: int = palette.FACE,
) -> go.Figure:
    """A sheet of pairs, the two photos of each close together; a chosen pair comes back as its index: `face_sheet`.

    Args:
        pairs: uint8 [N, 2, C, H, W], C 1 or 3.
        captions: N texts, shown under the pointer.
        marks: N times right, wrong or None, as in `face_sheet`.
        columns: pairs per row; more than 3 read badly on a phone.
        face: px, a face's width on a page that is wide enough.
    """
    number = len(pairs)
    if not number:
        return nothing("No pairs to show.", palette.FACE)
    left, right = (channels_last(np.repeat(pairs[:, side], 3 // pairs.shape[2], axis=1)) for side in (0, 1))
    between = np.full((number, left.shape[1], max(1, round(BETWEEN * left.shape[2])), 3), palette.rgb(palette.GREY))
    joined = np.concatenate([left, between.astype(np.uint8), right], axis=2)
    captions = captions or [f"pair {index + 1}" for index in range(number)]
    judged = [bool(mark) for mark in marks or () if mark is not None]
    verdict = f"; {sum(judged)} of {len(judged)} are judged rightly" if judged else ""
    alt = f"A sheet of {count(number, 'pair')} of photos{verdict}."
    return face_sheet(joined, captions, columns, marks=marks, face=2 * face).update_layout(meta={"alt": alt})


def drift(
    epochs: np.ndarray,
    same: np.ndarray,
    different: np.ndarray,
    thresholds: np.ndarray,
    last: tuple[np.ndarray, np.ndarray] | None = None,
    total_epochs: int | None = None,
) -> go.Figure:
    """How the distances of both kinds of pairs move apart in training, and their histograms after the last epoch.

    Args:
        epochs: float [E].
        same, different: float [E, 3], the distances below which 10, 50 and 90 % of each kind lie.
        thresholds: float [E], NaN where unknown.
        last: the distances float [P] and their kinds bool or int [P] after the last epoch.
        total_epochs: planned epochs, so that the axis stands still during training.
    """
    if not len(epochs):
        return nothing("No finished epoch yet.", x=EPOCH, y=DISTANCE)
    fig = figure(_drift_alt(epochs, same, different), palette.HEIGHT, x=EPOCH, y=DISTANCE, hovermode="x")
    rows = np.unique(np.linspace(0, len(epochs) - 1, EPOCHS).round().astype(int))
    at = numbers(epochs)[rows]
    for kind, quantiles in ((True, same), (False, different)):
        _add_band(fig, at, numbers(quantiles)[rows], KINDS[kind])
    fig.add_scatter(
        x=at,
        y=numbers(thresholds)[rows],
        mode=_mode(at),
        line=THRESHOLD,
        marker={"size": palette.MARKER - 2},
        name="threshold",
        hovertemplate="threshold %{y:.3~g}<extra></extra>",
    )
    ends = [0, 1.015 * (total_epochs or float(epochs[-1]))]
    fig.update_layout(margin={"l": 56, "b": 44, "t": palette.LEGEND}, xaxis={"range": ends, "automargin": False})
    return fig if last is None else _add_last(fig, *_known(*last), thresholds[-1])


def _known(distances: np.ndarray, same: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those that are finite, and whether each is of the same person."""
    distances, same = np.asarray(distances, np.float64), np.asarray(same).astype(bool)
    finite = np.isfinite(distances)
    return distances[finite], same[finite]


def _edges(distances: np.ndarray) -> np.ndarray:
    return np.histogram_bin_edges(distances, int(np.clip(np.sqrt(len(distances)), *BINS)))


def _shares(distances: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Per cent of the distances in each bin; zeros where there are none."""
    return 100 * np.histogram(distances, edges)[0] / max(len(distances), 1)


def _percent(chosen: np.ndarray) -> str:
    return f"{100 * chosen.mean():.1f} %" if len(chosen) else "unknown"


def _add_bars(fig: go.Figure, edges: np.ndarray, shares: np.ndarray, name: str, colour: str, **options) -> None:
    """A histogram; bins without width are left out."""
    width = np.diff(edges)
    some = width > 0
    middle = (edges[:-1] + edges[1:]) / 2
    fig.add_bar(
        x=numbers(middle[some]),
        y=numbers(shares[some]),
        width=numbers(width[some]),
        marker={"color": colour, "line_width": 0},
        name=name,
        showlegend=True,
        xhoverformat=".3~g",
        **options,
    )


def _point_at(fig: go.Figure, place: float, threshold: float, text: str, height: float, line: dict) -> None:
    """A vertical line up to `height`, 0 to 1, with its label on the side away from the threshold if there is room."""
    low, high = fig.layout.xaxis.range
    room = ROOM * (high - low)
    left = place - low > room if place < threshold else high - place < room
    fig.add_shape(type="line", x0=place, x1=place, y0=0, y1=height, yref="paper", line=line)
    fig.add_annotation(
        text=text,
        x=place,
        y=height,
        yref="paper",
        xanchor="right" if left else "left",
        yanchor="top",
        xshift=-3 if left else 3,
        showarrow=False,
        font_size=palette.SMALL,
    )


def _add_band(fig: go.Figure, at: np.ndarray, quantiles: np.ndarray, kind: Kind) -> None:
    """The median as a line over the band from 10 to 90 %; both go when the legend's entry is clicked."""
    low, median, high = quantiles.T
    fig.add_scatter(
        x=np.concatenate([at, at[::-1]]),
        y=np.concatenate([high, low[::-1]]),
        mode="lines",
        line={"width": 0, "color": kind.colour},
        fill="toself",
        fillcolor=palette.alpha(kind.colour, BAND),
        hoverinfo="skip",
        name=f"{kind.name}, 10 to 90 %",
        legendgroup=kind.name,
        showlegend=False,
    )
    fig.add_scatter(
        x=at,
        y=median,
        mode=_mode(at),
        line={"color": kind.colour, "width": palette.LINE},
        marker={"size": palette.MARKER - 2},
        name=kind.name,
        legendgroup=kind.name,
        customdata=np.stack([low, high], axis=1),
        hovertemplate=f"{kind.name} %{{y:.3~g}} (%{{customdata[0]:.3~g}} to %{{customdata[1]:.3~g}})<extra></extra>",
    )


def _add_last(fig: go.Figure, distances: np.ndarray, same: np.ndarray, threshold: float) -> go.Figure:
    """Histograms on their sides at the right, on the same axis of distance, with the last threshold."""
    if not len(distances):
        return fig
    edges = _edges(distances)
    for kind, (name, _, colour, _) in KINDS.items():
        fig.add_bar(
            x=numbers(_shares(distances[same == kind], edges)),
            y=numbers((edges[:-1] + edges[1:]) / 2),
            width=numbers(np.diff(edges)),
            orientation="h",
            xaxis="x2",
            marker={"color": palette.alpha(colour, 1.5 * LIGHT), "line_width": 0},
            name=name,
            legendgroup=name,
            showlegend=False,
            hoverinfo="skip",
        )
    beside = {"domain": [BESIDE + 0.02, 1], "anchor": "y", "showticklabels": False, "showgrid": False}
    beside["title"] = {"text": "Last epoch", "standoff": 24}
    if np.isfinite(threshold):
        fig.add_shape(line=THRESHOLD, type="line", xref="x2 domain", x0=0, x1=1, y0=threshold, y1=threshold)
    return fig.update_layout(barmode="overlay", xaxis_domain=[0, BESIDE], xaxis2=beside)


def _mode(at: np.ndarray) -> str:
    return "lines+markers" if len(at) <= 40 else "lines"


def _histogram_alt(wrong: dict[bool, np.ndarray], threshold: float, marked: Sequence[tuple[str, float]]) -> str:
    pairs = listed([f"{len(part):,} {KINDS[kind].adjective}" for kind, part in wrong.items()])
    errors = (
        f"{_percent(wrong[False])} of the different pairs are accepted and {_percent(wrong[True])} of the same pairs"
    )
    alt = f"Histograms of the distances of {pairs} pairs; at the threshold of {threshold:.3g}, {errors} rejected"
    sides = [f"{name} is at {at:.3g}, {'within' if at <= threshold else 'beyond'} the threshold" for name, at in marked]
    return "; ".join([alt, *sides]) + "."


def _drift_alt(epochs: np.ndarray, same: np.ndarray, different: np.ndarray) -> str:
    first, last = (
        f"{near:.3g} for the same person and {far:.3g} for different people"
        for near, far in zip(np.asarray(same)[[0, -1], 1], np.asarray(different)[[0, -1], 1], strict=True)
    )
    return f"Distances of pairs over {count(len(epochs), 'epoch')}: the median is {first} at first, {last} at last."
