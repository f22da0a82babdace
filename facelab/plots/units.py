"""Units with the photos that excite them, and what they put out for one photo."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, nothing
from facelab.plots.images import channels_last, sheet
from facelab.plots.weights import MODES, add_edges, add_scale, diverging, signed_limit, wall_columns


def unit_sheet(
    weights: np.ndarray,
    most: np.ndarray,
    least: np.ndarray,
    captions: list[str] | None = None,
    titles: list[str] | None = None,
    mode: str = "signed",
    limit: float | None = None,
) -> go.Figure:
    """A row per unit: its weights, then the photos that excite it most, then those that excite it least.

    Args:
        weights: float [units, channels, H, W].
        most, least: uint8 [units, k, 3, H, W], the most and the least exciting photo first.
        captions: texts shown under the pointer, row by row, one per picture; else the titles.
        titles: one per unit, at the left; else "unit 0" and so on.
        mode: a key of `MODES`.
        limit: both ends of the signed scale; else the largest sum over the channels.
    """
    weights = np.nan_to_num(np.asarray(weights, dtype=np.float32), posinf=0, neginf=0)
    if not len(weights):
        return nothing("No units to show.", palette.FACE)
    limit = limit or signed_limit(weights)
    pictures, scale = MODES[mode](weights, limit)
    rows = [
        np.concatenate([picture[None], channels_last(first), channels_last(last)])
        for picture, first, last in zip(pictures, most, least, strict=True)
    ]
    columns, shown = len(rows[0]), most.shape[1]
    titles = titles or [f"unit {index}" for index in range(len(rows))]
    captions = captions or [title for title in titles for _ in range(columns)]
    photos = count(shown, "photo")
    alt = f"{count(len(rows), 'unit')}, each with its weights ({scale}) and the {photos} that excite it most and least."
    fig = sheet(alt, np.concatenate(rows), columns, captions, palette.FACE, titles, side=2 * palette.FACE)
    aspect = weights.shape[2] / weights.shape[3]
    add_edges(fig, np.arange(len(rows)) * columns, aspect)
    _add_headings(fig, {"Weights": (0, 1), "Excite it most": (1, 1 + shown), "Least": (1 + shown, columns)})
    return fig


def _add_headings(fig: go.Figure, spans: dict[str, tuple[int, int]]) -> None:
    """A text over the first picture of each span of columns."""
    for text, (start, end) in spans.items():
        if end > start:
            fig.add_annotation(
                text=text,
                x=fig.data[0].x[start] - 0.5,
                y=0,
                xanchor="left",
                yanchor="bottom",
                showarrow=False,
                font_size=palette.SMALL,
            )
    fig.update_layout(height=fig.layout.height + palette.LEGEND, margin_t=palette.LEGEND)


def feature_wall(
    maps: np.ndarray, units: Sequence[int] | None = None, chosen: int | None = None, layer: str = ""
) -> go.Figure:
    """The feature maps of one layer for one photo, on one scale from blue through white, zero, to red.

    A chosen map comes back as the point's `customdata`, its unit's number.

    Args:
        maps: float [units, h, w].
        units: their numbers, where they are sorted; else 0 and so on.
        chosen: the number of a unit to be framed.
        layer: its name.
    """
    maps = np.nan_to_num(np.asarray(maps, dtype=np.float32), posinf=0, neginf=0)
    if not maps.size:
        return nothing("No feature maps to show.", palette.TILE)
    number, height, width = maps.shape
    units = list(range(number) if units is None else map(int, units))
    limit, low, high = float(np.abs(maps).max()) or 1.0, maps.min((1, 2)), maps.max((1, 2))
    captions = [f"<b>unit {unit}</b><br>{a:.3g} to {b:.3g}" for unit, a, b in zip(units, low, high, strict=True)]
    alt = f"{count(number, 'feature map')} of {height} × {width}{f' of {layer}' if layer else ''} for one photo, from "
    alt += f"{low.min():.3g} to {high.max():.3g}; {int((high > low).sum())} of them are not the same everywhere."
    fig = sheet(alt, diverging(maps, limit), wall_columns(number), captions, palette.TILE, side=2 * palette.TILE)
    fig.update_traces(customdata=units)
    add_scale(fig, limit, "activation")
    add_edges(fig, np.arange(number), height / width)
    if chosen in units:
        place = np.array([units.index(chosen)])
        add_edges(fig, place, height / width, {"color": palette.ORANGE, "width": palette.FRAME})
    return fig
