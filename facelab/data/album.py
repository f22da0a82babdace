"""`Album`: what a source yields, the photos of people before they are divided into splits."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from torch import Tensor

from facelab.errors import DataError

Progress = Callable[[float], None]
"""Is told the share done, 0 to 1, in the caller's thread."""

MAX_BYTES = 2 * 1024**3


@dataclass(frozen=True, eq=False)
class Album:
    """Photos of people.

    Attributes:
        images: uint8 [N, 3, H, W], RGB.
        labels: int64 [N], an index into `names`.
        names: one name per person, exactly as text (may hold markup).
        source: one sentence: what this is, how many photos of how many people.
        parameters: for generated faces, float32 [N] per named parameter of the photo.
        notes: plain sentences on what was skipped.
    """

    images: Tensor
    labels: Tensor
    names: tuple[str, ...]
    source: str
    parameters: dict[str, np.ndarray] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def check_memory(photos: int, size: int) -> None:
    """Refuse a dataset that would fill the computer's memory, before any photo is made or decoded.

    Raises:
        DataError: it is larger than `MAX_BYTES`.
    """
    need = photos * 3 * size * size
    if need > MAX_BYTES:
        raise DataError(
            f"{photos:,} photos of {size}x{size} pixels take {need / 1e9:.1f} GB of memory, more than the "
            f"{MAX_BYTES / 1e9:.1f} GB allowed: choose fewer people, fewer photos or a smaller size."
        )
