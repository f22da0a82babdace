"""What is answered about one face, and the line beyond which the answer means nothing."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from facelab.recognition.detect import FoundFace
from facelab.recognition.scores import Share

NEAREST = 6
"""Known photos that are shown beside a face."""

Cut = Literal["aligned", "as given", "whole"]
"""How a crop came about: the face brought to its place; the photo's centred square, whose face is there already; that
square because no face was found."""


@dataclass(frozen=True)
class Candidate:
    """A person that it may be, with the probability, 0 to 1."""

    name: str
    probability: float


@dataclass(frozen=True, eq=False)
class Neighbour:
    """A known photo like this face.

    Attributes:
        name: who is on it.
        pixels: uint8 [S, S, 3].
        distance: small where both are alike.
    """

    name: str
    pixels: np.ndarray
    distance: float


@dataclass(frozen=True)
class Line:
    """The distance from what is known up to which a face counts as known.

    Attributes:
        distance: the line.
        false_alarms: new photos of known people that lie beyond it.
        let_through: strangers whom it takes for one known person; None where that was not measured.
    """

    distance: float
    false_alarms: Share
    let_through: Share | None = None

    def any_of(self, people: int) -> float | None:
        """The share of strangers taken for some one of so many people, if for each independently."""
        return None if self.let_through is None else 1 - (1 - self.let_through.value) ** people


@dataclass(frozen=True, eq=False)
class Answer:
    """Who a face may be.

    Attributes:
        face: in the pixels of the photo as it was read; None where none was found and all of the photo was taken.
        crop: uint8 [S, S, 3], as the network saw it.
        cut: how the crop came about.
        name: of the most probable person; None where it is nobody who is known.
        ranking: everybody who is known, the most probable first.
        nearest: the known photos most like it, the nearest first; at most `NEAREST`.
        example: the known photo of the most probable person that is most like it.
        distance: from what is known, to be held against the line.
        line: beyond it a face is unlike everything that is known.
    """

    face: FoundFace | None
    crop: np.ndarray
    cut: Cut
    name: str | None
    ranking: tuple[Candidate, ...]
    nearest: tuple[Neighbour, ...]
    example: Neighbour
    distance: float
    line: Line

    @property
    def is_known(self) -> bool:
        """Whether it is a face, and like what is known: a photo of nothing may lie within the line."""
        return self.face is not None and self.is_within

    @property
    def is_within(self) -> bool:
        """Whether it lies within the line."""
        return self.distance <= self.line.distance

    def as_json(self, scale: float) -> dict[str, Any]:
        """Areas in pixels of the photo's own, of which `scale` make one of those that it was read at."""
        line = self.line
        return {
            "facial_area": self.face and self.face.area(scale),
            "cut": self.cut,
            "name": self.name,
            "known": self.is_known,
            "distance": self.distance,
            "line": line.distance,
            "false_alarms": line.false_alarms.value,
            "strangers_let_through": line.any_of(len(self.ranking)),
            "people": [{"name": each.name, "probability": each.probability} for each in self.ranking],
            "nearest": [{"name": each.name, "distance": each.distance} for each in self.nearest],
        }
