"""The transforms that published studies of small ConvNets on faces test with, at their settings.

Such studies name torchvision's classes, and give numbers only for some; the others are those of torchvision's gallery
"Illustration of transforms", which they follow. A photo's amounts have the distributions of those classes. Two things
differ: brightness comes always before hue (torchvision takes either order; without clipping the two commute), and
sampling is bilinear where RandomRotation and RandomAffine take the nearest pixel by default.
"""

from torch import Tensor

from facelab.analysis.invariance import kernels
from facelab.analysis.invariance.transforms import Transform

CLEAN = 0.725
"""The published ConvNet's accuracy on photos as they are."""

ACCURACY = {
    "published_jitter": 0.53,
    "published_perspective": 0.54,
    "published_rotation": 0.64,
    "published_translation": 0.45,
    "published_scale": 0.51,
}
"""Its accuracy on changed photos; blur was nearly free, without a figure."""

BLUR_RADIUS = (2, 4)  # px, across and down: kernels of 5 and 9
BLUR_SIGMA = (0.1, 5.0)  # px
DISTORTION = 0.6


def _within(draws: Tensor, low: float, high: float) -> Tensor:
    return low + (high - low) * (draws + 1) / 2


def _jitter(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    images = kernels.brightness(images, _within(draws[:, 0], 0.5, 1.5)).clamp_(0, 1)
    return kernels.hue(images, _within(draws[:, 1], -0.3, 0.3))


def _blur(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.gaussian_blur(images, _within(draws[:, 0], *BLUR_SIGMA), BLUR_RADIUS)


def _perspective(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.perspective(images, DISTORTION / 2 * ((draws + 1) / 2).view(-1, 4, 2))


def _rotation(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.affine(images, degrees=45 * draws[:, 0])


def _translation(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.affine(images, x=0.1 * draws[:, 0], y=0.3 * draws[:, 1])


def _scale(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.affine(images, scale=_within(draws[:, 0], 0.5, 0.75))


PUBLISHED: dict[str, Transform] = {
    "published_jitter": Transform(
        "ColorJitter", "% brightness", 50, "ColorJitter(brightness=0.5, hue=0.3).", _jitter, draws=2, signed=True
    ),
    "published_blur": Transform(
        "GaussianBlur", "px", 5, "GaussianBlur(kernel_size=(5, 9), sigma=(0.1, 5)).", _blur, draws=1
    ),
    "published_perspective": Transform(
        "RandomPerspective",
        "% of the side",
        50 * DISTORTION,
        "RandomPerspective(distortion_scale=0.6, p=1).",
        _perspective,
        draws=8,
    ),
    "published_rotation": Transform(
        "RandomRotation", "degrees", 45, "RandomRotation(degrees=45).", _rotation, draws=1, signed=True
    ),
    "published_translation": Transform(
        "RandomAffine, translation",
        "% of the side",
        30,
        "RandomAffine(degrees=0, translate=(0.1, 0.3)).",
        _translation,
        draws=2,
        signed=True,
    ),
    "published_scale": Transform(
        "RandomAffine, scale",
        "% of the size",
        50,
        "RandomAffine(degrees=0, scale=(0.5, 0.75)).",
        _scale,
        draws=1,
        weakest=100,
    ),
}
"""Every strength above 0 is the published setting."""
