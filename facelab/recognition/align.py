"""A found face as a photo of LFW would show it, so that networks that learned from LFW see what they know."""

import numpy as np

from facelab.data.photos import square
from facelab.recognition.detect import LANDMARKS, FoundFace
from facelab.recognition.warp import similarity, warp

LFW_SIZE = 250


def align(photo: np.ndarray, face: FoundFace, size: int, crop: float = 1.0) -> np.ndarray:
    """The face upright, at the place and in the size that it has on LFW's deep-funneled photos, cut like those.

    Args:
        photo: uint8 [H, W, 3], RGB.
        face: a face of this photo.
        size: the side of the result in pixels.
        crop: share of the LFW photo's side that is kept, as in `LfwSpec.crop`; above 0 and at most 1.

    Returns:
        uint8 [size, size, 3]; what lies outside the photo repeats its edge.
    """
    return square(warp(photo, similarity(face.landmarks, LANDMARKS), LFW_SIZE), size, crop)
