"""Arrays as pictures in a figure: montage, encoding, and the sheet on which each picture answers to the pointer."""

import base64
import io
import math

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from facelab.plots import palette
from facelab.plots.frame import canvas, plain

MOST = 1_000_000  # pixels to which small pictures are enlarged, all together
LOSSLESS = 300_000  # pixels; a larger picture is sent as lossy WebP, four times smaller
QUALITY = 90


def channels_last(images: np.ndarray) -> np.ndarray:
    """uint8 [N, 3, H, W] or [N, H, W, 3] as [N, H, W, 3]."""
    images = np.asarray(images)
    return images if images.shape[-1] == 3 else np.moveaxis(images, 1, -1)


def montage(images: np.ndarray, columns: int, pad: int = 2) -> np.ndarray:
    """Pictures side by side, row by row, with `pad` black pixels between them and none around.

    Args:
        images: uint8 [N, 3, H, W] or [N, H, W, 3], N at least 1.
        columns: pictures per row; fewer where there are fewer pictures.
        pad: px.

    Returns:
        uint8 [rows * (H + pad) - pad, columns * (W + pad) - pad, 3].
    """
    images = channels_last(images)
    number, height, width, _ = images.shape
    columns = min(columns, number)
    rows = math.ceil(number / columns)
    cells = np.zeros((rows * columns, height + pad, width + pad, 3), np.uint8)
    cells[:number, :height, :width] = images
    grid = cells.reshape(rows, columns, height + pad, width + pad, 3).transpose(0, 2, 1, 3, 4)
    sheet = grid.reshape(rows * (height + pad), columns * (width + pad), 3)
    return sheet[: sheet.shape[0] - pad, : sheet.shape[1] - pad]


def encode(pixels: np.ndarray) -> str:
    """uint8 [H, W, 3] or, with opacity, [H, W, 4] as a WebP data URI; lossless up to `LOSSLESS` pixels."""
    file = io.BytesIO()
    small = pixels.shape[0] * pixels.shape[1] <= LOSSLESS
    Image.fromarray(pixels).save(file, "WEBP", lossless=small, quality=40 if small else QUALITY, method=2)
    return "data:image/webp;base64," + base64.b64encode(file.getvalue()).decode()


def enlarge(images: np.ndarray, side: int) -> np.ndarray:
    """Every pixel repeated until pictures [N, H, W, C] are at least about `side` px high, so that they stay crisp.

    A browser smooths what it enlarges; pixels that are already large it only shrinks.
    """
    number, height, width, _ = images.shape
    times = max(1, min(round(side / height), math.isqrt(MOST // (number * height * width))))
    return images.repeat(times, axis=1).repeat(times, axis=2)


def sheet(
    alt: str,
    images: np.ndarray,
    columns: int,
    captions: list[str],
    tile: int,
    row_titles: list[str] | None = None,
    side: int = 1,
) -> go.Figure:
    """A figure of pictures in rows, each answering to the pointer with its caption and, when chosen, with its index.

    One unit of both axes is one cell; the i-th picture's centre is (i % columns + 0.5, (i // columns + 0.5) * aspect).

    Args:
        alt: one sentence saying what is shown.
        images: uint8 [N, H, W, 3], N at least 1.
        columns: pictures per row.
        captions: N texts; `<br>` and `<b>` allowed.
        tile: px, how wide a picture is laid out at most.
        row_titles: a text at the left of each row.
        side: px to which pixels are repeated, see `enlarge`.
    """
    number, aspect = len(images), images.shape[1] / images.shape[2]
    columns = min(columns, number)
    rows = math.ceil(number / columns)
    images = enlarge(images, side)
    pad = max(2, round(images.shape[2] * palette.GAP))
    opaque = montage(np.full_like(images, 255), columns, pad)[..., :1]
    step = 1 + pad / images.shape[2]
    width, depth = columns * step - step + 1, rows * (aspect + step - 1) - (step - 1)
    tall = depth * min(tile, palette.SHEET / width)
    fig = canvas(alt, width, depth, tall + 8)
    fig.add_layout_image(
        source=encode(np.concatenate([montage(images, columns, pad), opaque], axis=-1)),
        x=0,
        y=0,
        sizex=width,
        sizey=depth,
        xref="x",
        yref="y",
        sizing="stretch",
        layer="below",
    )
    x, y = centres(number, columns, aspect, step)
    fig.add_scatter(
        x=x,
        y=y,
        mode="markers",
        # Invisible: it carries the captions and lets a page ask which picture was chosen.
        marker={"size": tile // 2, "opacity": 0, "symbol": "square", "color": palette.GREY},
        customdata=list(range(number)),
        text=captions,
        hovertemplate="%{text}<extra></extra>",
        selected_marker_opacity=0,
        unselected_marker_opacity=0,
        showlegend=False,
        name="",
    )
    if row_titles is not None:
        fig.update_yaxes(
            tickvals=[(row * (aspect + step - 1)) + aspect / 2 for row in range(rows)],
            ticktext=[plain(title) for title in row_titles[:rows]],
            showticklabels=True,
            automargin=True,
            ticklabelstandoff=6,
            tickfont_size=palette.FONT,
        )
    return fig


def outlines(fig: go.Figure, rows: np.ndarray, aspect: float) -> tuple[np.ndarray, np.ndarray]:
    """The outlines of a sheet's chosen pictures as one line: x and y, NaN between pictures."""
    centre_x, centre_y = (np.asarray(places)[rows, None] for places in (fig.data[0].x, fig.data[0].y))
    x = centre_x + np.array([-1, 1, 1, -1, -1, np.nan]) / 2
    y = centre_y + np.array([-1, -1, 1, 1, -1, np.nan]) / 2 * aspect
    return x.ravel(), y.ravel()


def centres(number: int, columns: int, aspect: float, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Where the pictures' centres lie, in the sheet's units: two float [number]."""
    index = np.arange(number)
    return index % columns * step + 0.5, index // columns * (aspect + step - 1) + aspect / 2
