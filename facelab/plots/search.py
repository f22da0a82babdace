"""What a search, or a grid, found: every trial's settings, which of them count, and how it went."""

from collections.abc import Sequence
from numbers import Real

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.compare import places
from facelab.plots.frame import count, figure, listed, named_rows, nothing, numbers

VALUES = 8  # distinct values up to which a parallel axis names each


def parallel_coordinates(
    columns: dict[str, Sequence], metric: np.ndarray, title: str = "Validation accuracy (%)", percent: bool = True
) -> go.Figure:
    """A line per run through its value of every setting to its metric, which also colours it.

    Numbers stand as in `against_setting`; texts, truths and lists evenly apart.

    Args:
        columns: by setting, one value per run.
        metric: float [runs]; runs without a finite one are left out.
        title: of the metric, with its unit.
        percent: the metric is a share, to be shown in per cent.
    """
    metric = (100 if percent else 1) * np.asarray(metric, dtype=np.float64)
    kept = np.flatnonzero(np.isfinite(metric))
    if not len(kept):
        return nothing("There are no results to compare yet.")
    known = {name: [values[row] for row in kept] for name, values in columns.items()}
    shown = metric[kept]
    last = {"label": title, "values": numbers(shown), "tickformat": ".3~g"}
    fig = figure(_parallel_alt(known, shown, len(metric), title), palette.HEIGHT)
    fig.add_parcoords(
        dimensions=[*(_dimension(name, values) for name, values in known.items()), last],
        line={"color": numbers(shown), "colorscale": palette.colorscale(palette.DEPTH)},
        labelfont_size=palette.SMALL,
        tickfont_size=palette.SMALL,
        rangefont={"size": palette.SMALL, "color": palette.CLEAR},
        labelangle=-20,
        unselected_line={"color": palette.GREY, "opacity": 0.1},
    )
    return fig.update_layout(margin={"l": 56, "r": 64, "t": 84, "b": 20})


def importances(names: Sequence[str], shares: Sequence[float] | np.ndarray) -> go.Figure:
    """How much each setting counts: bars, the greatest first.

    Args:
        names: of the settings.
        shares: float [settings], 0 to 1.
    """
    shares = np.asarray(shares, dtype=np.float64)
    if not len(shares):
        return nothing("Importances need a few more finished trials.", 3 * palette.ROW)
    order = np.argsort(-shares, kind="stable")
    bars = go.Bar(
        x=100 * shares[order],
        y=list(range(len(order))),
        orientation="h",
        marker={"color": palette.BLUE, "line_width": 0},
        text=[f"{100 * share:.0f} %" for share in shares[order]],
        textposition="outside",
        cliponaxis=False,
        hoverinfo="skip",
    )
    said = [f"{names[row]} {100 * shares[row]:.0f} %" for row in order]
    alt = f"Share of the variation that each setting explains: {listed(said)}."
    fig = figure(alt, 72 + 1.5 * palette.ROW * len(order), [bars], x="Share of the variation explained (%)", bargap=0.3)
    # Room for the text behind a bar of 100 %.
    fig.update_xaxes(range=[0, 116], tickvals=[0, 25, 50, 75, 100])
    return named_rows(fig, [names[row] for row in order])


def search_history(
    trials: np.ndarray,
    values: np.ndarray,
    best: np.ndarray,
    pruned: np.ndarray,
    y: str = "Validation accuracy (%)",
) -> go.Figure:
    """A search from its first trial to its last: a dot per trial, hollow where it was pruned, and the best so far.

    Args:
        trials: int [n], their numbers.
        values: float [n], 0 to 1; NaN for trials that failed.
        best: float [n], the best finished trial's value so far; NaN before there is one.
        pruned: bool [n].
        y: the title of the y axis.
    """
    title = "Trial"
    trials, pruned = np.asarray(trials), np.asarray(pruned, dtype=bool)
    values, best = (100 * np.asarray(column, dtype=np.float64) for column in (values, best))
    if not len(trials):
        return nothing("No trial has ended yet.", x=title, y=y)
    fig = figure(_search_alt(trials, best, pruned), palette.HEIGHT, x=title, y=y, hovermode="closest")
    fig.add_scatter(x=trials, y=numbers(best), mode="lines", name="best so far", hoverinfo="skip")
    fig.data[-1].update(line={"color": palette.ORANGE, "width": palette.LINE, "shape": "hv"})
    for name, rows, symbol in (("finished", ~pruned, "circle"), ("pruned", pruned, "circle-open")):
        if rows.any():
            fig.add_scatter(x=trials[rows], y=numbers(values[rows]), mode="markers", name=name)
            fig.data[-1].update(marker={"color": palette.BLUE, "size": palette.MARKER + 1, "symbol": symbol})
            fig.data[-1].update(hovertemplate=f"trial %{{x}}, {name}: %{{y:.1f}} %<extra></extra>")
    return fig.update_layout(showlegend=True)


def _dimension(name: str, values: Sequence) -> dict:
    """One parallel axis: numbers as they are or in their logarithm, all else by number with its text."""
    numeric = all(isinstance(value, Real) and not isinstance(value, bool) for value in values)
    if not numeric:
        texts = [str(value) for value in values]
        distinct = list(dict.fromkeys(texts))
        ticks = list(range(len(distinct)))
        return {
            "label": name,
            "values": [distinct.index(text) for text in texts],
            "tickvals": ticks,
            "ticktext": distinct,
        }
    at, log = places(values)
    distinct = sorted(set(values))
    if len(distinct) > VALUES:
        ticks = np.linspace(at.min(), at.max(), 5)
        distinct = [float(f"{value:.2g}") for value in (10**ticks if log else ticks)]
    ticks = np.log10(distinct) if log else distinct
    return {"label": name, "values": numbers(at), "tickvals": ticks, "ticktext": [f"{value:g}" for value in distinct]}


def _parallel_alt(columns: dict[str, Sequence], metric: np.ndarray, total: int, title: str) -> str:
    best = int(metric.argmax())
    where = listed([f"{name} {_text(values[best])}" for name, values in columns.items()])
    lost = f"; {total - len(metric)} diverged" if total > len(metric) else ""
    span = f"from {metric.min():.3g} to {metric.max():.3g}"
    return f"{title} of {count(total, 'run')} {span}, highest at {where}{lost}."


def _text(value) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def _search_alt(trials: np.ndarray, best: np.ndarray, pruned: np.ndarray) -> str:
    start = f"{count(len(trials), 'trial')}, {int(pruned.sum())} of them pruned"
    if not np.isfinite(best).any():
        return f"{start}; none has finished."
    reached = trials[int(np.nanargmax(best))]
    return f"{start}; the best validation accuracy, {np.nanmax(best):.3g} %, comes from trial {reached}."
