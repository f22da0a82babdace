"""Who is on a photo? Every face found, cut as the network knows faces, and answered."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from facelab.recognition.detect import FoundFace, find
from facelab.recognition.given import Photo, pixels_of
from facelab.recognition.identify.answer import Answer


class Identifier(Protocol):
    """What knows people: a `Classifier` or a `Gallery`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The people that it knows."""

    def answer(self, photo: np.ndarray, face: FoundFace | None) -> Answer:
        """Who a face of a photo, uint8 [H, W, 3], is."""


@dataclass(frozen=True, eq=False)
class Identification:
    """The answers for a photo.

    Attributes:
        answers: for each face, the largest first; or one for all of the photo where none was found.
        scale: pixels of the photo's own, a side, that make one of those that faces are given in.
        seconds: all of it took.
    """

    answers: tuple[Answer, ...]
    scale: float
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """Areas in pixels of the photo as given, time in seconds."""
        return {"faces": [each.as_json(self.scale) for each in self.answers], "time": round(self.seconds, 3)}


def identify(photo: Photo, by: Identifier, faces: Sequence[FoundFace] | None = None) -> Identification:
    """Who is on a photo, by a network or by enrolled people.

    Args:
        photo: a file, its bytes, or its pixels, uint8 [H, W, 3].
        faces: those on the pixels given, where they are known already.

    Raises:
        PhotoError: the photo cannot be read, or shows no face and `by` cannot do without.
        RecognitionError: dlib or its models are missing.
    """
    start = time.perf_counter()
    pixels, scale = pixels_of(photo)
    found = find(pixels) if faces is None else faces
    answers = tuple(by.answer(pixels, face) for face in found or (None,))
    return Identification(answers, scale, time.perf_counter() - start)
