"""Faces side by side, each with what is known about it."""

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, listed, nothing
from facelab.plots.images import channels_last, outlines, sheet


def face_sheet(
    images: np.ndarray,
    captions: list[str] | None = None,
    columns: int = 8,
    row_titles: list[str] | None = None,
    marks: list[bool] | None = None,
    face: int = palette.FACE,
) -> go.Figure:
    """A sheet of faces.

    With `st.plotly_chart(..., on_select="rerun")` a chosen face comes back as the point's `customdata`, its index.

    Args:
        images: uint8 [N, 3, H, W] or [N, H, W, 3].
        captions: N texts, shown under the pointer.
        columns: faces per row; at most 6 reads well on a phone.
        row_titles: people's names at the left, one per row.
        marks: N times right (solid green frame, tick), wrong (dashed orange frame, cross) or None (no frame).
        face: px, a face's width on a page that is wide enough.
    """
    if not len(images):
        return nothing("No faces to show.", palette.FACE)
    images = channels_last(images)
    captions = captions or [f"face {index + 1}" for index in range(len(images))]
    fig = sheet(_alt(len(images), row_titles, marks), images, columns, captions, face, row_titles, side=2 * face)
    for right in (True, False):
        rows = [index for index, mark in enumerate(marks or ()) if mark is not None and bool(mark) is right]
        if rows:
            _add_frames(fig, np.array(rows), images.shape[1] / images.shape[2], right)
    if marks is not None:
        # The pointer must meet the captions first, so they lie on top.
        fig.data = (*fig.data[1:], fig.data[0])
        fig.update_layout(height=fig.layout.height + palette.LEGEND)
    return fig


def _add_frames(fig: go.Figure, rows: np.ndarray, aspect: float, right: bool) -> None:
    """Frames in one trace, and a tick or cross in each one's upper right corner in another."""
    colour = palette.RIGHT if right else palette.WRONG
    x, y = outlines(fig, rows, aspect)
    name = "right" if right else "wrong"
    fig.add_scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": colour, "width": palette.FRAME, "dash": "solid" if right else "6px,3px"},
        hoverinfo="skip",
        name=f"{name} ({len(rows)})",
        legendgroup=name,
        cliponaxis=False,
    )
    fig.add_scatter(
        x=x[2::6] - palette.GAP,
        y=y[::6] + palette.GAP * aspect,
        mode="markers+text",
        marker={"color": colour, "size": palette.BADGE},
        text=["✓" if right else "✕"] * len(rows),
        textfont={"color": palette.ON_COLOUR, "size": palette.SMALL - 1},
        hoverinfo="skip",
        showlegend=False,
        legendgroup=name,
        cliponaxis=False,
    )


def _alt(number: int, row_titles: list[str] | None, marks: list[bool] | None) -> str:
    shown = row_titles or ()
    people = f" of {listed(shown) if len(shown) <= 8 else count(len(shown), 'person')}" if shown else ""
    judged = [bool(mark) for mark in marks or () if mark is not None]
    verdict = f"; {sum(judged)} of {len(judged)} are right" if judged else ""
    return f"A sheet of {count(number, 'face')}{people}{verdict}."
