"""How unlike the faces of a training set a face is: by what is left of it beside the face space.

Turk and Pentland, "Eigenfaces for recognition" (Journal of Cognitive Neuroscience 3(1), 1991): faces that are brought
to one place span few dimensions, and a picture's distance from these tells whether it shows a face at all. Here the
crops are small and grey, with mean 0 and length 1, so that neither light nor contrast counts, nor any network.

A smooth blur lies near that space too, but the detector sees no face in it. It does see one in a cartoon, which may lie
near the space as well, and is told by its areas of one colour: of a photo's skin no two places are alike.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from facelab.data.photos import square
from facelab.recognition import dlib
from facelab.recognition.align import LFW_SIZE, align
from facelab.recognition.detect import BOX, SAME, FoundFace, overlap

SIDE = 16
CROP = 0.4  # of the LFW photo: brows to mouth, without the background
DIMENSIONS = 40
LEVELS = 256
STRANGE = 0.995
"""The strangeness above which a face is called unlike anything in training."""

FINE_SIDE = 100  # as many pixels as the crop has on the LFW photo
EVEN_PIXELS = 5  # a place has this side,
EVEN_LEVELS = 1  # and is even if its grey differs by no more
EVEN = 0.35
"""The share of even places from which a face is none of a photo: at most 0.24 on 349 photos of LFW, and less on JPEGs
of the lowest quality, blurs and dark photos, but up to 0.4 on overexposed ones; 0.44 to 0.57 in drawn cartoons."""


@dataclass(frozen=True, eq=False)
class FaceSpace:
    """The mean face, the directions in which faces differ most, and how far known faces lie beside them.

    Attributes:
        mean: float32 [D], D = `SIDE` squared.
        directions: float32 [K, D], orthonormal.
        known: float32 [Q], ascending: the distances of faces of people that the space was not made from.
    """

    mean: np.ndarray
    directions: np.ndarray
    known: np.ndarray

    @classmethod
    def of(cls, faces: np.ndarray, others: np.ndarray) -> "FaceSpace":
        """The space of `faces`, float32 [N, D], with the distances of `others`, float32 [M, D]; both from `small`."""
        _, directions = np.linalg.eigh(np.cov(faces.T))  # by ascending variance
        most = np.ascontiguousarray(directions[:, -DIMENSIONS:].T, np.float32)
        space = cls(faces.mean(0), most, np.zeros(0, np.float32))
        known = np.quantile(space.distances(others), np.linspace(0, 1, LEVELS))
        return cls(space.mean, space.directions, known.astype(np.float32))

    def distances(self, faces: np.ndarray) -> np.ndarray:
        """Of faces float32 [N, D] from the space: float32 [N]."""
        centred = faces - self.mean
        return np.linalg.norm(centred - centred @ self.directions.T @ self.directions, axis=1)

    def strangeness(self, photo: np.ndarray, face: FoundFace) -> float:
        """The share, 0 to 1, of known faces that lie as far from the space as this one or nearer; 1 where the detector
        sees no face at its place once it is aligned, or where it is as even as a cartoon.

        Args:
            photo: uint8 [H, W, 3], RGB.
            face: a face of this photo.
        """
        aligned = align(photo, face, LFW_SIZE)
        if not any(overlap(box, BOX) > SAME for box, _ in dlib.detect(aligned)):
            return 1.0
        if evenness(aligned) > EVEN:
            return 1.0
        [distance] = self.distances(small(aligned)[None])
        return float(np.interp(distance, self.known, np.linspace(0, 1, len(self.known))))


def small(aligned: np.ndarray) -> np.ndarray:
    """An aligned face uint8 [250, 250, 3] as float32 [D] with mean 0 and length 1; all 0 where it is of one colour."""
    grey = square(aligned, SIDE, CROP).astype(np.float32).mean(2).ravel()
    grey -= grey.mean()
    return grey / max(np.linalg.norm(grey), 1e-6)


def evenness(aligned: np.ndarray) -> float:
    """The share, 0 to 1, of places of an aligned face uint8 [250, 250, 3] that are of one grey."""
    grey = Image.fromarray(square(aligned, FINE_SIDE, CROP)).convert("L")
    most, least = (grey.filter(kind(EVEN_PIXELS)) for kind in (ImageFilter.MaxFilter, ImageFilter.MinFilter))
    return float((np.asarray(ImageChops.subtract(most, least)) <= EVEN_LEVELS).mean())
