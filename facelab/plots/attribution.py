"""Which pixels count: maps over the photo, the views of guided backprop, and the checks beside them."""

import math
import textwrap
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import canvas, count, figure, listed, named_rows, nothing, numbers
from facelab.plots.images import channels_last, encode, enlarge

FOR, AGAINST, EITHER = palette.DIVERGING[-2], palette.DIVERGING[1], palette.PURPLE
PALE = 0.55  # of a photo's contrast is left under a map
LETTER = 6  # px, a caption's letter


def attribution_maps(
    photo: np.ndarray,
    maps: np.ndarray,
    captions: Sequence[str],
    limits: Sequence[float],
    signed: Sequence[bool],
    over_photo: bool = True,
    columns: int = 4,
) -> go.Figure:
    """The photo, and beside it each map: colour where pixels count, nothing where they don't.

    Args:
        photo: uint8 [3, H, W] or [H, W, 3].
        maps: float [M, H, W], zero where a pixel does not count.
        captions: M texts, shown under the maps.
        limits: M values drawn in full colour, for and against alike: the same for maps that share a scale.
        signed: M times whether values above zero speak for and those below against; else only their size counts.
        over_photo: on a pale grey photo; else on white.
        columns: pictures per row.
    """
    pixels = channels_last(np.asarray(photo)[None])[0]
    if not len(maps):
        return nothing("No maps to show.", palette.FACE)
    pictures = [
        _tinted(pixels, values, limit, both, over_photo)
        for values, limit, both in zip(maps, limits, signed, strict=True)
    ]
    shared = "on one scale" if len(set(limits)) == 1 else "each on its own scale"
    alt = f"A photo and {count(len(maps), 'map')} of which pixels count, {shared}: {listed(list(captions))}."
    hovers = ["the photo", *(f"{c}<br>full colour at {limit:.3g}" for c, limit in zip(captions, limits, strict=True))]
    fig = _gallery(alt, np.stack([pixels, *pictures]), ["Photo", *captions], hovers, columns)
    meanings = [("speaks for", FOR, any(signed)), ("speaks against", AGAINST, any(signed))]
    for name, colour, present in [*meanings, ("counts either way", EITHER, not all(signed))]:
        if present:
            marker = {"color": colour, "size": palette.BADGE, "symbol": "square"}
            fig.add_scatter(x=[None], y=[None], mode="markers", marker=marker, name=name, hoverinfo="skip")
    return fig.update_layout(height=fig.layout.height + palette.LEGEND, margin_t=palette.LEGEND)


def view_sheet(views: Mapping[str, np.ndarray]) -> go.Figure:
    """Views of one attribution side by side, by title: float [H, W, 3], [H, W, 1] or [H, W], 0 to 1."""
    pictures = [view if view.ndim == 3 else view[..., None] for view in map(np.asarray, views.values())]
    pixels = np.stack([np.broadcast_to(picture, (*picture.shape[:2], 3)) for picture in pictures])
    titles = list(views)
    alt = f"{count(len(titles), 'view')} of one map: {listed(titles)}."
    return _gallery(alt, (255 * pixels.clip(0, 1)).round().astype(np.uint8), titles, titles, len(titles))


def deletion_curves(shares: np.ndarray, curves: Mapping[str, np.ndarray], random: np.ndarray) -> go.Figure:
    """A probability while the pixels go that each map calls most important, beside random orders and their range.

    Args:
        shares: float [S], the share of pixels gone, 0 to 1.
        curves: by map, float [S], 0 to 1.
        random: float [R, S], one row per random order.
    """
    titles = {"x": "Pixels gone (%)", "y": "Probability (%)"}
    if not curves:
        return nothing("No deletion curve yet.", **titles)
    x, random = 100 * np.asarray(shares), 100 * np.asarray(random)
    edges = np.concatenate([random.max(0), random.min(0)[::-1]])
    band = {"x": np.concatenate([x, x[::-1]]), "y": edges, "fill": "toself", "mode": "lines", "line_width": 0}
    mean = random.mean(0)
    name = f"{count(len(random), 'random order')}: {_area(shares, mean / 100)}"
    dotted = {"color": palette.GREY, "width": palette.LINE, "dash": "dot"}
    hover = "%{x:.0f} % gone: %{y:.1f} %"
    traces = [
        go.Scatter(**band, fillcolor=palette.alpha(palette.GREY, palette.FAINT), hoverinfo="skip", showlegend=False),
        go.Scatter(x=numbers(x), y=numbers(mean), mode="lines", line=dotted, name=name, hovertemplate=hover),
    ]
    for index, (title, values) in enumerate(curves.items()):
        style = {"color": palette.category(index), "width": palette.LINE}
        name = f"{title}: {_area(shares, np.asarray(values))}"
        line = go.Scatter(x=numbers(x), y=numbers(100 * np.asarray(values)), mode="lines", line=style, name=name)
        traces.append(line.update(hovertemplate=hover))
    areas = listed([f"{_area(shares, np.asarray(values))} for {title}" for title, values in curves.items()])
    alt = f"Probability as the most important pixels go: {areas}; {_area(shares, mean / 100)} in random order."
    fig = figure(alt, palette.HEIGHT, traces, **titles, hovermode="closest")
    return fig.update_xaxes(range=[0, 100]).update_yaxes(range=[0, 103])


def randomisation_curves(layers: Sequence[str], curves: Mapping[str, np.ndarray]) -> go.Figure:
    """How alike a map stays to the trained network's as layers forget, from the top down.

    Args:
        layers: L names, in the order in which they forget.
        curves: by map, float [L + 1], rank correlation, first for the trained network; NaN where the map is empty.
    """
    if not curves:
        return nothing("No maps to compare.")
    steps = ["none", *layers]
    fig = figure(_randomisation_alt(curves), palette.HEIGHT, x="Randomised down to", y="Rank correlation")
    for index, (title, values) in enumerate(curves.items()):
        style = {"color": palette.category(index), "width": palette.LINE}
        fig.add_scatter(x=list(range(len(steps))), y=numbers(values), mode="lines+markers", line=style, name=title)
        fig.data[-1].update(marker_size=palette.MARKER, hovertemplate="%{y:.2f}", showlegend=True)
    fig.update_xaxes(tickvals=list(range(len(steps))), ticktext=steps, range=[-0.3, len(steps) - 0.7])
    lowest = min(np.nanmin([0, *values]) for values in curves.values())
    return fig.update_yaxes(range=[lowest - 0.05, 1.05]).update_layout(hovermode="x unified")


def completeness_bars(attributed: float, difference: float) -> go.Figure:
    """The sum of Integrated Gradients beside what it should be.

    Args:
        attributed: the sum over all pixels.
        difference: the logit for the photo less that for the baseline.
    """
    labels, values = ["sum of the map", "change of the score"], [attributed, difference]
    gap = abs(attributed - difference)
    share = f" ({100 * gap / abs(difference):.2g} %)" if difference else ""
    alt = f"The map adds up to {attributed:.4g} and the score changes by {difference:.4g}: {gap:.2g} apart{share}."
    bars = go.Bar(x=numbers(values), y=[0, 1], orientation="h", text=[f"{value:.4g}" for value in values])
    bars.update(marker={"color": [palette.BLUE, palette.GREY], "line_width": 0}, textposition="auto")
    bars.update(hovertemplate="%{x:.5g}<extra></extra>", textfont_color=palette.ON_COLOUR)
    return named_rows(figure(alt, 72 + 3 * palette.ROW, [bars], x="Logits", bargap=0.3), labels)


def _tinted(photo: np.ndarray, values: np.ndarray, limit: float, signed: bool, over_photo: bool) -> np.ndarray:
    """A photo uint8 [H, W, 3] in pale grey, tinted by how much each pixel counts: uint8 [H, W, 3]."""
    grey = photo.mean(-1, keepdims=True) if over_photo else np.full((*photo.shape[:2], 1), 255)
    ground = 255 - PALE * (255 - grey)
    share = np.clip(np.nan_to_num(values) / (limit or 1), -1, 1)[..., None]
    tint = np.where(share > 0, palette.rgb(FOR), palette.rgb(AGAINST)) if signed else np.array(palette.rgb(EITHER))
    return (ground + (tint - ground) * np.abs(share)).round().astype(np.uint8)


def _gallery(alt: str, pictures: np.ndarray, captions: Sequence[str], hovers: Sequence[str], columns: int) -> go.Figure:
    """Pictures uint8 [N, H, W, 3] in rows with a caption under each; one unit of both axes is a picture's width."""
    number, height, width, _ = pictures.shape
    columns = min(columns, number)
    rows, aspect, step = math.ceil(number / columns), height / width, 1 + palette.GAP
    tile = palette.SHEET / (columns * step)
    # Short enough to stay apart on a page of half the width, where letters keep their size.
    wrapped = ["<br>".join(textwrap.wrap(caption, max(8, int(tile / 2 / LETTER)))) for caption in captions]
    lines = 1 + max(caption.count("<br>") for caption in wrapped)
    room = (lines + 0.8) * 1.3 * palette.SMALL / tile
    depth = rows * (aspect + room)
    fig = canvas(alt, columns * step, depth, depth * tile + 8)
    x = np.arange(number) % columns * step
    y = np.arange(number) // columns * (aspect + room)
    for left, top, picture, caption in zip(x, y, enlarge(pictures, round(2 * tile)), wrapped, strict=True):
        place = {"x": left, "y": top, "sizex": 1, "sizey": aspect, "xref": "x", "yref": "y", "sizing": "stretch"}
        fig.add_layout_image(place, source=encode(picture), layer="below")
        note = {"text": caption, "showarrow": False, "xanchor": "center", "yanchor": "top", "font_size": palette.SMALL}
        fig.add_annotation(note, x=left + 0.5, y=top + aspect)
    marker = {"size": tile / 2, "opacity": 0, "symbol": "square", "color": palette.GREY}
    fig.add_scatter(x=x + 0.5, y=y + aspect / 2, mode="markers", marker=marker, text=list(hovers), showlegend=False)
    return fig.update_traces(hovertemplate="%{text}<extra></extra>")


def _area(shares: np.ndarray, values: np.ndarray) -> str:
    return f"area {np.trapezoid(values, shares):.2f}"


def _randomisation_alt(curves: Mapping[str, np.ndarray]) -> str:
    ends = [f"{title} {values[-1]:.2f}" for title, values in curves.items() if np.isfinite(values[-1])]
    if not ends:
        return "No map is left to compare once all layers are randomised."
    return f"Rank correlation with the trained network's map once all layers are randomised: {listed(ends)}."
