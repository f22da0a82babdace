"""Faces as points, near one another where the network finds them alike."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import axis, count, figure, nothing
from facelab.plots.images import channels_last, encode

ACROSS = 9
"""Faces drawn side by side at most, and as many above one another."""
LEGEND = 12
"""Groups up to which a legend names them."""
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
SIDE = 520  # px


def face_map(
    points: np.ndarray,
    groups: Sequence[str],
    captions: Sequence[str] | None = None,
    colours: Mapping[str, str] | None = None,
    images: np.ndarray | None = None,
    rows: np.ndarray | None = None,
    titles: tuple[str, str] = ("", ""),
    what: str = "person",
) -> go.Figure:
    """A map with a point per photo; where there is room, the photos themselves.

    A point carries its row as `customdata`: Plotly shows no picture under the pointer, so a page shows the face of the
    point that was chosen beside the map.

    Args:
        points: float [N, 2].
        groups: N texts by which points are coloured.
        captions: N texts, shown under the pointer; else the groups.
        colours: a colour per group; else categories in order of appearance, told apart by symbols as well.
        images: uint8 [N, 3, H, W]; at most `ACROSS`² of them are drawn, no two over one another, framed in
            their group's colour.
        rows: int [N], what a chosen point gives back; else 0 and so on.
        titles: of the axes; without them no numbers are shown, as in t-SNE, where they mean nothing.
        what: the groups tell apart, in one word.
    """
    points = np.asarray(points, dtype=np.float32)
    if not len(points):
        return nothing("No faces to show.", SIDE)
    kinds = list(dict.fromkeys(groups))
    colours = colours or {kind: palette.category(index) for index, kind in enumerate(kinds)}
    rows = np.arange(len(points)) if rows is None else np.asarray(rows)
    captions, groups = np.asarray(captions or groups, object), np.asarray(groups, object)
    alt = f"A map of {count(len(points), 'face')} coloured by {what}, {count(len(kinds), 'group')}; "
    alt += "faces that the network finds alike lie near one another."
    fig = figure(alt, SIDE, x=titles[0], y=titles[1], hovermode="closest", dragmode="pan")
    for index, kind in enumerate(kinds):
        chosen = groups == kind
        fig.add_scattergl(
            x=points[chosen, 0],
            y=points[chosen, 1],
            mode="markers",
            marker={
                "color": colours[kind],
                "size": palette.MARKER,
                "symbol": SYMBOLS[index // len(palette.CATEGORIES) % len(SYMBOLS)],
                "opacity": 0.8,
            },
            text=captions[chosen],
            customdata=rows[chosen],
            hovertemplate="%{text}<extra></extra>",
            name=kind,
        )
    low, high = points.min(0), points.max(0)
    span = np.where(high > low, high - low, 1)
    if images is not None:
        _add_faces(fig, points, channels_last(images), [colours[group] for group in groups], span)
    for update, at, title in ((fig.update_xaxes, 0, titles[0]), (fig.update_yaxes, 1, titles[1])):
        update(**axis(title), range=[low[at] - 0.06 * span[at], low[at] + 1.06 * span[at]])
        update(showticklabels=bool(title), showspikes=False)
    return fig.update_layout(showlegend=len(kinds) <= LEGEND)


def apart(points: np.ndarray, across: int) -> np.ndarray:
    """Points of which no two lie within 1 / `across` of the map's sides of one another, int64: first come, first kept.

    The middle of the map comes first, so that what is drawn there is what lies there most.
    """
    low, high = points.min(0), points.max(0)
    places = (points - low) / np.where(high > low, high - low, 1) * across
    kept: list[int] = []
    for row in np.argsort(np.linalg.norm(places - places.mean(0), axis=1), kind="stable"):
        if all(np.abs(places[row] - places[other]).max() >= 1 for other in kept):
            kept.append(int(row))
    return np.array(kept, dtype=np.int64)


def _add_faces(fig: go.Figure, points: np.ndarray, images: np.ndarray, colours: list[str], span: np.ndarray) -> None:
    """Faces over their points and their neighbours', each framed in its group's colour."""
    width, height = 0.9 * span / ACROSS
    for row in apart(points, ACROSS):
        picture = images[row].copy()
        edge = max(1, len(picture) // 16)
        inside = picture[edge:-edge, edge:-edge].copy()
        picture[:] = palette.rgb(colours[row])
        picture[edge:-edge, edge:-edge] = inside
        fig.add_layout_image(
            source=encode(picture),
            x=points[row, 0],
            y=points[row, 1],
            sizex=width,
            sizey=height,
            xref="x",
            yref="y",
            xanchor="center",
            yanchor="middle",
        )
