"""Transforms done to photos, each photo by its own draws.

The draws depend on the seed, the transform and the photo's place alone, not on the strength, so that a curve over
strengths follows the same photos further along the same way.
"""

import zlib

import numpy as np
import torch
from torch import Tensor

from facelab.analysis.invariance.published import PUBLISHED
from facelab.analysis.invariance.transforms import TRANSFORMS, Transform
from facelab.errors import SettingsError


def find(name: str) -> Transform:
    """A transform of `TRANSFORMS` or `PUBLISHED`.

    Raises:
        SettingsError: neither has it.
    """
    found = TRANSFORMS.get(name) or PUBLISHED.get(name)
    if found is None:
        raise SettingsError(f"There is no transform {name!r}: choose one of {', '.join((*TRANSFORMS, *PUBLISHED))}.")
    return found


def magnitude(name: str, strength: float) -> float:
    """How much a strength of the named transform is, in its unit.

    Raises:
        SettingsError: there is no such transform.
    """
    return find(name).magnitude(strength)


def apply(images: Tensor, name: str, strength: float, seed: int = 0, first: int = 0) -> Tensor:
    """Photos changed, each by its own draws.

    Args:
        images: uint8 or float [N, C, H, W], C = 1 or 3, float in [0, 1].
        name: of a transform in `TRANSFORMS` or `PUBLISHED`.
        strength: 0 (none) to 1 (strong).
        seed: at least 0; the same seed gives the same photos.
        first: the place of the first photo in the whole set, so that a part comes out as it does with the rest.

    Returns:
        photos of the same shape, dtype, range and device; `images` itself at strength 0.

    Raises:
        SettingsError: there is no such transform, or the strength is outside 0 to 1.
    """
    transform = find(name)
    return changed(images, transform, drawn(name, len(images), seed, first), strength)


def drawn(name: str, number: int, seed: int, first: int = 0) -> Tensor:
    """The draws of `number` photos from the `first` on: float64 [number, k], uniform in [-1, 1]."""
    bits = np.random.PCG64([seed, zlib.crc32(name.encode())])
    width = find(name).draws
    bits.advance(first * width)
    return torch.from_numpy(2 * np.random.Generator(bits).random((number, width)) - 1)


def changed(images: Tensor, transform: Transform, draws: Tensor, strength: float) -> Tensor:
    """Photos changed by given draws: see `apply`.

    Raises:
        SettingsError: the strength is outside 0 to 1.
    """
    if not 0 <= strength <= 1:
        raise SettingsError(f"strength is {strength:g}, but must lie between 0 (no change) and 1 (strong).")
    if strength == 0 or not len(images):
        return images
    whole = images.dtype == torch.uint8
    values = images.float().div(255) if whole else images.float()
    values = transform.kernel(values, draws.to(images.device), strength).clamp(0, 1)
    return values.mul_(255).round_().to(torch.uint8) if whole else values.to(images.dtype)
