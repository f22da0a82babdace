"""The weights of a first layer, drawn as the pictures they look for."""

import math

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, nothing
from facelab.plots.images import outlines, sheet


def weight_wall(
    weights: np.ndarray,
    titles: list[str] | None = None,
    mode: str = "signed",
    columns: int | None = None,
) -> go.Figure:
    """A wall with one picture per unit.

    Args:
        weights: float [units, channels, height, width].
        titles: one text per unit, shown under the pointer; else "unit 0" and so on.
        mode: a key of `MODES`.
        columns: units per row; else a wall wider than high.
    """
    weights = np.nan_to_num(np.asarray(weights, dtype=np.float32), posinf=0, neginf=0)
    if not len(weights):
        return nothing("No weights to show.", palette.TILE)
    pictures, scale = MODES[mode](weights)
    columns = columns or max(4, math.ceil(math.sqrt(1.8 * len(weights))))
    titles = titles or [f"unit {index}" for index in range(len(weights))]
    low, high = weights.min((1, 2, 3)), weights.max((1, 2, 3))
    captions = [f"<b>{t}</b><br>weights {a:.3f} to {b:.3f}" for t, a, b in zip(titles, low, high, strict=True)]
    _, channels, height, width = weights.shape
    kernel = f"{count(channels, 'channel')}, {height} × {width} pixels each"
    alt = f"The weights of {count(len(weights), 'unit')} ({kernel}), from {low.min():.3g} to {high.max():.3g}; {scale}."
    fig = sheet(alt, pictures, columns, captions, palette.TILE, side=2 * palette.TILE)
    if mode == "signed":
        _add_scale(fig, _limit(weights))
        _add_edges(fig, len(weights), height / width)
    return fig


def _colour(weights: np.ndarray) -> tuple[np.ndarray, str]:
    """Three channels as red, green and blue, each unit over its own range; one channel as grey."""
    channels = weights[:, [0, 1, 2] if weights.shape[1] >= 3 else [0, 0, 0]]
    return _stretch(channels), "each unit's colours span its own range"


def _sum(weights: np.ndarray) -> tuple[np.ndarray, str]:
    """The sum over the channels as grey, each unit over its own range."""
    return _stretch(
        weights.sum(1, keepdims=True).repeat(3, axis=1)
    ), "greys show the sum over the channels, unit by unit"


def _signed(weights: np.ndarray) -> tuple[np.ndarray, str]:
    """The sum over the channels from blue through white, zero, to red, on one scale for all units."""
    place = (weights.sum(1) / _limit(weights) + 1) / 2 * (len(palette.DIVERGING) - 1)
    stops = np.array([palette.rgb(colour) for colour in palette.DIVERGING])
    parts = [np.interp(place, range(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(parts, axis=-1).round().astype(np.uint8), "blue is negative, white zero, red positive"


MODES = {"colour": _colour, "sum": _sum, "signed": _signed}


def _limit(weights: np.ndarray) -> float:
    """The largest absolute sum over the channels: both ends of the signed scale."""
    return float(np.abs(weights.sum(1)).max()) or 1.0


def _stretch(pictures: np.ndarray) -> np.ndarray:
    """float [U, 3, H, W] as uint8 [U, H, W, 3], each unit from its lowest to its highest value; flat ones mid-grey."""
    low, high = (edge((1, 2, 3), keepdims=True) for edge in (pictures.min, pictures.max))
    span = high - low
    share = np.where(span > 0, (pictures - low) / np.where(span > 0, span, 1), 0.5)
    return np.moveaxis((255 * share).round().astype(np.uint8), 1, -1)


def _add_edges(fig: go.Figure, number: int, aspect: float) -> None:
    """Thin outlines: near zero a picture is as white as the page."""
    x, y = outlines(fig, np.arange(number), aspect)
    edge = {"color": palette.AXIS, "width": palette.THIN}
    fig.add_scatter(x=x, y=y, mode="lines", line=edge, hoverinfo="skip", showlegend=False, cliponaxis=False)


def _add_scale(fig: go.Figure, limit: float) -> None:
    """A colour bar on top, belonging to a point that is not drawn."""
    bar = {
        "orientation": "h",
        "x": 0,
        "xanchor": "left",
        "y": 1,
        "yanchor": "bottom",
        "thickness": palette.BAR,
        "len": 220,
        "lenmode": "pixels",
        "tickvals": [-limit, 0, limit],
        "tickformat": ".2~g",
        "title": {"text": "weight, summed over channels", "side": "top", "font_size": palette.SMALL},
        "tickfont_size": palette.SMALL,
        "outlinewidth": 0,
        "xpad": 12,
        "ypad": 4,
    }
    marker = {"color": [0], "cmin": -limit, "cmax": limit, "colorscale": palette.colorscale(palette.DIVERGING)}
    fig.add_scatter(x=[None], y=[None], mode="markers", marker=marker, hoverinfo="skip", showlegend=False)
    fig.data[-1].update(marker={"showscale": True, "colorbar": bar})
    fig.update_layout(height=fig.layout.height + 2 * palette.LEGEND, margin_t=2 * palette.LEGEND)
