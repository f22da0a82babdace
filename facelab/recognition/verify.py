"""Do two photos show the same person? Found, aligned, described, compared, and what known pairs say of the answer."""

import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from facelab.errors import PhotoError
from facelab.recognition.detect import FoundFace, find
from facelab.recognition.embedders import Description
from facelab.recognition.embedders import embedder as load
from facelab.recognition.face_space import STRANGE
from facelab.recognition.given import Photo, pixels_of
from facelab.recognition.scores import Evidence, confidence
from facelab.recognition.scores import evidence as evidence_of
from facelab.runs import RunStore

WHICH = ("first", "second")


@dataclass(frozen=True, eq=False)
class Verdict:
    """The answer, never certain, and what it rests on.

    Attributes:
        verified: whether it is taken for the same person: the distance is at most the threshold.
        distance, threshold: by the embedder.
        confidence: the calibrated probability of the answer given, 0.5 to 0.99, where same and different
            pairs are as frequent.
        evidence: the known pairs beyond this distance.
        embedder: its id.
        faces: the two that were compared, in the pixels of the photos as given.
        found: how many faces there were to choose from on each photo; 1 where the face was given.
        descriptions: of the two faces.
        seconds: all of it took.
    """

    verified: bool
    distance: float
    threshold: float
    confidence: float
    evidence: Evidence
    embedder: str
    faces: tuple[FoundFace, FoundFace]
    found: tuple[int, int]
    descriptions: tuple[Description, Description]
    seconds: float

    def as_json(self) -> dict[str, Any]:
        """With the names of DeepFace's `verify`; areas in pixels, time in seconds."""
        areas = {f"img{number}": face.area() for number, face in enumerate(self.faces, start=1)}
        return {
            "verified": self.verified,
            "distance": self.distance,
            "threshold": self.threshold,
            "confidence": self.confidence,
            "embedder": self.embedder,
            "facial_areas": areas,
            "faces_found": list(self.found),
            "unlike_training": [seen.strangeness > STRANGE for seen in self.descriptions],
            "time": round(self.seconds, 3),
        }


def verify(
    photo_a: Photo,
    photo_b: Photo,
    embedder: str = "starter",
    faces: tuple[FoundFace | None, FoundFace | None] = (None, None),
    store: RunStore | None = None,
) -> Verdict:
    """Whether two photos show the same person, by the largest face on each.

    Args:
        embedder: "starter", "reference", or the id of a finished run on pairs.
        faces: to be compared instead, in the pixels of the photos as given.
        store: where the run is; the user's own store if not given.

    Raises:
        PhotoError: a photo cannot be read, or shows no face; says which.
        RunError, RecognitionError, StoreError: there is no such embedder.
    """
    start = time.perf_counter()
    by = load(embedder, store)
    found, chosen, descriptions = [], [], []
    for which, photo, face in zip(WHICH, (photo_a, photo_b), faces, strict=True):
        pixels, scale = _read(photo, which)
        candidates = [_scaled(face, 1 / scale)] if face else find(pixels)
        if not candidates:
            raise PhotoError(
                f"There is no face to be found on the {which} photo: take one on which a face looks towards the "
                "camera, upright and not too small."
            )
        found.append(len(candidates))
        chosen.append(_scaled(candidates[0], scale))
        descriptions.append(by.describe(pixels, candidates[0]))
    distance, threshold = by.distance(*descriptions), by.calibration.threshold
    evidence = evidence_of(distance, by.known.distances, by.known.same, by.calibration)
    verified = distance <= threshold
    return Verdict(
        verified=verified,
        distance=distance,
        threshold=threshold,
        confidence=confidence(evidence.probability, verified),
        evidence=evidence,
        embedder=by.id,
        faces=tuple(chosen),
        found=tuple(found),
        descriptions=tuple(descriptions),
        seconds=time.perf_counter() - start,
    )


def _read(photo: Photo, which: str) -> tuple[np.ndarray, float]:
    """As `pixels_of`; an error says which photo it is."""
    try:
        return pixels_of(photo)
    except PhotoError as error:
        sentence = str(error)
        raise PhotoError(f"The {which} photo: {sentence[0].lower()}{sentence[1:]}") from None


def _scaled(face: FoundFace, scale: float) -> FoundFace:
    if scale == 1:
        return face
    return FoundFace(tuple(scale * side for side in face.box), face.landmarks * np.float32(scale), face.score)
