"""Many runs in one figure: their curves, and what a setting does to them."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.curves import EPOCH, LOSS, SYMBOLS, smooth, thin
from facelab.plots.frame import count, figure, log_axis, nothing, numbers, plain, positive, whiskers

AXES = {"epoch": (EPOCH, "epoch %{x:.3~f}"), "step": ("Step", "step %{x:,d}"), "seconds": ("Time (s)", "%{x:.3~g} s")}
"""What curves can be drawn against: the axis' title, and a place on it in words."""
ACCURACY = "Accuracy (%)"
DASHES = ("solid", "dash", "dot", "dashdot")
"""For the runs of each round through the colours."""
RAW = 20  # most runs with their raw curves under the smoothed ones
DRAWN = 12_000  # most points in one figure of curves
ASIDE = 0.25  # opacity of the runs beside the chosen one
ENTRY = 46  # px, a line sample in the legend with its gaps
LETTER = 7  # px
NARROW = 310  # px, the legend's width on a narrow page
LEGEND_ROWS = 4  # at most; the legend scrolls beyond
WIDE = 20  # a span of values beyond this factor is drawn on a log axis
APART = 0.012  # of the axis, between the splits' dots


class Curve(NamedTuple):
    """One run's curve: its name, the number of its colour, and float [n] `x` and `y`, NaN and infinity allowed."""

    label: str
    colour: int
    x: np.ndarray
    y: np.ndarray


def overlaid_curves(
    runs: Sequence[Curve],
    x: str = "epoch",
    y: str = LOSS,
    smoothing: float = 0.0,
    log: bool = False,
    percent: bool = False,
    chosen: int | None = None,
) -> go.Figure:
    """One curve per run; the pointer shows one run at a time, a cross where one diverged.

    Args:
        runs: any number of them; a plain tuple will do for each.
        x: a key of `AXES`.
        y: the title of the y axis, with its unit.
        smoothing: 0 (none) to below 1, as in `loss_curves`; the raw curves of up to `RAW` runs lie faint under it.
        log: a logarithmic y axis.
        percent: values are shares, to be shown in per cent.
        chosen: the place in `runs` of the one that stands out.
    """
    title, place = AXES[x]
    runs = [Curve(*run) for run in runs]
    runs = [Curve(run.label, run.colour, *_columns(run, 100 if percent else 1)) for run in runs]
    if not any(np.isfinite(run.y).any() for run in runs):
        return nothing("No curves to compare yet.", x=title, y=y)
    fig = figure(_curves_alt(runs, y, title), palette.HEIGHT, x=title, y=y, hovermode="closest")
    most = max(2, min(palette.POINTS, DRAWN // len(runs)))
    lines = [smooth(run.y, smoothing) for run in runs]
    if smoothing and len(runs) <= RAW:
        quiet = {"showlegend": False, "hoverinfo": "skip", "mode": "lines"}
        fig.add_traces(
            [
                _line(
                    run, run.y, most, log, palette.THIN, _faint(index, chosen), name=plain(f"{run.label}, raw"), **quiet
                )
                for index, run in enumerate(runs)
            ]
        )
    value = "%{y:.1f} %" if percent else "%{y:.4~g}"
    fig.add_traces(
        [
            _line(
                run,
                line,
                most,
                log,
                palette.LINE + (chosen == index),
                1 if chosen in (None, index) else ASIDE,
                hovertemplate=f"<b>{plain(run.label)}</b><br>{place}: {value}<extra></extra>",
            )
            for index, (run, line) in enumerate(zip(runs, lines, strict=True))
        ]
    )
    if log:
        log_axis(fig)
    else:
        fig.update_yaxes(**_range([line for line in lines if len(line)], percent))
    _add_diverged(fig, runs, lines)
    fig.update_xaxes(rangemode="tozero")
    return _legend(fig, [run.label for run in runs])


def against_setting(
    values: Sequence[float | str],
    results: dict[str, np.ndarray],
    setting: str,
    intervals: dict[str, np.ndarray] | None = None,
    y: str = ACCURACY,
    percent: bool = True,
) -> go.Figure:
    """What a setting does: a dot per repeat, a line through the means, whiskers for their intervals.

    Numbers stand where they belong, on a log axis where they span more than a factor of `WIDE`; texts evenly apart.

    Args:
        values: of the setting, one per row.
        results: by split, float [values, repeats]; NaN where a repeat diverged or is missing.
        setting: its name, with its unit.
        intervals: by split, float [values, 2], low and high ends; NaN where unknown.
        y: the title of the y axis, with its unit.
        percent: results and intervals are shares, to be shown in per cent.
    """
    scale = 100 if percent else 1
    results = {split: scale * np.asarray(rows, dtype=np.float64) for split, rows in results.items()}
    if not any(np.isfinite(rows).any() for rows in results.values()):
        return nothing("There are no results to compare yet.", x=setting, y=y)
    names = [value if isinstance(value, str) else f"{value:g}" for value in values]
    at, log = places(values)
    unit = " %" if percent else ""
    fig = figure(_setting_alt(names, results, setting, y, unit), palette.HEIGHT, x=setting, y=y, hovermode="closest")
    span = max(float(np.ptp(at)), 1.0 if isinstance(values[0], str) else 1e-9)
    for index, (split, rows) in enumerate(results.items()):
        ends = None if intervals is None else scale * np.asarray(intervals[split], dtype=np.float64)
        _add_split(fig, at + APART * span * (index - (len(results) - 1) / 2), names, split, rows, ends, unit)
    fig.update_xaxes(
        tickvals=at, ticktext=names, showgrid=False, range=[at.min() - 0.08 * span, at.max() + 0.08 * span]
    )
    if percent:
        fig.update_yaxes(
            range=_within_percent([*results.values(), *(100 * ends for ends in (intervals or {}).values())])
        )
    return fig.update_layout(xaxis_title_text=f"{setting}, log scale" if log else setting)


def _columns(run: Curve, scale: float) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(run.x, dtype=np.float64), scale * np.asarray(run.y, dtype=np.float64)


def _faint(index: int, chosen: int | None) -> float:
    return palette.FAINT * (1 if chosen in (None, index) else ASIDE)


def _line(run: Curve, y: np.ndarray, most: int, log: bool, width: float, opacity: float, **style) -> go.Scatter:
    rows = thin(y, most)
    colour = palette.alpha(palette.category(run.colour), opacity)
    dash = DASHES[run.colour // len(palette.CATEGORIES) % len(DASHES)]
    common = {
        "name": plain(run.label),
        "mode": "lines+markers" if np.isfinite(y).sum() == 1 else "lines",
        "line": {"color": colour, "width": width, "dash": dash},
        "showlegend": True,
    }
    return go.Scatter(x=numbers(run.x[rows]), y=(positive if log else numbers)(y[rows]), **common | style)


def _add_diverged(fig: go.Figure, runs: Sequence[Curve], lines: Sequence[np.ndarray]) -> None:
    """A cross at the last finite value of each run whose values end in something else."""
    ends = []
    for run, line in zip(runs, lines, strict=True):
        known = np.flatnonzero(np.isfinite(line))
        if len(known) and known[-1] < len(line) - 1:
            ends.append((run, run.x[known[-1]], line[known[-1]]))
    if not ends:
        return
    fig.add_scatter(
        x=[x for _, x, _ in ends],
        y=[y for _, _, y in ends],
        mode="markers",
        name="diverged",
        marker={
            "symbol": "x",
            "size": palette.MARKER + 2,
            "color": [palette.category(run.colour) for run, _, _ in ends],
        },
        text=[plain(run.label) for run, _, _ in ends],
        hovertemplate="<b>%{text}</b><br>diverged<extra></extra>",
        showlegend=False,
    )


def _range(lines: Sequence[np.ndarray], percent: bool) -> dict:
    """From zero; where one run blew up the axis is cut at three times where the highest began."""
    if percent:
        return {"range": [0, 103], "tickvals": list(range(0, 101, 20))}
    known = [line[np.isfinite(line)] for line in lines]
    known = [line for line in known if len(line)]
    limit = 3 * max(abs(float(line[0])) for line in known)
    return {"range": [0, limit]} if max(line.max() for line in known) > limit > 0 else {"rangemode": "tozero"}


def _legend(fig: go.Figure, labels: Sequence[str]) -> go.Figure:
    """Room for the legend above the curves on a narrow page, so that it does not eat into them."""
    columns = max(1, NARROW // (ENTRY + LETTER * max(map(len, labels))))
    rows = min(math.ceil(len(labels) / columns), LEGEND_ROWS)
    fig.update_layout(height=palette.HEIGHT + palette.LEGEND * (rows - 1), margin_t=palette.LEGEND * rows)
    return fig.update_layout(legend_maxheight=palette.LEGEND * rows)


def _curves_alt(runs: Sequence[Curve], y: str, x: str) -> str:
    last = {}
    for run in runs:
        known = run.y[np.isfinite(run.y)]
        if len(known) and np.isfinite(run.y[-1]):
            last[run.label] = known[-1]
    lost = sum(len(run.y) > 0 and not np.isfinite(run.y[-1]) for run in runs)
    parts = [f"{y} of {count(len(runs), 'run')} against {x[0].lower()}{x[1:]}"]
    if last:
        least, most = min(last, key=last.get), max(last, key=last.get)
        parts.append(
            f"at the end it is lowest, {last[least]:.3g}, for {least} and highest, {last[most]:.3g}, for {most}"
        )
    if lost:
        parts.append(f"{lost} diverged")
    return "; ".join(parts) + "."


def _within_percent(values: Sequence[np.ndarray]) -> list[float]:
    """An axis over all values that ends at 0 and 100 %, where an interval of few repeats does not."""
    known = np.concatenate([np.ravel(part) for part in values])
    known = known[np.isfinite(known)]
    pad = 0.06 * max(np.ptp(known), 1)
    return [max(known.min() - pad, 0), min(known.max() + pad, 102)]


def places(values: Sequence[float | str]) -> tuple[np.ndarray, bool]:
    """Where values stand on a linear axis, and whether that is in their logarithm."""
    if any(isinstance(value, str | bool) for value in values):
        return np.arange(len(values), dtype=np.float64), False
    at = np.asarray(values, dtype=np.float64)
    log = at.min() > 0 and at.max() > WIDE * at.min()
    return (np.log10(at) if log else at), bool(log)


def _add_split(
    fig: go.Figure,
    at: np.ndarray,
    names: list[str],
    split: str,
    rows: np.ndarray,
    ends: np.ndarray | None,
    unit: str,
) -> None:
    known = np.isfinite(rows)
    total = np.where(known, rows, 0).sum(1)
    mean = np.divide(total, known.sum(1), out=np.full(len(rows), np.nan), where=known.any(1))
    colour = palette.SPLITS.get(split, palette.GREY)
    row, repeat = np.nonzero(known)
    fig.add_scatter(x=numbers(at[row]), y=numbers(rows[row, repeat]), mode="markers", legendgroup=split)
    fig.data[-1].update(name=f"{split}, repeats", showlegend=False, text=[names[index] for index in row])
    fig.data[-1].update(
        marker={
            "color": palette.alpha(colour, 0.45),
            "size": palette.MARKER - 2,
            "symbol": SYMBOLS.get(split, "circle"),
        },
        hovertemplate=f"%{{text}}, {split}: %{{y:.4~g}}{unit}<extra></extra>",
    )
    said = [f"{split}, mean of {number}" for number in known.sum(1)]
    fig.add_scatter(
        x=numbers(at), y=numbers(mean), mode="lines+markers", name=split, legendgroup=split, showlegend=True
    )
    fig.data[-1].update(
        line={"color": colour, "width": palette.LINE},
        marker={"size": palette.MARKER, "symbol": SYMBOLS.get(split, "circle")},
        text=[f"{name}, {words}" for name, words in zip(names, said, strict=True)],
        hovertemplate=f"%{{text}}: %{{y:.4~g}}{unit}<extra></extra>",
    )
    if ends is not None:
        fig.data[-1].update(error_y=whiskers(mean, *ends.T, colour))


def _setting_alt(names: list[str], results: dict[str, np.ndarray], setting: str, y: str, unit: str) -> str:
    repeats = max(rows.shape[1] for rows in results.values())
    parts = [f"{y} against {setting}, {count(len(names), 'value')} with {count(repeats, 'repeat')} each"]
    for split, rows in results.items():
        known = np.isfinite(rows)
        if not known.any():
            continue
        sums = np.where(known, rows, 0).sum(1)
        mean = np.divide(sums, known.sum(1), out=np.full(len(rows), -np.inf), where=known.any(1))
        best = int(mean.argmax())
        parts.append(f"the mean {split} value is highest, {mean[best]:.3g}{unit}, at {names[best]}")
    return "; ".join(parts) + "."
