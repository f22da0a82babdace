"""Whom a face may show, from most to least probable."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, figure, listed, named_rows, nothing, plain

MOST = 8  # people that are shown


def ranked_people(names: Sequence[str], probabilities: Sequence[float], is_known: bool = True) -> go.Figure:
    """A bar per person, the most probable above; at most `MOST`, the rest counted.

    Args:
        names: by descending probability; as text, no markup.
        probabilities: 0 to 1 each.
        is_known: whether the first is to be believed; else its bar is grey like the others.
    """
    if not names:
        return nothing("There is nobody to choose from.")
    shown, shares = list(names[:MOST]), 100 * np.asarray(probabilities[:MOST], np.float32)
    first = [f"{name} {share:.1f} %" for name, share in zip(shown[:3], shares, strict=False)]
    more = f", and {count(len(names) - MOST, 'person')} less probable" if len(names) > MOST else ""
    alt = f"The most probable of {count(len(names), 'person')}: {listed(first)}{more}."
    fig = figure(alt, 56 + 1.25 * palette.ROW * len(shown), x="Probability (%)", bargap=0.3, hovermode="closest")
    labels = [plain(name) for name in shown]
    colours = [palette.BLUE if is_known else palette.GREY, *[palette.GREY] * (len(shown) - 1)]
    fig.add_bar(
        x=shares,
        y=list(range(len(shown))),
        orientation="h",
        marker={"color": colours, "line_width": 0},
        text=[f"{share:.1f} %" for share in shares],
        textposition="outside",
        cliponaxis=False,
        customdata=labels,
        hovertemplate="%{customdata}<br>%{x:.2f} %<extra></extra>",
        showlegend=False,
    )
    fig.update_xaxes(range=[0, 114], tickvals=[0, 25, 50, 75, 100])
    return named_rows(fig, labels)
