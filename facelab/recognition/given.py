"""A photo as somebody gives it: a file, its bytes, or its pixels."""

from pathlib import Path

import numpy as np

from facelab.data.photos import photo_size, read_photo

SHORTER_SIDE = 1500
"""Pixels of a photo's shorter side that are enough: half of those of 12 megapixels, which take a third of the time."""

Photo = str | Path | bytes | np.ndarray
"""A file, its bytes, or its pixels, uint8 [H, W, 3]."""


def pixels_of(photo: Photo) -> tuple[np.ndarray, float]:
    """Pixels that are enough, uint8 [H, W, 3], and how many of the photo's own, a side, make one of them.

    Raises:
        PhotoError: the photo cannot be used.
    """
    if isinstance(photo, np.ndarray):
        return photo, 1.0
    file = photo if isinstance(photo, bytes) else Path(photo)
    pixels = read_photo(file, SHORTER_SIDE)
    return pixels, min(photo_size(file)) / min(pixels.shape[:2])
