"""The reference to compare our networks with: dlib's ResNet-29, trained by its author on 3 million faces.

Davis King, "High quality face recognition with deep metric learning", 2017
(http://blog.dlib.net/2017/02/high-quality-face-recognition-with-deep.html). The training photos came from FaceScrub,
VGGFace and the web; the author gives 99.38 % on LFW's ten folds.
"""

import numpy as np

from facelab.recognition import dlib
from facelab.recognition.detect import FoundFace
from facelab.recognition.warp import similarity, warp

THRESHOLD = 0.6
"""Euclidean distance below which the author calls two faces the same person (dlib's example
`dnn_face_recognition_ex.cpp`; the training loss pulled each person's faces into a ball of this diameter)."""

# Where its training had the landmarks, as shares of the chip (`get_face_chip_details` in dlib's
# `image_transforms/interpolation.h`: the mean shape of five points, with a padding of 0.25 on every side).
CHIP = 150
PADDING = 0.25
MEAN_SHAPE = np.array(
    [
        [0.8595674595992, 0.2134981538014],
        [0.6460604764104, 0.2289674387677],
        [0.1205750620789, 0.2137274526848],
        [0.3340850613712, 0.2290642403242],
        [0.4901123135679, 0.6277975316475],
    ]
)
LANDMARKS = CHIP * (PADDING + MEAN_SHAPE) / (1 + 2 * PADDING)


def chip(photo: np.ndarray, face: FoundFace) -> np.ndarray:
    """What the embedder sees of a face: uint8 [150, 150, 3]."""
    return warp(photo, similarity(face.landmarks, LANDMARKS), CHIP)


def embed(photo: np.ndarray, face: FoundFace) -> np.ndarray:
    """The face as a point: faces of one person lie within `THRESHOLD` of each other, mostly.

    Args:
        photo: uint8 [H, W, 3], RGB.
        face: a face of this photo.

    Returns:
        float32 [128]; compare by the Euclidean distance.

    Raises:
        RecognitionError: dlib or its models are missing.
    """
    return dlib.embed(chip(photo, face))
