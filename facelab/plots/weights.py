"""The weights of a first layer, drawn as the pictures they look for."""

import math
from collections.abc import Collection, Sequence

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
    units: Sequence[int] | None = None,
    chosen: Collection[int] = (),
    limit: float | None = None,
) -> go.Figure:
    """A wall with one picture per unit.

    With `st.plotly_chart(..., on_select="rerun")` a chosen unit comes back as the point's `customdata`, its number.

    Args:
        weights: float [units, channels, height, width], in the order in which they are shown.
        titles: one text per unit, shown under the pointer; else "unit 0" and so on.
        mode: a key of `MODES`.
        columns: units per row; else a wall wider than high.
        units: the units' numbers, where they are sorted; else 0 and so on.
        chosen: the numbers of units to be framed.
        limit: both ends of the signed scale, to keep one scale over several walls; else the largest sum over channels.
    """
    weights = np.nan_to_num(np.asarray(weights, dtype=np.float32), posinf=0, neginf=0)
    if not len(weights):
        return nothing("No weights to show.", palette.TILE)
    limit = limit or signed_limit(weights)
    pictures, scale = MODES[mode](weights, limit)
    columns = columns or wall_columns(len(weights))
    units = list(range(len(weights)) if units is None else map(int, units))
    titles = titles or [f"unit {unit}" for unit in units]
    low, high = weights.min((1, 2, 3)), weights.max((1, 2, 3))
    captions = [f"<b>{t}</b><br>weights {a:.3f} to {b:.3f}" for t, a, b in zip(titles, low, high, strict=True)]
    _, channels, height, width = weights.shape
    kernel = f"{count(channels, 'channel')}, {height} × {width} pixels each"
    alt = f"The weights of {count(len(weights), 'unit')} ({kernel}), from {low.min():.3g} to {high.max():.3g}; {scale}."
    fig = sheet(alt, pictures, columns, captions, palette.TILE, side=2 * palette.TILE)
    fig.update_traces(customdata=units)
    if mode == "signed":
        add_scale(fig, limit, "weight, summed over channels")
        add_edges(fig, np.arange(len(weights)), height / width)
    places = np.array([place for place, unit in enumerate(units) if unit in chosen], int)
    if len(places):
        add_edges(fig, places, height / width, {"color": palette.ORANGE, "width": palette.FRAME})
    return fig


def wall_columns(number: int) -> int:
    """Columns of a wall that is wider than high."""
    return max(4, math.ceil(math.sqrt(1.8 * number)))


def _colour(weights: np.ndarray, limit: float) -> tuple[np.ndarray, str]:
    """Three channels as red, green and blue, each unit over its own range; one channel as grey."""
    channels = weights[:, [0, 1, 2] if weights.shape[1] >= 3 else [0, 0, 0]]
    return _stretch(channels), "each unit's colours span its own range"


def _sum(weights: np.ndarray, limit: float) -> tuple[np.ndarray, str]:
    """The sum over the channels as grey, each unit over its own range."""
    return _stretch(
        weights.sum(1, keepdims=True).repeat(3, axis=1)
    ), "greys show the sum over the channels, unit by unit"


def _signed(weights: np.ndarray, limit: float) -> tuple[np.ndarray, str]:
    """The sum over the channels from blue through white, zero, to red, on one scale for all units."""
    return diverging(weights.sum(1), limit), "blue is negative, white zero, red positive"


MODES = {"colour": _colour, "sum": _sum, "signed": _signed}


def signed_limit(weights: np.ndarray) -> float:
    """The largest absolute sum over the channels of float [units, channels, h, w]: both ends of the signed scale."""
    return float(np.abs(weights.sum(1)).max()) or 1.0


def diverging(values: np.ndarray, limit: float) -> np.ndarray:
    """Float [U, h, w] as uint8 [U, h, w, 3]: blue at -limit, white at zero, red at limit."""
    place = (values / limit + 1) / 2 * (len(palette.DIVERGING) - 1)
    stops = np.array([palette.rgb(colour) for colour in palette.DIVERGING])
    parts = [np.interp(place, range(len(stops)), stops[:, channel]) for channel in range(3)]
    return np.stack(parts, axis=-1).round().astype(np.uint8)


def _stretch(pictures: np.ndarray) -> np.ndarray:
    """float [U, 3, H, W] as uint8 [U, H, W, 3], each unit from its lowest to its highest value; flat ones mid-grey."""
    low, high = (edge((1, 2, 3), keepdims=True) for edge in (pictures.min, pictures.max))
    span = high - low
    share = np.where(span > 0, (pictures - low) / np.where(span > 0, span, 1), 0.5)
    return np.moveaxis((255 * share).round().astype(np.uint8), 1, -1)


def add_edges(fig: go.Figure, places: np.ndarray, aspect: float, line: dict | None = None) -> None:
    """Outlines around pictures of a sheet, thin ones if not told otherwise: near zero they are as white as the page."""
    x, y = outlines(fig, places, aspect)
    line = line or {"color": palette.AXIS, "width": palette.THIN}
    fig.add_scatter(x=x, y=y, mode="lines", line=line, hoverinfo="skip", showlegend=False, cliponaxis=False)


def add_scale(fig: go.Figure, limit: float, title: str) -> None:
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
        "title": {"text": title, "side": "top", "font_size": palette.SMALL},
        "tickfont_size": palette.SMALL,
        "outlinewidth": 0,
        "xpad": 12,
        "ypad": 4,
    }
    marker = {"color": [0], "cmin": -limit, "cmax": limit, "colorscale": palette.colorscale(palette.DIVERGING)}
    fig.add_scatter(x=[None], y=[None], mode="markers", marker=marker, hoverinfo="skip", showlegend=False)
    fig.data[-1].update(marker={"showscale": True, "colorbar": bar})
    fig.update_layout(height=fig.layout.height + 2 * palette.LEGEND, margin_t=2 * palette.LEGEND)
