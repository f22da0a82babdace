"""A face out of its photo: cropped by the list's box, resized, and encoded."""

import io
from typing import Literal

from PIL import Image

from facelab.data.photos import read_photo
from facelab.errors import DataError

LEAST_SIDE = 8  # pixels of a face, below which it is none

Form = Literal["jpg", "png"]
FORMS = {"jpg": {"format": "JPEG", "quality": 95}, "png": {"format": "PNG"}}
"""How a face is written: the suffix of its file -> what Pillow is told."""


def cut(photo: bytes, box: tuple[int, int, int, int], side: int, form: Form) -> bytes:
    """The file of the face in a box, RGB, its longer side at most `side` pixels and never enlarged.

    Args:
        photo: the file of the whole photo.
        box: left, top, right, bottom in pixels; what lies outside the photo is cut off.
        side: pixels.
        form: one of `FORMS`.

    Raises:
        PhotoError: the photo cannot be used.
        DataError: the box lies outside it.
    """
    pixels = read_photo(photo)
    height, width = pixels.shape[:2]
    left, top, right, bottom = max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)
    if min(right - left, bottom - top) < LEAST_SIDE:
        raise DataError(f"The box lies outside the photo, or has less than {LEAST_SIDE} pixels of it.")
    face = Image.fromarray(pixels[top:bottom, left:right])
    scale = side / max(face.size)
    if scale < 1:
        face = face.resize([max(1, round(length * scale)) for length in face.size], Image.Resampling.LANCZOS)
    file = io.BytesIO()
    face.save(file, **FORMS[form])
    return file.getvalue()
