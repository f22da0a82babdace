"""How sure a network is of whom."""

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import figure, named_rows, nothing


def probability_bars(
    names: list[str] | tuple[str, ...], probabilities: np.ndarray, truth: int | None = None, top: int = 5
) -> go.Figure:
    """The most probable people, most probable first, and the true one also when it is not among them.

    Args:
        names: one per person.
        probabilities: float [people], 0 to 1.
        truth: the true person's index, ticked; None where nobody knows.
        top: how many people.
    """
    chances = np.nan_to_num(np.asarray(probabilities, dtype=np.float64))
    if not len(chances):
        return nothing("There is nobody to choose from.", 3 * palette.ROW)
    order = np.argsort(-chances, kind="stable")
    shown = order[:top].tolist()
    if truth is not None and truth not in shown:
        shown.append(truth)
    labels = [_label(names, person, truth, order[0]) for person in shown]
    bars = go.Bar(
        x=100 * chances[shown],
        y=list(range(len(shown))),
        customdata=labels,
        orientation="h",
        marker={"color": [_colour(person, truth, order[0]) for person in shown], "line_width": 0},
        text=[f"{100 * chances[person]:.1f} %" for person in shown],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{customdata}: %{x:.2f} %<extra></extra>",
    )
    height = 72 + 1.5 * palette.ROW * len(shown)
    fig = figure(_alt(names, chances, order[0], truth), height, [bars], x="Probability (%)", bargap=0.3)
    # Room for the text behind a bar of 100 %.
    fig.update_xaxes(range=[0, 116], tickvals=[0, 25, 50, 75, 100])
    return named_rows(fig, labels).update_yaxes(tickfont_size=palette.FONT)


def _label(names, person: int, truth: int | None, guess: int) -> str:
    if person == truth:
        return f"✓ {names[person]}"
    return f"✕ {names[person]}" if person == guess and truth is not None else names[person]


def _colour(person: int, truth: int | None, guess: int) -> str:
    if person == truth:
        return palette.RIGHT
    if person != guess:
        return palette.GREY
    return palette.BLUE if truth is None else palette.WRONG


def _alt(names, chances: np.ndarray, guess: int, truth: int | None) -> str:
    first = f"The network gives {names[guess]} {100 * chances[guess]:.0f} %"
    if truth is None:
        return f"{first}, more than anybody else."
    if truth == guess:
        return f"{first}, and is right."
    return f"{first}, but it is {names[truth]}, who gets {100 * chances[truth]:.0f} %."
