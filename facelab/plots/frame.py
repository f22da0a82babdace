"""What all figures share: transparent ground, quiet axes, the legend above the data, a sentence to be read aloud.

Text has no colour here: Streamlit's theme colours it, light or dark.
"""

import html
import math

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette


def figure(alt: str, height: float, traces=(), x: str = "", y: str = "", **layout) -> go.Figure:
    """A figure in facelab's style.

    Args:
        alt: one sentence saying what the figure shows; kept in `layout.meta["alt"]`.
        height: px; the width follows the page.
        traces: Plotly traces.
        x, y: axis titles, with units.
        layout: further layout, over the style's.
    """
    fig = go.Figure(
        list(traces),
        layout={
            # An empty template: the default one is seven kilobytes that Streamlit's theme overrides anyway.
            "template": go.layout.Template(),
            "meta": {"alt": alt},
            "height": round(height),
            "paper_bgcolor": palette.CLEAR,
            "plot_bgcolor": palette.CLEAR,
            "font_size": palette.FONT,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 8, "pad": 0},
            # The same for every update of a figure, so that zoom and hidden curves survive it.
            "uirevision": "facelab",
            "dragmode": "zoom",
            "modebar": {"bgcolor": palette.CLEAR, "color": palette.AXIS, "activecolor": palette.BLUE},
            "legend": {
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "bgcolor": palette.CLEAR,
                "title_text": "",
            },
            "xaxis": axis(x),
            "yaxis": axis(y),
        },
    )
    return fig.update_layout(layout)


def alt(fig: go.Figure) -> str:
    """The sentence that stands in for the figure: `st.plotly_chart(fig, alt=alt(fig))`."""
    return fig.layout.meta["alt"]


def axis(title: str) -> dict:
    """A quiet axis with its title."""
    return {
        "title": {"text": title, "standoff": 8},
        "automargin": True,
        "gridcolor": palette.GRID,
        "linecolor": palette.AXIS,
        "zeroline": False,
        "tickfont_size": palette.SMALL,
        # Plotly's own line under the pointer is black, whatever the page.
        "spikecolor": palette.GREY,
        "spikethickness": 1,
        "spikedash": "dot",
    }


def canvas(alt: str, width: float, depth: float, height: float, traces=(), **layout) -> go.Figure:
    """A figure without axes whose units are square: x runs right from 0 to `width`, y down from 0 to `depth`."""
    bare = {"showgrid": False, "showline": False, "showticklabels": False, "automargin": False, "title": None}
    fig = figure(alt, height, traces, hovermode="closest", hoverdistance=-1, dragmode=False)
    fig.update_xaxes(**bare, range=[0, width], constrain="domain", constraintoward="left")
    fig.update_yaxes(**bare, range=[depth, 0], scaleanchor="x", constrain="domain", constraintoward="top")
    fig.update_layout(margin={"l": 4, "r": 4, "t": 4, "b": 4})
    return fig.update_layout(layout)


def plain(text: str) -> str:
    """What somebody typed, safe from being read as Plotly's markup."""
    return html.escape(text, quote=False)


def named_rows(fig: go.Figure, names: list[str]) -> go.Figure:
    """The y axis of horizontal bars at 0, 1, ...: a name each, downwards.

    Bars lie at numbers because two people may have one name, and a name such as "7" would be taken for a number.
    """
    fig.update_yaxes(tickvals=list(range(len(names))), ticktext=names, ticklabelstandoff=4, showgrid=False)
    return fig.update_yaxes(range=[len(names) - 0.5, -0.5])


def nothing(sentence: str, height: float = palette.HEIGHT, x: str = "", y: str = "") -> go.Figure:
    """A figure with nothing to show yet, saying so."""
    fig = figure(sentence, height, x=x, y=y)
    fig.update_xaxes(range=[0, 1], showticklabels=False)
    fig.update_yaxes(range=[0, 1], showticklabels=False)
    note = {"text": sentence, "font_color": palette.GREY, "showarrow": False}
    return fig.add_annotation(note, x=0.5, y=0.5, xref="paper", yref="paper")


def numbers(values) -> np.ndarray:
    """Values as Plotly should get them: float32, half the bytes; NaN, a gap in the line, for all that is not finite."""
    with np.errstate(over="ignore"):
        narrow = np.asarray(values, dtype=np.float64).astype(np.float32)
    return np.where(np.isfinite(narrow), narrow, np.float32(np.nan))


def positive(values) -> np.ndarray:
    """`numbers` that a log axis can show; the rest becomes a gap."""
    shown = numbers(values)
    return np.where(shown > 0, shown, np.float32(np.nan))


def whiskers(value: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str = palette.GREY, width: int = 4) -> dict:
    """Intervals around `value`, float [n] each, for `error_x` or `error_y`; `width` in px is that of the ends."""
    return {
        "type": "data",
        "symmetric": False,
        "array": numbers(high - value),
        "arrayminus": numbers(value - low),
        "color": colour,
        "thickness": palette.THIN,
        "width": width,
    }


def log_axis(fig: go.Figure) -> None:
    """A log y axis: ticks at 1, 2 and 5 over up to two decades, else at the powers of ten."""
    shown = np.concatenate([np.zeros(0), *(line.y for line in fig.data)])
    shown = shown[shown > 0]
    if len(shown) and shown.max() < 100 * shown.min():
        powers = range(math.floor(math.log10(shown.min())), math.ceil(math.log10(shown.max())) + 1)
        ticks = [digit * 10.0**power for power in powers for digit in (1, 2, 5)]
        fig.update_yaxes(type="log", tickvals=ticks, tickformat="~g")
    else:
        fig.update_yaxes(type="log", dtick=1, exponentformat="power")


def count(number: int, noun: str) -> str:
    """'1 photo', '1,200 photos', '2 people'."""
    many = {"person": "people", "class": "classes"}.get(noun, noun + "s")
    return f"{number:,} {noun if number == 1 else many}"


def listed(words: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
