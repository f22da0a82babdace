"""Similarity transforms (shift, rotation, one scale) between landmarks, and photos seen through them."""

import numpy as np
import torch
from PIL import Image
from torch.nn import functional as F


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The least-squares similarity transform that takes `source` to `target` (Umeyama 1991, IEEE TPAMI 13(4)).

    Without reflections, and in the plane, it is a linear regression of complex numbers: target = a * source + b.

    Args:
        source: float [N, 2], not all the same.
        target: float [N, 2].

    Returns:
        float64 [2, 3]: target = matrix[:, :2] @ source + matrix[:, 2].
    """
    z, w = (np.asarray(points, np.float64) @ (1, 1j) for points in (source, target))
    centred = z - z.mean()
    a = np.vdot(centred, w) / np.vdot(centred, centred).real
    b = w.mean() - a * z.mean()
    return np.array([[a.real, -a.imag, b.real], [a.imag, a.real, b.imag]])


def inverse(matrix: np.ndarray) -> np.ndarray:
    """The way back of a `similarity`: float64 [2, 3]."""
    turn = np.linalg.inv(matrix[:, :2])
    return np.column_stack([turn, -turn @ matrix[:, 2]])


def apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points [N, 2] moved by a transform [2, 3]: float64 [N, 2]."""
    return points @ matrix[:, :2].T + matrix[:, 2]


def resize(photo: np.ndarray, height: int, width: int) -> np.ndarray:
    """A photo, uint8 [H, W, 3], bicubically at another size, low-pass filtered where it shrinks.

    From 12 megapixels five times faster than by Pillow, which would first copy all of them.
    """
    # torch wants arrays writable and strides positive; only where they are not is a copy made.
    pixels = torch.from_numpy(np.require(photo, np.uint8, ("C", "W"))).permute(2, 0, 1)[None]
    small = F.interpolate(pixels, (height, width), mode="bicubic", antialias=True)
    return np.ascontiguousarray(small[0].permute(1, 2, 0))


def warp(photo: np.ndarray, matrix: np.ndarray, size: int) -> np.ndarray:
    """The square of `size` pixels at the origin of where `matrix` takes the photo.

    What lies outside the photo repeats its edge. Where the photo shrinks it is low-pass filtered first, so that fine
    texture does not alias.

    Args:
        photo: uint8 [H, W, 3].
        matrix: float [2, 3], a similarity from the photo's pixels to the result's; pixel centres lie at halves.
        size: the side of the result in pixels.

    Returns:
        uint8 [size, size, 3].
    """
    back = inverse(matrix)
    shrink = np.hypot(*back[:, 0])  # the photo's pixels per pixel of the result
    if shrink > 1:
        photo, back = _shrunk(photo, back, size, shrink)
    low, high = _seen(back, size, margin=2)
    columns, rows = (
        np.arange(start, end).clip(0, side - 1).astype(int)
        for start, end, side in zip(low, high, photo.shape[1::-1], strict=True)
    )
    back[:, 2] -= low
    # Pillow and not grid_sample, whose threads make it five times slower while a training run has the cores.
    around = Image.fromarray(photo[rows[:, None], columns])
    to_around = tuple(back.ravel())
    return np.array(around.transform((size, size), Image.Transform.AFFINE, to_around, Image.Resampling.BICUBIC))


def _seen(back: np.ndarray, size: int, margin: float) -> tuple[np.ndarray, np.ndarray]:
    """The corners, whole numbers x and y, of what the result shows; `back` leads there from the result."""
    corners = apply(back, np.array([[0, 0], [size, 0], [0, size], [size, size]]))
    return np.floor(corners.min(0) - margin), np.ceil(corners.max(0) + margin)


def _shrunk(photo: np.ndarray, back: np.ndarray, size: int, shrink: float) -> tuple[np.ndarray, np.ndarray]:
    """The part of the photo that the result shows, `shrink` times smaller, and the way from the result to it."""
    bounds = np.array(photo.shape[1::-1])
    low, high = _seen(back, size, margin=3 * shrink)  # as far as the bicubic filter reaches, and a pixel
    low = low.clip(0, bounds - 1).astype(int)
    high = high.clip(low + 1, bounds).astype(int)  # one pixel at least, if all of it lies outside
    width, height = np.maximum(1, np.round((high - low) / shrink)).astype(int)
    part = resize(photo[low[1] : high[1], low[0] : high[0]], height, width)
    ratio = np.array([width, height]) / (high - low)
    return part, ratio[:, None] * np.column_stack([back[:, :2], back[:, 2] - low])
