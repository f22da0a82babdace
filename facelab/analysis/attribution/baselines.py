"""What a photo is compared with: the same photo with nothing on it."""

from collections.abc import Callable

import torch
from torch import Tensor


def black(photos: Tensor) -> Tensor:
    return torch.zeros_like(photos)


def mean_colour(photos: Tensor) -> Tensor:
    return photos.mean((2, 3), keepdim=True).expand_as(photos)


def blurred(photos: Tensor) -> Tensor:
    """The photo under a Gaussian blur of an eighth of its width: colours and light stay, features go."""
    from facelab._torchvision import v2

    sigma = max(photos.shape[-2:]) / 8
    # The kernel ends at the edges: reflection knows no pixels beyond them.
    height, width = ((side - 1) // 2 * 2 + 1 for side in photos.shape[-2:])
    return v2.functional.gaussian_blur(photos, [width, height], [sigma, sigma])


BASELINES: dict[str, Callable[[Tensor], Tensor]] = {"black": black, "mean colour": mean_colour, "blurred": blurred}
"""Float [B, C, H, W] to the same shape."""
