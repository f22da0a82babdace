"""People enrolled from a few photos each, among whom a face is looked for: one of them, or nobody who is known.

Open-set identification, in the terms of ISO/IEC 19795-1. A person's distance is the mean over that person's photos:
measured on six actors enrolled from two or five photos, it lets as few strangers through as the line promises, where
the least distance lets through up to five times as many (`python -m benchmarks identify`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from facelab.errors import PhotoError, RecognitionError
from facelab.recognition.detect import ALIGNED, FoundFace
from facelab.recognition.embedders import Embedder
from facelab.recognition.identify.answer import NEAREST, Answer, Candidate, Line, Neighbour
from facelab.recognition.scores import MOST_CONFIDENT, at_false_accepts, operating_point

EMBEDDER = "reference"
"""The one that tells enrolled people apart best, by the same measurement."""
LET_THROUGH = 0.01
"""Of known pairs of two people, the share within the line."""


@dataclass(frozen=True, eq=False)
class Gallery:
    """Enrolled people as an embedder sees them. Read-only.

    Attributes:
        embedder: what compares.
        photos: by name, uint8 [250, 250, 3] each, aligned.
        features: by name, float32 [D] for each photo.
        line: read off the embedder's known pairs.
    """

    embedder: Embedder
    photos: Mapping[str, Sequence[np.ndarray]]
    features: Mapping[str, Sequence[np.ndarray]]
    line: Line

    @classmethod
    def of(
        cls,
        people: Mapping[str, Sequence[np.ndarray]],
        by: Embedder,
        embed: Callable[[np.ndarray], np.ndarray] | None = None,
    ) -> Self:
        """Of aligned photos, uint8 [250, 250, 3], by the person's name; who has none is left out.

        Args:
            embed: what to describe an aligned photo by, instead of `embed_aligned`, where features are kept.

        Raises:
            RecognitionError: nobody is enrolled.
        """
        photos = {name: tuple(own) for name, own in people.items() if len(own)}
        if not photos:
            raise RecognitionError("Nobody is enrolled yet: name people and add two photos or more of each.")
        embed = embed or (lambda aligned: embed_aligned(by, aligned))
        features = {name: tuple(map(embed, own)) for name, own in photos.items()}
        return cls(by, photos, features, line_of(by))

    @property
    def names(self) -> tuple[str, ...]:
        """The people that are enrolled."""
        return tuple(self.photos)

    def answer(self, photo: np.ndarray, face: FoundFace | None) -> Answer:
        """Who of the enrolled a face of a photo, uint8 [H, W, 3], is, if anybody.

        Raises:
            PhotoError: there is no face.
        """
        if face is None:
            raise PhotoError(
                "There is no face to be found on the photo: take one on which a face looks towards the camera, upright "
                "and not too small."
            )
        crop = self.embedder.cut(photo, face)
        seen = self.embedder.embed(crop)
        apart = {
            name: np.array([self.embedder.compare(seen, known) for known in own]) for name, own in self.features.items()
        }
        means = sorted((float(distances.mean()), name) for name, distances in apart.items())
        ranking = tuple(Candidate(name, self._probability(mean)) for mean, name in means)
        shots = sorted((float(at), name, shot) for name, own in apart.items() for shot, at in enumerate(own))
        neighbours = [Neighbour(name, self.photos[name][shot], at) for at, name, shot in shots]
        distance, name = means[0]
        example = next(each for each in neighbours if each.name == name)
        known = name if distance <= self.line.distance else None
        return Answer(face, crop, "aligned", known, ranking, tuple(neighbours[:NEAREST]), example, distance, self.line)

    def _probability(self, distance: float) -> float:
        """Of one person, if that is as likely as not beforehand; never certain."""
        return min(float(self.embedder.calibration.probability(distance)), MOST_CONFIDENT)


def embed_aligned(by: Embedder, aligned: np.ndarray) -> np.ndarray:
    """The features, float32 [D], of a face as it is enrolled: uint8 [250, 250, 3]."""
    return by.embed(by.cut(aligned, ALIGNED))


def line_of(by: Embedder) -> Line:
    """The distance up to which a face may be an enrolled person; where there are too few known pairs to choose it by
    `LET_THROUGH`, the embedder's own threshold."""
    distances, same = by.known.distances, by.known.same
    point = at_false_accepts(distances, same, LET_THROUGH) or operating_point(distances, same, by.calibration.threshold)
    return Line(point.threshold, point.false_rejects, point.false_accepts)
