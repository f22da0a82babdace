"""Where the faces of a photo are, and five landmarks of each.

The landmarks, in this order: outer and inner corner of the eye on the photo's right, outer and inner corner of the eye
on its left, base of the nose.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from facelab.errors import PhotoError
from facelab.recognition import dlib
from facelab.recognition.dlib import Box
from facelab.recognition.warp import apply, inverse, resize, similarity, warp

# Where LFW's deep-funneled photos, 250x250, have the landmarks and the detector's box: means over every third
# photo of the development training people, 3,175 (tests/recognition/test_real.py measures them again on a sample).
LANDMARKS = np.array([[153.8, 113.2], [137.8, 113.9], [97.0, 114.4], [113.0, 114.4], [126.0, 145.2]])
BOX: Box = (75.5, 83.4, 180.1, 187.5)

# The detector sees faces from 80 pixels on and needs 80 ms a megapixel, so it looks at ever larger copies of the photo
# as long as it found no face, or one so small that there may be smaller ones.
PIXELS = (500_000, 2_000_000, 6_000_000)
MAX_ENLARGEMENT = 2.0
SMALL = 120  # a face's side on the copy
SAME = 0.3  # intersection over union from which two boxes are one face

# The predictor looks at a copy of the face with its box in the middle, so that it works alike on faces of all sizes
# and its whole pixels are fine enough.
PATCH = 300
PATCH_BOX = (50, 50, 250, 250)


@dataclass(frozen=True, eq=False)
class FoundFace:
    """A face on a photo, all in the photo's pixels; (0, 0) is the photo's upper left corner.

    Attributes:
        box: left, top, right, bottom; from the brows to below the mouth. It may reach outside the photo.
        landmarks: float32 [5, 2], x and y, in the order above.
        score: how sure the detector is, from 0 (barely) up, often 1 to 3; None where the box was set by hand.
    """

    box: Box
    landmarks: np.ndarray
    score: float | None

    def area(self, scale: float = 1.0) -> dict[str, int]:
        """The box as DeepFace gives it, in pixels of which `scale`, a side, make one of the photo's."""
        left, top, right, bottom = (round(scale * side) for side in self.box)
        return {"x": left, "y": top, "w": right - left, "h": bottom - top}


ALIGNED = FoundFace(BOX, LANDMARKS.astype(np.float32), None)
"""The face on a picture that `align` made whole: uint8 [250, 250, 3]."""


def find(photo: np.ndarray) -> list[FoundFace]:
    """All faces that look about towards the camera and stand about upright, the largest first.

    Args:
        photo: uint8 [H, W, 3], RGB.

    Returns:
        An empty list where no face was found.

    Raises:
        RecognitionError: dlib or its models are missing.
    """
    boxes: dict[Box, float] = {}
    for scale in _scales(photo.shape[0] * photo.shape[1]):
        for box, score in _detect(photo, scale):
            if all(overlap(box, known) < SAME for known in boxes):
                boxes[box] = score
        if boxes and scale * min(map(_side, boxes)) > SMALL:
            break
    return [FoundFace(box, _landmarks(photo, box), boxes[box]) for box in sorted(boxes, key=_side, reverse=True)]


def at_box(photo: np.ndarray, box: Box) -> FoundFace:
    """The face in a box that somebody set by hand, from the brows to below the mouth as `find` would set it.

    Args:
        photo: uint8 [H, W, 3], RGB.
        box: left, top, right, bottom in the photo's pixels. Its part outside the photo is cut off, and what is not
            square is taken as the square around it.

    Raises:
        PhotoError: the box is empty or lies outside the photo.
        RecognitionError: dlib or its models are missing.
    """
    height, width = photo.shape[:2]
    left, top, right, bottom = box
    inside = (float(max(left, 0)), float(max(top, 0)), float(min(right, width)), float(min(bottom, height)))
    if not (inside[0] < inside[2] and inside[1] < inside[3]):
        raise PhotoError("The box holds nothing of the photo; draw it around a face.")
    return FoundFace(inside, _landmarks(photo, inside), None)


def _scales(pixels: int) -> Iterator[float]:
    """What to look at, each time larger: at first nothing is enlarged."""
    last, limit = 0.0, 1.0
    for aim in PIXELS:
        scale = min(limit, (aim / pixels) ** 0.5)
        if scale > last:
            yield scale
        last, limit = scale, MAX_ENLARGEMENT


def _detect(photo: np.ndarray, scale: float) -> Iterator[tuple[Box, float]]:
    height, width = (max(1, round(side * scale)) for side in photo.shape[:2])
    for box, score in dlib.detect(resize(photo, height, width)):
        yield tuple(side / scale for side in box), score


def _landmarks(photo: np.ndarray, box: Box) -> np.ndarray:
    """float32 [5, 2]. A second look, with the face brought upright and to its place by the first, forgives a tilted
    head and a careless box."""
    first = _predict(photo, _to_patch(box))
    return _predict(photo, similarity(first, apply(_to_patch(BOX), LANDMARKS))).astype(np.float32)


def _to_patch(box: Box) -> np.ndarray:
    """The transform that brings the box into the middle of the patch: float64 [2, 3]."""
    left, top, right, bottom = box
    scale = _side(PATCH_BOX) / _side(box)
    x, y = (PATCH - scale * (left + right)) / 2, (PATCH - scale * (top + bottom)) / 2
    return np.array([[scale, 0, x], [0, scale, y]])


def _predict(photo: np.ndarray, to_patch: np.ndarray) -> np.ndarray:
    points = dlib.landmarks(warp(photo, to_patch, PATCH), PATCH_BOX)
    return apply(inverse(to_patch), points)


def _side(box: Box) -> float:
    return max(box[2] - box[0], box[3] - box[1])


def overlap(a: Box, b: Box) -> float:
    """Intersection over union."""
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    area_a, area_b = ((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return common / (area_a + area_b - common)
