"""Which answers are right, how sure the network was of them, and who suffers."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from facelab.plots import palette
from facelab.plots.faces import face_sheet
from facelab.plots.frame import count, figure, named_rows, nothing, plain, whiskers

MOST_PEOPLE = 30
"""Of whom rates are shown: those with the lowest recall, who are the ones to look at."""


def answer_sheet(
    images: np.ndarray,
    labels: np.ndarray,
    answers: np.ndarray,
    confidence: np.ndarray,
    names: Sequence[str],
    columns: int = 8,
) -> go.Figure:
    """Faces with the truth, the answer and how sure the network was under the pointer; right and wrong ones framed.

    Args:
        images: uint8 [n, 3, H, W].
        labels, answers: int [n].
        confidence: float [n], 0 to 1.
        names: one per person.
    """
    captions = [
        f"{plain(names[label])}<br>network: {plain(names[answer])}, {100 * sure:.0f} %"
        for label, answer, sure in zip(labels, answers, confidence, strict=True)
    ]
    return face_sheet(images, captions, columns=columns, marks=(np.asarray(labels) == answers).tolist())


def reliability(
    edges: np.ndarray,
    confidence: np.ndarray,
    share: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    total: np.ndarray,
    error: float,
) -> go.Figure:
    """How often the network is right when it is so and so sure (a reliability diagram: Guo et al. 2017).

    Args:
        edges: float [bins + 1], of the bins of confidence, 0 to 1.
        confidence: float [bins], the mean in each.
        share, low, high: float [bins], the right answers' share with its interval.
        total: int [bins], photos; a bin without any has no bar.
        error: the expected calibration error.
    """
    if not np.sum(total):
        return nothing("There are no answers to judge.", x="Confidence (%)", y="Right answers (%)")
    some = np.asarray(total) > 0
    confidence, share, low, high, photos = (
        np.asarray(values)[some] for values in (confidence, share, low, high, total)
    )
    left, right = np.asarray(edges)[:-1][some], np.asarray(edges)[1:][some]
    sure = np.average(confidence, weights=photos) - np.average(share, weights=photos)
    tendency = "more sure than right" if sure > 0 else "less sure than right"
    alt = f"Confidence against right answers of {count(int(photos.sum()), 'photo')}: the expected calibration error is "
    alt += f"{100 * error:.1f} %; on average the network is {100 * abs(sure):.1f} points {tendency}."
    fig = figure(alt, palette.HEIGHT, x="Confidence (%)", y="Right answers (%)", hovermode="closest", dragmode=False)
    fig.add_bar(
        x=50 * (left + right),
        y=100 * share,
        width=94 * (right - left),
        marker={"color": palette.alpha(palette.BLUE, 0.55), "line_width": 0},
        error_y=whiskers(100 * share, 100 * low, 100 * high),
        customdata=np.stack([100 * confidence, photos, 100 * low, 100 * high], axis=1),
        hovertemplate="%{customdata[1]} photos, mean confidence %{customdata[0]:.1f} %<br>"
        "right: %{y:.1f} % (%{customdata[2]:.0f} to %{customdata[3]:.0f} %)<extra></extra>",
        name="right answers",
    )
    line = {"color": palette.GREY, "width": palette.LINE, "dash": "dash"}
    fig.add_scatter(x=[0, 100], y=[0, 100], mode="lines", line=line, hoverinfo="skip", name="as sure as right")
    for place, number in zip(50 * (left + right), photos, strict=True):
        fig.add_annotation(
            text=f"{number:,}", x=place, y=0, yref="paper", yanchor="bottom", showarrow=False, font_size=palette.SMALL
        )
    fig.update_xaxes(range=[0, 100], showgrid=False)
    return fig.update_yaxes(range=[0, 105])


def person_rates(
    names: Sequence[str],
    recall: tuple[np.ndarray, np.ndarray, np.ndarray],
    precision: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> go.Figure:
    """Recall and precision per person with their intervals, the lowest recall first.

    Args:
        names: one per person.
        recall, precision: (share, low, high), float [people] each, 0 to 1; NaN where there is nothing to divide by.
    """
    if not len(names):
        return nothing("There is nobody to show.", 3 * palette.ROW)
    order = np.argsort(np.nan_to_num(recall[0], nan=2), kind="stable")[:MOST_PEOPLE]
    people = [plain(names[person]) for person in order]
    fig = figure(_rates_alt(names, recall[0], order), 100 + 1.3 * palette.ROW * len(people), x="Share of photos (%)")
    kinds = {
        "recall": (recall, palette.BLUE, "circle", "of this person's photos recognised"),
        "precision": (precision, palette.VERMILION, "diamond", "of the photos given this name right"),
    }
    for index, (kind, (rates, colour, symbol, what)) in enumerate(kinds.items()):
        share, low, high = (100 * np.asarray(part, float)[order] for part in rates)
        fig.add_scatter(
            x=share,
            y=np.arange(len(people)) + 0.36 * (index - 0.5),
            mode="markers",
            marker={"color": colour, "size": palette.MARKER, "symbol": symbol},
            error_x=whiskers(share, low, high, palette.alpha(colour, 0.6), width=0),
            customdata=np.stack([low, high], axis=1),
            text=people,
            name=kind,
            hovertemplate=f"%{{text}}: %{{x:.0f}} % {what}"
            "<br>(%{customdata[0]:.0f} to %{customdata[1]:.0f} %)<extra></extra>",
        )
    fig.update_layout(hovermode="closest", dragmode=False)
    fig.update_xaxes(range=[-1, 101])
    return named_rows(fig, people)


def _rates_alt(names: Sequence[str], recall: np.ndarray, order: np.ndarray) -> str:
    known = [person for person in order if np.isfinite(recall[person])]
    start = f"Recall and precision of {count(len(order), 'person')}"
    start += f" of {len(names)}, those with the lowest recall" if len(order) < len(names) else ""
    if not known:
        return f"{start}, none of whom has photos to be judged by."
    return f"{start}; recall is lowest, {100 * recall[known[0]]:.0f} %, for {names[known[0]]}."
