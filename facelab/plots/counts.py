"""How many photos there are of whom."""

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.frame import count, figure, listed, named_rows, nothing, plain

MOST_NAMED = 60  # people; more would need a page of their own to be named


def split_counts(names: tuple[str, ...], counts: dict[str, np.ndarray]) -> go.Figure:
    """Photos per person in each split: a bar per person or, above `MOST_NAMED` people, all people from most to fewest.

    Args:
        names: one per person.
        counts: "train", "validation" and "test" (any of them), integer [people] each.
    """
    if not names:
        return nothing("There are no people in this dataset.")
    total = sum(np.asarray(part) for part in counts.values())
    order = np.argsort(-total, kind="stable")
    return (_bars if len(names) <= MOST_NAMED else _ranking)(names, counts, order, _alt(names, counts, total))


def _bars(names: tuple[str, ...], counts: dict[str, np.ndarray], order: np.ndarray, alt: str) -> go.Figure:
    people = [plain(names[person]) for person in order]
    row = palette.ROW * (1.25 if len(names) <= 12 else 0.8)
    fig = figure(alt, 100 + row * len(names), x="Photos", barmode="stack", bargap=0.25, hovermode="closest")
    for split, part in counts.items():
        fig.add_bar(
            x=np.asarray(part)[order],
            y=list(range(len(people))),
            orientation="h",
            text=people,
            textposition="none",
            name=split,
            marker={"color": palette.SPLITS[split], "line_width": 0},
            hovertemplate=f"%{{text}}<br>%{{x:,}} for {split}<extra></extra>",
        )
    named_rows(fig, people)
    return fig.update_layout(legend_traceorder="normal")


def _ranking(names: tuple[str, ...], counts: dict[str, np.ndarray], order: np.ndarray, alt: str) -> go.Figure:
    x = "People, from most photos to fewest"
    fig = figure(alt, palette.HEIGHT, x=x, y="Photos per person", hovermode="x unified")
    rank = np.arange(1, len(order) + 1, dtype=np.int32)
    for index, (split, part) in enumerate(counts.items()):
        fig.add_scatter(
            x=rank,
            y=np.asarray(part, np.int32)[order],
            stackgroup="photos",
            mode="lines",
            line={"width": 0, "shape": "hvh", "color": palette.SPLITS[split]},
            fillcolor=palette.alpha(palette.SPLITS[split], 0.85),
            name=split,
            text=[plain(names[person]) for person in order] if index == 0 else None,
            hovertemplate="%{y:,} (%{text})" if index == 0 else "%{y:,}",
        )
    fig.update_xaxes(range=[0.5, len(order) + 0.5], showgrid=False, hoverformat=",d")
    return fig.update_layout(legend_traceorder="normal")


def _alt(names: tuple[str, ...], counts: dict[str, np.ndarray], total: np.ndarray) -> str:
    splits = listed([f"{int(np.sum(part)):,} for {split}" for split, part in counts.items()])
    least, most = int(total.min()), int(total.max())
    each = f"{count(most, 'photo')} of each" if least == most else f"from {least:,} to {count(most, 'photo')} of each"
    return f"{count(int(total.sum()), 'photo')} of {count(len(names), 'person')}: {each}; {splits}."
