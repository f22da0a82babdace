"""What the map of faces shows, and how it travels to the browser: arrays as base64, all faces as one picture."""

import base64
import math
from dataclasses import dataclass

import numpy as np
from PIL import Image

from facelab.plots import palette
from facelab.plots.images import channels_last, encode, montage

SYMBOLS = ("circle", "diamond", "square", "triangle", "cross")
"""Groups beyond the palette's categories are told apart by these, drawn by symbols.js."""
SIDE = 48
"""px, the longer side of a face in the sprite: 1,500 of them are at most 3 MB."""


@dataclass(frozen=True)
class Group:
    """Faces of one colour and symbol, one of `SYMBOLS`."""

    label: str
    color: str
    symbol: str = SYMBOLS[0]

    @classmethod
    def category(cls, label: str, index: int) -> "Group":
        """The index-th of many: colours in the palette's order, then anew with another symbol."""
        symbol = SYMBOLS[index // len(palette.CATEGORIES) % len(SYMBOLS)]
        return cls(label, palette.category(index), symbol)


@dataclass(frozen=True)
class Sprite:
    """All faces in one picture, row by row: its data URI, how many lie side by side, and the size of each in px."""

    source: str
    columns: int
    width: int
    height: int


@dataclass(frozen=True, eq=False)
class View:
    """All that the component draws, of N faces.

    Args:
        points: float [N, 2], where they lie.
        sprite: what they look like, in the same order.
        names: of all people.
        labels: int [N], who each is: an index into `names`.
        answers: int [N], whom the network takes each for.
        confidence: float [N], how sure it is, 0 to 1.
        splits: N texts, "test".
        groups: what the colours mean. Later ones are drawn over earlier ones.
        grouped: int [N], an index into `groups`.
        alt: one sentence that stands in for the picture.
        titles: of the two axes; without them no numbers are shown, as in t-SNE, where they mean nothing.
        with_faces: whether faces are drawn where there is room.
    """

    points: np.ndarray
    sprite: Sprite
    names: tuple[str, ...]
    labels: np.ndarray
    answers: np.ndarray
    confidence: np.ndarray
    splits: tuple[str, ...]
    groups: tuple[Group, ...]
    grouped: np.ndarray
    alt: str
    titles: tuple[str, str] | None = None
    with_faces: bool = True


def draw_sprite(images: np.ndarray) -> Sprite:
    """Faces, uint8 [N, 3, H, W] with N at least 1, in one picture of about as many columns as rows."""
    images = channels_last(images)
    number, height, width, _ = images.shape
    if max(height, width) > SIDE:
        ratio = SIDE / max(height, width)
        size = max(1, round(width * ratio)), max(1, round(height * ratio))
        images = np.stack([Image.fromarray(image).resize(size, Image.Resampling.BOX) for image in images])
    columns = math.ceil(math.sqrt(number))
    return Sprite(encode(montage(images, columns, pad=0)), columns, images.shape[2], images.shape[1])


def pack(view: View) -> dict:
    """The view as JSON can carry it."""
    splits = list(dict.fromkeys(view.splits))
    return {
        "alt": view.alt,
        "titles": view.titles and list(view.titles),
        "sprite": dict(vars(view.sprite)),
        "names": list(view.names),
        "splits": splits,
        "groups": [dict(vars(group)) for group in view.groups],
        "faces": {
            "points": _base64(view.points, "<f4"),
            "labels": _base64(view.labels, "<u2"),
            "answers": _base64(view.answers, "<u2"),
            "confidence": _base64(view.confidence, "<f4"),
            "split": _base64(np.array([splits.index(split) for split in view.splits]), "u1"),
            "group": _base64(view.grouped, "<u2"),
        },
        "draw": view.with_faces,
        "palette": {"diverging": palette.DIVERGING, "right": palette.RIGHT, "wrong": palette.WRONG},
    }


def _base64(array: np.ndarray, dtype: str) -> str:
    return base64.b64encode(np.ascontiguousarray(array, dtype)).decode("ascii")
