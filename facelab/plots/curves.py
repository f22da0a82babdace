"""What happened during training: loss, accuracy, learning rate and gradient norms over the epochs."""

import math
from typing import Literal

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, figure, log_axis, nothing, numbers, positive

EPOCH = "Epoch"
LOSS = "Cross-entropy loss (nats)"
LAYERS = 20  # most whose gradients are drawn one by one
SYMBOLS = {"train": "circle", "validation": "diamond", "test": "square"}


def loss_curves(
    steps: dict[str, np.ndarray],
    epochs: dict[str, np.ndarray],
    log: bool = False,
    smoothing: float = 0.6,
    best_epoch: int | None = None,
    diverged: int | None = None,
    total_epochs: int | None = None,
    loss: str = LOSS,
) -> go.Figure:
    """Training loss at every step, and the loss of each split after every epoch.

    Args:
        steps: "epoch" float [n] (fractional) and "loss" float [n], NaN and infinity allowed.
        epochs: "epoch" [m], and "train_loss", "validation_loss" and "test_loss" float [m] where they are known.
        log: a logarithmic loss axis.
        smoothing: 0 (none) to below 1, the weight of the past in the smoothed curve, as in TensorBoard.
        best_epoch: marked, if given.
        diverged: the row of `steps` at which the loss stopped being a number; marked, if given.
        total_epochs: planned epochs, so that the axis stands still during training.
        loss: the loss axis' title, with its unit.
    """
    at, values = _column(steps, "epoch"), _column(steps, "loss")
    if not len(at) and not len(_column(epochs, "epoch")):
        return nothing("No training steps yet.", x=EPOCH, y=loss)
    smoothed = smooth(values, smoothing)
    fig = figure(_loss_alt(at, smoothed, epochs, best_epoch, diverged), palette.HEIGHT, x=EPOCH, y=loss)
    if len(at):
        _add_steps(fig, at, values, smoothed, raw=smoothing > 0)
    _add_epochs(fig, epochs, "train", "loss", dots_only=len(at) > 0)
    for split in ("validation", "test"):
        _add_epochs(fig, epochs, split, "loss")
    _fix_epochs(fig, total_epochs)
    fig.update_layout(hovermode="x")
    if log:
        log_axis(fig)
    else:
        fig.update_yaxes(**_loss_range(values, epochs))
    _mark_best(fig, best_epoch)
    if diverged is not None:
        place = float(at[min(diverged, len(at) - 1)]) if len(at) else 0.0
        _mark(fig, place, "diverged", palette.WRONG, dash="dash")
    return fig


def accuracy_curves(
    epochs: dict[str, np.ndarray],
    best_epoch: int | None = None,
    chance: float | None = None,
    total_epochs: int | None = None,
) -> go.Figure:
    """The accuracy of each split after every epoch, in per cent.

    Args:
        epochs: "epoch" [m], and the "accuracy" of "train_", "validation_" and "test_" float [m], 0 to 1, where known.
        best_epoch: marked, if given.
        chance: the accuracy of guessing, 0 to 1; a dotted line, if given.
        total_epochs: planned epochs, so that the axis stands still during training.
    """
    title = "Accuracy (%)"
    if not len(_column(epochs, "epoch")):
        return nothing("No finished epoch yet.", x=EPOCH, y=title)
    fig = figure(_accuracy_alt(epochs, best_epoch, chance), palette.HEIGHT, x=EPOCH, y=title, hovermode="x unified")
    for split in ("train", "validation", "test"):
        _add_epochs(fig, epochs, split, "accuracy", scale=100, hover="%{y:.1f} %")
    _fix_epochs(fig, total_epochs)
    fig.update_yaxes(range=[0, 112], tickvals=list(range(0, 101, 20)))  # room for a label above the curves
    if chance is not None:
        fig.add_hline(100 * chance, line={"color": palette.CHANCE, "width": palette.LINE, "dash": "dot"})
        note = {"text": f"chance {100 * chance:.3g} %", "font": {"size": palette.SMALL, "color": palette.GREY}}
        fig.add_annotation(note, x=1, xref="paper", y=100 * chance, xanchor="right", yanchor="bottom", showarrow=False)
    _mark_best(fig, best_epoch)
    return fig


def rate_curve(epochs: dict[str, np.ndarray], log: bool = False, total_epochs: int | None = None) -> go.Figure:
    """The learning rate of every epoch: "epoch" [m] and "learning_rate" float [m]."""
    title = "Learning rate"
    at, rate = _column(epochs, "epoch"), _column(epochs, "learning_rate")
    known = rate[np.isfinite(rate)]
    if not len(known):
        return nothing("No finished epoch yet.", x=EPOCH, y=title)
    path = "stays at" if known.min() == known.max() else f"goes from {known[0]:.3g} to"
    alt = f"The learning rate {path} {known[-1]:.3g} over {count(len(at), 'epoch')}."
    line = go.Scatter(x=numbers(at), y=positive(rate) if log else numbers(rate), mode=_mode(len(at)), name=title)
    line.update(line={"color": palette.BLUE, "width": palette.LINE}, marker_size=palette.MARKER)
    line.update(hovertemplate="epoch %{x:.3~f}: %{y:.4~g}<extra></extra>")
    fig = figure(alt, palette.HEIGHT * 0.7, [line], x=EPOCH, y=title, showlegend=False, hovermode="x")
    if log:
        log_axis(fig)
    else:
        fig.update_yaxes(rangemode="tozero")
    return _fix_epochs(fig, total_epochs)


def norm_curves(
    epochs: dict[str, np.ndarray],
    total_epochs: int | None = None,
    powers: tuple[int, int] | None = None,
    of: Literal["gradient", "weight"] = "gradient",
) -> go.Figure:
    """The norm of each layer's gradient or weight, on a log axis; colour runs from the first layer to the last.

    Of more than `LAYERS` layers five are drawn: the first, the last, and those at each quarter. Where more than eight
    are drawn, only the first and the last are in the legend.

    Args:
        epochs: "epoch" [m], and "gradient_norm.<layer>" or "weight_norm.<layer>" float [m], first layer first.
        total_epochs: planned epochs, so that the axis stands still during training.
        powers: of ten, the ends of the axis, so that several figures compare.
    """
    title, prefix = f"{of.capitalize()} norm", f"{of}_norm."
    layers = [key.removeprefix(prefix) for key in epochs if key.startswith(prefix)]
    at = _column(epochs, "epoch")
    if not layers or not len(at):
        return nothing(f"No {of} norms yet.", x=EPOCH, y=title)
    fig = figure(_norm_alt(epochs, layers, of), palette.HEIGHT, x=EPOCH, y=title, hovermode="closest")
    colours = palette.along(palette.DEPTH, len(layers))
    drawn = range(len(layers)) if len(layers) <= LAYERS else np.linspace(0, len(layers) - 1, 5).round().astype(int)
    for index in drawn:
        layer, colour = layers[index], colours[index]
        ends = {0: f"{layer} (first)", len(layers) - 1: f"{layer} (last)"}
        fig.add_scatter(
            x=numbers(at),
            y=positive(epochs[prefix + layer]),
            name=layer if len(layers) == 1 else ends.get(index, layer),
            mode=_mode(len(at)),
            line={"color": colour, "width": palette.LINE},
            marker_size=palette.MARKER - 2,
            showlegend=len(drawn) <= 8 or index in ends,
            hovertemplate=f"{layer}<br>epoch %{{x:.3~f}}: %{{y:.3g}}<extra></extra>",
        )
    fig.update_layout(showlegend=True)
    if powers:
        step = math.ceil((powers[1] - powers[0]) / 6)
        fig.update_yaxes(type="log", range=powers, dtick=step, exponentformat="power")
    else:
        log_axis(fig)
    return _fix_epochs(fig, total_epochs)


def smooth(values: np.ndarray, weight: float) -> np.ndarray:
    """Exponential moving average, corrected for its start at zero (Kingma and Ba, arXiv 1412.6980): float64 [n].

    `weight`, 0 to below 1, is what the past counts for. What is not finite is passed over and stays NaN.
    """
    out = np.full(len(values), np.nan)
    total = share = 0.0
    for index, value in enumerate(np.asarray(values, dtype=np.float64).tolist()):
        if math.isfinite(value):
            total = weight * total + (1 - weight) * value
            share = weight * share + (1 - weight)
            out[index] = total / share
    return out


def thin(values: np.ndarray, most: int = palette.POINTS) -> np.ndarray:
    """Rows of at most about `most` values that draw the same line: each bucket's lowest and highest. int64, ascending.

    Why not WebGL: a browser keeps few WebGL contexts, and the bytes would travel at every update.
    """
    if len(values) <= most:
        return np.arange(len(values))
    size = -(-2 * len(values) // most)
    filled = np.full((-(-len(values) // size), size), np.nan)
    filled.flat[: len(values)] = values
    known = np.isfinite(filled)
    start = np.arange(len(filled)) * size
    low = start + np.where(known, filled, np.inf).argmin(1)
    high = start + np.where(known, filled, -np.inf).argmax(1)
    return np.unique([*low, *high, len(values) - 1])


def _column(table: dict[str, np.ndarray], key: str) -> np.ndarray:
    return np.asarray(table.get(key, ()), dtype=np.float64)


def _mode(points: int) -> str:
    return "lines+markers" if points <= 40 else "lines"


def _add_steps(fig: go.Figure, at: np.ndarray, values: np.ndarray, smoothed: np.ndarray, raw: bool) -> None:
    colour = palette.SPLITS["train"]
    if raw:
        rows = thin(values)
        faint = {"color": palette.alpha(colour, palette.FAINT), "width": palette.THIN}
        fig.add_scatter(x=numbers(at[rows]), y=numbers(values[rows]), mode="lines", line=faint, name="train, raw")
        fig.data[-1].update(showlegend=False, hoverinfo="skip")
    rows = thin(smoothed, palette.POINTS // 2)
    fig.add_scatter(
        x=numbers(at[rows]),
        y=numbers(smoothed[rows]),
        mode="lines+markers" if len(rows) == 1 else "lines",
        line={"color": colour, "width": palette.LINE},
        name="train, running mean" if raw else "train",
        hovertemplate="train, epoch %{x:.2f}: %{y:.4f}<extra></extra>",
    )


def _add_epochs(
    fig: go.Figure,
    epochs: dict[str, np.ndarray],
    split: str,
    metric: str,
    scale: float = 1,
    hover: str | None = None,
    dots_only: bool = False,
) -> None:
    """One split's curve, a point per epoch; with `dots_only` beside a line that is there already."""
    values = scale * _column(epochs, f"{split}_{metric}")
    if not np.isfinite(values).any():
        return
    fig.add_scatter(
        x=numbers(_column(epochs, "epoch")),
        y=numbers(values),
        name=f"{split}, epoch mean" if dots_only else split,
        mode="markers" if dots_only else _mode(len(values)),
        line={"color": palette.SPLITS[split], "width": palette.LINE},
        marker={
            "color": palette.SPLITS[split],
            "size": palette.MARKER,
            "symbol": SYMBOLS[split] + ("-open" if dots_only else ""),
        },
        hovertemplate=hover or f"{split}, epoch %{{x:.3~f}}: %{{y:.4f}}<extra></extra>",
        showlegend=True,
    )


def _fix_epochs(fig: go.Figure, total_epochs: int | None) -> go.Figure:
    """Axes and margins that stand still while the curves grow; the browser also draws them faster so."""
    fig.update_layout(margin={"l": 56, "b": 44, "t": palette.LEGEND})
    fig.update_xaxes(automargin=False)
    fig.update_yaxes(automargin=False)
    if total_epochs:
        fig.update_xaxes(range=[0, total_epochs * 1.015])
    return fig.update_xaxes(rangemode="tozero", hoverformat=".3~f")


def _loss_range(values: np.ndarray, epochs: dict[str, np.ndarray]) -> dict:
    """From zero; a loss that blew up is cut at three times where it began, or nothing else could be seen."""
    known = np.concatenate([values, _column(epochs, "train_loss"), _column(epochs, "validation_loss")])
    known = known[np.isfinite(known)]
    if not len(known) or known.max() <= 3 * abs(known[0]):
        return {"rangemode": "tozero"}
    return {"range": [0, 3 * abs(float(known[0]))]}


def _mark_best(fig: go.Figure, best_epoch: int | None) -> None:
    if best_epoch is not None:
        _mark(fig, best_epoch, f"best epoch, {best_epoch}", palette.GREY, dash="dot")


def _mark(fig: go.Figure, place: float, text: str, colour: str, dash: str) -> None:
    """A vertical line with its label on the side where there is room."""
    ends = fig.layout.xaxis.range or (0, max((np.nanmax(t.x) for t in fig.data if len(t.x)), default=1))
    left = place > sum(ends) / 2
    fig.add_vline(place, line={"color": colour, "width": palette.THIN, "dash": dash})
    fig.add_annotation(
        text=text,
        x=place,
        y=1,
        yref="paper",
        xanchor="right" if left else "left",
        yanchor="top",
        xshift=-4 if left else 4,
        showarrow=False,
        font={"size": palette.SMALL, "color": colour},
    )


def _path(subject: str, values: np.ndarray, unit: str = "") -> str:
    """'Training loss falls from 3.7 to 0.4', or '' where nothing is known."""
    known = values[np.isfinite(values)]
    if not len(known):
        return ""
    if len(known) == 1:
        return f"{subject} is {known[0]:.3g}{unit}"
    if known[0] == known[-1]:
        return f"{subject} ends where it began, at {known[0]:.3g}{unit}"
    return (
        f"{subject} {'falls' if known[-1] < known[0] else 'rises'} from {known[0]:.3g}{unit} to {known[-1]:.3g}{unit}"
    )


def _best(epochs: dict[str, np.ndarray], values: np.ndarray, best_epoch: int | None, lowest: bool) -> tuple | None:
    """(epoch, value) of the marked epoch or, without one, of the best value; None where nothing is known."""
    at = _column(epochs, "epoch")
    if not np.isfinite(values).any():
        return None
    chosen = np.flatnonzero(at == best_epoch) if best_epoch is not None else []
    row = chosen[0] if len(chosen) else (np.nanargmin if lowest else np.nanargmax)(numbers(values))
    return at[row], values[row]


def _at_best(epoch: float, value: float, word: str, unit: str = "") -> str:
    """'is lowest, 0.61, at epoch 9', or 'is 0.61 at epoch 9' where no word fits."""
    return f"is {word}, {value:.3g}{unit}, at epoch {epoch:g}" if word else f"is {value:.3g}{unit} at epoch {epoch:g}"


def _loss_alt(at, smoothed, epochs, best_epoch, diverged) -> str:
    ran = max([*at[-1:], *_column(epochs, "epoch")[-1:]])
    train = _column(epochs, "train_loss")
    values = smoothed if np.isfinite(smoothed).any() else train
    parts = [_path("Training loss", values) or "The training loss is never a number"]
    parts[0] += f" over {ran:.3g} epoch{'' if ran == 1 else 's'}"
    validation = _column(epochs, "validation_loss")
    best = _best(epochs, validation, best_epoch, lowest=True)
    if best:
        lowest = best[1] <= np.min(validation[np.isfinite(validation)])
        parts.append(f"validation loss {_at_best(*best, 'lowest' if lowest else '')}")
    if diverged is not None:
        parts.append("the run diverges" + (f" at epoch {at[min(diverged, len(at) - 1)]:.2f}" if len(at) else ""))
    return "; ".join(parts) + "."


def _accuracy_alt(epochs, best_epoch, chance) -> str:
    train = 100 * _column(epochs, "train_accuracy")
    validation = 100 * _column(epochs, "validation_accuracy")
    parts = [part for part in [_path("Training accuracy", train, " %")] if part]
    best = _best(epochs, validation, best_epoch, lowest=False)
    if best:
        highest = best[1] >= np.max(validation[np.isfinite(validation)])
        parts.append(f"validation accuracy {_at_best(*best, 'best' if highest else '', ' %')}")
    if chance is not None:
        parts.append(f"guessing would reach {100 * chance:.3g} %")
    sentence = "; ".join(parts) or "no accuracy is known"
    return sentence[0].upper() + sentence[1:] + "."


def _norm_alt(epochs: dict[str, np.ndarray], layers: list[str], of: str) -> str:
    last = {layer: numbers(epochs[f"{of}_norm.{layer}"])[-1] for layer in layers}
    known = {layer: value for layer, value in last.items() if np.isfinite(value)}
    if not known:
        return f"{of.capitalize()} norms of {count(len(layers), 'layer')}; none is a finite number in the last epoch."
    least, most = min(known, key=known.get), max(known, key=known.get)
    if len(known) == 1:
        return f"The {of} norm of {most} is {known[most]:.3g} in the last epoch."
    span = f"from {known[least]:.3g} in {least} to {known[most]:.3g} in {most}"
    return f"In the last epoch the {of} norms of {count(len(layers), 'layer')} reach {span}."
