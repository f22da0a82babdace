"""What part of a face one unit sees, layer by layer."""

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import canvas, nothing
from facelab.plots.images import channels_last, encode, enlarge

BEYOND = 0.12  # of the image's side, how far a field that reaches outside is drawn
LABELS = 0.55  # of the image's side, room for the labels at its right


def receptive_field(image: np.ndarray, boxes: list[dict]) -> go.Figure:
    """The receptive fields of one unit's predecessors, nested on the face.

    Args:
        image: uint8 [3, H, W] or [H, W, 3].
        boxes: first layer first, each {"name": str, "box": (top, left, bottom, right)} in pixels, the last two
            exclusive. A field may reach outside the image; it is then cut at a margin, with a dashed line.
    """
    pixels = channels_last(np.asarray(image)[None])
    if not boxes:
        return nothing("This network has no layers with a receptive field.")
    height, width = pixels.shape[1:3]
    margin = BEYOND * max(height, width)
    right = width + (1 + LABELS / BEYOND) * margin
    fig = canvas(_alt(boxes, height, width), right + margin, height + 2 * margin, palette.SHEET / 2)
    fig.update_xaxes(range=[-margin, right])
    fig.update_yaxes(range=[height + margin, -margin])
    picture = {"x": 0, "y": 0, "sizex": width, "sizey": height, "xref": "x", "yref": "y", "sizing": "stretch"}
    fig.add_layout_image(picture, source=encode(enlarge(pixels, palette.SHEET)[0]), layer="below")
    colours = palette.along(palette.DEPTH, len(boxes))
    spots = _label_heights(boxes, height + 2 * margin, -margin)
    for layer, colour, spot in zip(boxes, colours, spots, strict=True):
        _add_box(fig, layer, colour, (height, width), margin)
        _add_label(fig, layer, colour, spot, width + 1.5 * margin)
    return fig.update_layout(showlegend=False)


def _size(box: tuple[int, int, int, int]) -> str:
    top, left, bottom, right = box
    return f"{bottom - top} × {right - left} px"


def _add_box(fig: go.Figure, layer: dict, colour: str, size: tuple[int, int], margin: float) -> None:
    """A white-edged outline, seen on light and dark skin alike; dashed where it is cut at the margin."""
    style = {"mode": "lines", "cliponaxis": False, "name": layer["name"]}
    x, y = _outline(layer["box"], size, margin, whole=True)
    fig.add_scatter(x=x, y=y, line={"color": palette.ON_COLOUR, "width": 2 * palette.LINE}, hoverinfo="skip", **style)
    for whole, dash in ((True, "solid"), (False, "2px,5px")):
        x, y = _outline(layer["box"], size, margin, whole)
        line = {"color": colour, "width": palette.LINE, "dash": dash}
        fig.add_scatter(x=x, y=y, line=line, hovertemplate=_text(layer) + "<extra></extra>", **style)


def _outline(box: tuple[int, int, int, int], size: tuple[int, int], margin: float, whole: bool) -> tuple[list, list]:
    """The sides of a box drawn where they are (`whole`), or those cut at the margin: x and y, None between sides."""
    top, left, bottom, right = box
    (y0, y1), (x0, x1) = (
        (max(low, -margin), min(high, side + margin)) for low, high, side in zip(box[:2], box[2:], size, strict=True)
    )
    kept = (y0 == top, x1 == right, y1 == bottom, x0 == left)
    corners = ((x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0))
    x, y = [], []
    for side, start, end in zip(kept, corners[:-1], corners[1:], strict=True):
        if side is whole:
            x += [start[0], end[0], None]
            y += [start[1], end[1], None]
    return x, y


def _text(layer: dict) -> str:
    return f"<b>{layer['name']}</b>  {_size(layer['box'])}"


def _label_heights(boxes: list[dict], room: float, start: float) -> list[float]:
    """Labels in a column, the largest field's on top, so that the lines from box to label do not cross."""
    pitch = min(room / len(boxes), 0.11 * room)
    return [start + pitch * (len(boxes) - index - 0.5) for index in range(len(boxes))]


def _add_label(fig: go.Figure, layer: dict, colour: str, y: float, x: float) -> None:
    fig.add_annotation(
        text=_text(layer),
        x=x,
        y=y,
        xanchor="left",
        xshift=palette.MARKER,
        showarrow=False,
        font_size=palette.SMALL,
        align="left",
    )
    fig.add_scatter(x=[x], y=[y], mode="markers", marker={"color": colour, "size": palette.MARKER, "symbol": "square"})
    fig.data[-1].update(hoverinfo="skip", name=layer["name"])


def _alt(boxes: list[dict], height: int, width: int) -> str:
    first, last = boxes[0], boxes[-1]
    start = f"One unit of {first['name']} sees {_size(first['box'])} of the {width} × {height} px face"
    outside = last["box"][0] < 0 or last["box"][1] < 0 or last["box"][2] > height or last["box"][3] > width
    if len(boxes) == 1:
        return start + "."
    return f"{start}, one of {last['name']} {_size(last['box'])}{', reaching outside it' if outside else ''}."
