"""How much of the gradient reaches each layer of a deep network."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.curves import EPOCH
from facelab.plots.frame import count, figure, nothing, numbers

TITLE = "Layer (first at the bottom)"
NORM = "Gradient norm"
NAMED = 12  # layers up to which each has its name on the axis
LOST = {"zero": palette.GREY, "not a finite number": palette.VERMILION}
"""Cells that a logarithm has no place for, and their colours."""


def powers_of(maps: Sequence[np.ndarray]) -> tuple[int, int]:
    """The whole powers of ten between which all norms of several maps lie that are finite and not 0."""
    known = np.concatenate([np.ravel(norms) for norms in maps])
    known = np.log10(known[np.isfinite(known) & (known > 0)])
    low, high = (math.floor(known.min()), math.ceil(known.max())) if len(known) else (0, 1)
    return low, max(high, low + 1)


def gradient_map(
    norms: np.ndarray,
    layers: list[str],
    epochs: np.ndarray | None = None,
    title: str = NORM,
    powers: tuple[int, int] | None = None,
) -> go.Figure:
    """A cell per layer and epoch, coloured by the power of ten of the gradient's size; zero has a colour of its own.

    Args:
        norms: float [layers, epochs], first layer first, 0 or more; NaN and infinity allowed.
        layers: one name per layer, all different.
        epochs: float [epochs], evenly apart; 1, 2, ... if not given.
        title: what the norms are.
        powers: of ten, the ends of the colours, so that several maps compare; else those of this one.
    """
    norms = np.asarray(norms, dtype=np.float64)
    if not norms.size:
        return nothing("No gradient norms yet.", x=EPOCH, y=TITLE)
    at = np.arange(1, norms.shape[1] + 1) if epochs is None else np.asarray(epochs)
    shown = np.isfinite(norms) & (norms > 0)
    logs = np.log10(norms, where=shown, out=np.full(norms.shape, np.nan))
    fig = figure(_alt(norms, shown, layers, title), palette.HEIGHT, x=EPOCH, y=TITLE)
    fig.update_layout(hovermode="closest", hoverdistance=-1, dragmode=False)
    fig.add_heatmap(x=at, y=layers, z=numbers(logs), **_colours(powers or powers_of([norms]), title), name="")
    hover = "%{y}, epoch %{x:.3~f}: %{customdata:.2e}<extra></extra>"
    fig.data[-1].update(customdata=numbers(norms), hovertemplate=hover)
    _add_lost(fig, at, layers, norms)
    return _fix_axes(fig, layers, at)


def _colours(powers: tuple[int, int], title: str) -> dict:
    """Colours between two powers of ten, with the bar's ticks at whole ones."""
    low, high = powers
    ticks = list(range(low, high + 1, -(-(high - low) // 8)))
    return {
        "zmin": low,
        "zmax": high,
        "colorscale": palette.colorscale(palette.SEQUENTIAL),
        "colorbar": {
            "title": {"text": title, "side": "right"},
            "tickvals": ticks,
            "ticktext": [f"10<sup>{power}</sup>".replace("-", "−") for power in ticks],
            "tickfont_size": palette.SMALL,
            "thickness": palette.BAR,
            "outlinewidth": 0,
        },
    }


def _add_lost(fig: go.Figure, at: np.ndarray, layers: list[str], norms: np.ndarray) -> None:
    """Cells of `LOST` over those that have a colour, each kind with an entry in the legend."""
    kinds = _lost(norms)
    if not any(cells.any() for cells in kinds.values()):
        return
    codes = sum((code * cells for code, cells in enumerate(kinds.values(), 1)), np.zeros(norms.shape))
    fig.add_heatmap(x=at, y=layers, z=codes.astype(np.uint8), zmin=0, zmax=len(LOST), showscale=False, hoverinfo="skip")
    fig.data[-1].update(colorscale=palette.colorscale((palette.CLEAR, *LOST.values())), name="")
    for kind, cells in kinds.items():
        if cells.any():
            # A heatmap has no entry of its own in a legend.
            fig.add_scatter(x=[None], y=[None], mode="markers", name=kind, showlegend=True, hoverinfo="skip")
            fig.data[-1].update(marker={"color": LOST[kind], "size": palette.BADGE, "symbol": "square"})


def _lost(norms: np.ndarray) -> dict[str, np.ndarray]:
    return {"zero": norms == 0, "not a finite number": ~np.isfinite(norms)}


def _fix_axes(fig: go.Figure, layers: list[str], at: np.ndarray) -> go.Figure:
    """Names where there is room for them, else the numbers of some layers."""
    step = 1 if len(layers) <= NAMED else 5 * math.ceil(len(layers) / 50)
    rows = range(len(layers)) if step == 1 else [0, *range(step - 1, len(layers), step)]
    texts = layers if step == 1 else [str(row + 1) for row in rows]
    half = float(at[-1] - at[0]) / max(len(at) - 1, 1) / 2 or 0.5
    fig.update_xaxes(showgrid=False, range=[at[0] - half, at[-1] + half])
    # By name, so that the pointer shows names without one for each cell.
    fig.update_yaxes(type="category", tickvals=[layers[row] for row in rows], ticktext=texts)
    return fig.update_yaxes(showgrid=False, range=[-0.5, len(layers) - 0.5])


def _alt(norms: np.ndarray, shown: np.ndarray, layers: list[str], title: str) -> str:
    start = f"{title} of {count(len(layers), 'layer')} over {count(norms.shape[1], 'epoch')}"
    rest = "".join(
        f"; {100 * cells.mean():.0f} % of it is {kind}" for kind, cells in _lost(norms).items() if cells.any()
    )
    known = np.flatnonzero(shown.any(0))
    if not len(known):
        return f"{start}{rest}."
    first, last = norms[[0, -1], known[-1]]
    when = "In the last epoch" if known[-1] == norms.shape[1] - 1 else "At last"
    return f"{start}{rest}. {when} it goes from {first:.2g} in {layers[0]} to {last:.2g} in {layers[-1]}."
