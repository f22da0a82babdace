"""Where the faces of a dataset lie on its photos, and a photo from elsewhere cut so that its face lies there too."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from torch import Tensor

from facelab.data.photos import square
from facelab.recognition.detect import FoundFace, find
from facelab.recognition.identify.answer import Cut
from facelab.recognition.warp import resize, similarity, warp

SIDE = 320
"""px, to which photos are enlarged, so that one look finds a face that fills 40 % of them."""
MOST = 40
WITHIN = 0.95
"""The share of a dataset's photos that lie within its `reach`."""


@dataclass(frozen=True, eq=False)
class Framing:
    """How the photos of a dataset are cut.

    Attributes:
        landmarks: float64 [5, 2], the median in shares of a photo's side; None where on most photos no face is found.
        reach: how far, root mean square over the landmarks, a face of the dataset lies from there; `WITHIN` do.
        crop: the share of the shorter side of the original photos that was kept, as a centred square.
    """

    landmarks: np.ndarray | None
    reach: float
    crop: float

    @classmethod
    def of(cls, images: Tensor, crop: float = 1.0) -> Self:
        """Measured on at most `MOST` photos of uint8 [N, 3, S, S], drawn at random but always the same.

        Raises:
            RecognitionError: dlib or its models are missing.
        """
        rows = np.random.default_rng(0).permutation(len(images))[:MOST]
        found = [find(enlarged(photo)) for photo in images[rows].permute(0, 2, 3, 1).numpy()]
        places = np.array([faces[0].landmarks / SIDE for faces in found if faces], np.float64)
        if 2 * len(places) <= len(rows):
            return cls(None, 0.0, crop)
        landmarks = np.median(places, axis=0)
        apart = np.sqrt(((places - landmarks) ** 2).sum(2).mean(1))
        return cls(landmarks, float(np.quantile(apart, WITHIN)), crop)

    def cut(self, photo: np.ndarray, face: FoundFace | None, size: int) -> tuple[np.ndarray, Cut]:
        """A face as the dataset would show it, and how that came about.

        A photo whose centred square has the face where photos of the dataset have theirs is taken as it is, for so
        those were made: to turn and move the face would make another photo of it.

        Args:
            photo: uint8 [H, W, 3], RGB.
            face: one of its faces, or None where none was found.
            size: the side of the result in pixels.

        Returns:
            uint8 [size, size, 3].
        """
        if face is None or self.landmarks is None:
            return square(photo, size, self.crop), "whole"
        if self.apart(photo, face) <= self.reach:
            return square(photo, size, self.crop), "as given"
        side = max(SIDE, size)
        return square(warp(photo, similarity(face.landmarks, side * self.landmarks), side), size), "aligned"

    def apart(self, photo: np.ndarray, face: FoundFace) -> float:
        """How far a face on the photo's centred square lies from where the dataset has it, in the unit of `reach`."""
        bounds = np.array(photo.shape[1::-1])
        side = self.crop * bounds.min()
        places = (face.landmarks - (bounds - side) / 2) / side
        return float(np.sqrt(((places - self.landmarks) ** 2).sum(1).mean()))


def enlarged(photo: np.ndarray) -> np.ndarray:
    """A small photo uint8 [S, S, 3] at the size at which the detector finds its face: uint8 [320, 320, 3]."""
    return resize(np.ascontiguousarray(photo), SIDE, SIDE)
