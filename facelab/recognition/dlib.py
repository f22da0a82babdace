"""The only door to dlib (King 2009, JMLR 10): its ready-made models, loaded once, when first needed.

dlib does not promise that two threads may share a model, so one call runs at a time.
"""

import importlib.util
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from facelab.errors import RecognitionError

Box = tuple[float, float, float, float]
"""Left, top, right, bottom in pixels; (0, 0) is the photo's upper left corner."""

PREDICTOR = "shape_predictor_5_face_landmarks.dat"
EMBEDDER = "dlib_face_recognition_resnet_model_v1.dat"

_lock = threading.Lock()


def detect(photo: np.ndarray) -> list[tuple[Box, float]]:
    """The frontal detector's boxes and scores on uint8 [H, W, 3]: histograms of oriented gradients under a linear
    classifier (King 2015, arXiv:1502.00046)."""
    with _lock:
        boxes, scores, _ = _load(_detector).run(photo)
    # dlib's right and bottom are the last pixels inside.
    sides = [(box.left(), box.top(), box.right() + 1, box.bottom() + 1) for box in boxes]
    return list(zip(sides, scores, strict=True))


def landmarks(photo: np.ndarray, box: tuple[int, int, int, int]) -> np.ndarray:
    """Five points float64 [5, 2] of the face in the box, in whole pixels' centres (Kazemi and Sullivan 2014, CVPR)."""
    left, top, right, bottom = box
    with _lock:
        shape = _load(_predictor)(photo, _dlib().rectangle(left, top, right - 1, bottom - 1))
    return np.array([(point.x + 0.5, point.y + 0.5) for point in shape.parts()])


def embed(chip: np.ndarray) -> np.ndarray:
    """The descriptor float32 [128] of an aligned face uint8 [150, 150, 3]."""
    with _lock:
        return np.array(_load(_embedder).compute_face_descriptor(chip), np.float32)


def _detector() -> Any:
    return _dlib().get_frontal_face_detector()


def _predictor() -> Any:
    return _dlib().shape_predictor(_file(PREDICTOR))


def _embedder() -> Any:
    return _dlib().face_recognition_model_v1(_file(EMBEDDER))


@cache
def _load(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except RuntimeError as error:
        raise RecognitionError(
            f"A model of dlib cannot be read ({error}): install the package face_recognition_models again."
        ) from None


def _dlib() -> ModuleType:
    try:
        import dlib
    except ImportError:
        raise RecognitionError(
            "Finding faces needs a package that is not installed: run pip install dlib-bin."
        ) from None
    return dlib


def _file(name: str) -> str:
    # Importing the package would import pkg_resources, which new versions of setuptools no longer have.
    spec = importlib.util.find_spec("face_recognition_models")
    folders = (spec.submodule_search_locations if spec else None) or ()
    file = next((file for folder in folders if (file := Path(folder) / "models" / name).is_file()), None)
    if file is None:
        raise RecognitionError(
            f"Finding faces needs the file {name}, which is not there: run pip install --force-reinstall "
            "face_recognition_models."
        )
    return str(file)
