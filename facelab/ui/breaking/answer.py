"""A photo before and after with the answer to it, as a few hundred bytes of HTML.

Figures would take twenty times as long to make and to draw, which is felt while a slider moves.
"""

from collections.abc import Sequence
from html import escape

import numpy as np

from facelab.plots import palette
from facelab.plots.images import channels_last, encode

FACE = 220  # px
TOP = 5


def pictures_html(photos: np.ndarray, titles: Sequence[str]) -> str:
    """Photos, uint8 [N, 3, H, W], beside each other, each under its title."""
    each = [
        f'<figure style="margin:0;flex:0 1 {FACE}px"><figcaption>{escape(title)}</figcaption>'
        f'<img src="{encode(photo)}" alt="{escape(title)}" style="width:100%;image-rendering:pixelated"></figure>'
        for photo, title in zip(channels_last(photos), titles, strict=True)
    ]
    return f'<div style="display:flex;gap:0.75rem">{"".join(each)}</div>'


def answer_html(names: Sequence[str], probabilities: np.ndarray, truth: int) -> str:
    """The most probable people with their bars, and the true one, ticked, also when it is not among them.

    Args:
        names: one per person.
        probabilities: float [people], 0 to 1.
        truth: the true person's index.
    """
    order = np.argsort(-probabilities, kind="stable")
    guess, shown = int(order[0]), order[:TOP].tolist()
    if truth not in shown:
        shown.append(truth)
    rows = "".join(_row(names[person], float(probabilities[person]), *_look(person, truth, guess)) for person in shown)
    return (
        '<div style="display:grid;grid-template-columns:fit-content(45%) 1fr auto;gap:0.6rem 0.7rem;'
        f'align-items:center;font-variant-numeric:tabular-nums">{rows}</div>'
    )


def _look(person: int, truth: int, guess: int) -> tuple[str, str]:
    """The mark and the colour of a bar."""
    if person == truth:
        return "✓ ", palette.RIGHT
    return ("✕ ", palette.WRONG) if person == guess else ("", palette.GREY)


def _row(name: str, probability: float, mark: str, colour: str) -> str:
    bar = f'<span style="display:block;height:1.3rem;width:{100 * probability:.2f}%;background:{colour}"></span>'
    track = f'<span style="background:{palette.alpha(palette.GREY, 0.15)}">{bar}</span>'
    return (
        f'<span style="overflow-wrap:anywhere">{mark}{escape(name)}</span>{track}'
        f'<span style="text-align:right;min-width:4rem">{100 * probability:.1f} %</span>'
    )
