"""What can be done to a photo, and how strongly: one registry from no change (strength 0) to a strong one (1).

Where a transform has two directions, each photo of a set draws its own share of the limit, uniformly to either side, as
torchvision's classes do: rotation at strength 0.5 turns every photo by its own angle between -45 and 45 degrees. Blur,
JPEG and resolution do the same to every photo.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from facelab.analysis.invariance import kernels

SEEDS = 2**31

Kernel = Callable[[Tensor, Tensor, float], Tensor]
"""(photos float32 [N, C, H, W], draws float64 [N, k] in [-1, 1], strength in (0, 1]) -> photos."""


@dataclass(frozen=True)
class Transform:
    """A way to change photos.

    Attributes:
        title: for people.
        unit: of `weakest` and `strongest`, as it is written after the number.
        strongest: the magnitude at strength 1, in `unit`.
        sentence: what it does.
        kernel: the arithmetic.
        draws: how many random numbers each photo takes; 0 is deterministic.
        weakest: the magnitude at strength 0, in `unit`.
        signed: it has two directions, and a photo's magnitude is drawn from the whole range between them.
        alone: the draw that a photo shown by itself has at a positive strength, None if it takes one by its seed.
    """

    title: str
    unit: str
    strongest: float
    sentence: str
    kernel: Kernel
    draws: int = 0
    weakest: float = 0.0
    signed: bool = False
    alone: float | None = None

    @property
    def random(self) -> bool:
        """Whether another seed gives other photos."""
        return self.draws > 0

    def magnitude(self, strength: float) -> float:
        """How much a strength is, in `unit`; for a signed transform the limit to either side."""
        return self.weakest + (self.strongest - self.weakest) * strength

    def words(self, strength: float) -> str:
        """The magnitude as people say it: 'up to 45 degrees to either side'."""
        amount = f"{self.magnitude(strength):.3g} {self.unit}"
        return f"up to {amount} to either side" if self.signed else amount


def _signed(title: str, unit: str, strongest: float, sentence: str, kernel: Kernel, draws: int = 1) -> Transform:
    return Transform(title, unit, strongest, sentence, kernel, draws, signed=True, alone=1.0)


def _factor(kernel: Callable[[Tensor, Tensor], Tensor], width: float) -> Kernel:
    """A kernel whose factors lie within `width` of 1."""
    return lambda images, draws, strength: kernel(images, 1 + width * strength * draws[:, 0])


JITTER = 0.6  # of brightness, contrast and saturation at strength 1
JITTER_HUE = 0.15  # turns
AFFINE = {"degrees": 30.0, "x": 0.15, "y": 0.15, "scale": 0.3, "shear": 20.0}
DISTORTION = 0.4  # of the side, at most 0.5: opposite corners must not meet
REACH = 3  # standard deviations to which a blur's kernel goes


def _colour_jitter(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    factors = 1 + JITTER * strength * draws[:, :3]
    for column, kernel in enumerate((kernels.brightness, kernels.contrast, kernels.saturation)):
        images = kernel(images, factors[:, column]).clamp_(0, 1)
    return kernels.hue(images, JITTER_HUE * strength * draws[:, 3])


def _affine(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    amounts = {name: strength * limit * draws[:, place] for place, (name, limit) in enumerate(AFFINE.items())}
    amounts["scale"] = 1 + amounts["scale"]
    return kernels.affine(images, **amounts)


def _perspective(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    return kernels.perspective(images, strength * DISTORTION * ((draws + 1) / 2).view(-1, 4, 2))


def _blur(images: Tensor, draws: Tensor, strength: float) -> Tensor:
    sigma = 0.05 * strength * min(images.shape[2:])
    reach = math.ceil(REACH * sigma)
    return kernels.gaussian_blur(images, draws.new_full((len(images),), sigma), (reach, reach))


def _flip(axis: int) -> Kernel:
    def flip(images: Tensor, draws: Tensor, strength: float) -> Tensor:
        chosen = ((draws[:, 0] + 1) / 2 < strength).view(-1, 1, 1, 1)
        return torch.where(chosen, images.flip(axis), images)

    return flip


TRANSFORMS: dict[str, Transform] = {
    "brightness": _signed(
        "Brightness", "%", 80, "All values are multiplied by a factor around 1.", _factor(kernels.brightness, 0.8)
    ),
    "contrast": _signed(
        "Contrast",
        "%",
        80,
        "The distance of all values from the photo's mean grey is multiplied by a factor around 1.",
        _factor(kernels.contrast, 0.8),
    ),
    "saturation": _signed(
        "Saturation",
        "%",
        100,
        "Colours fade towards grey or grow twice as strong.",
        _factor(kernels.saturation, 1),
    ),
    "hue": _signed(
        "Hue",
        "degrees",
        180,
        "All colours are turned round the colour circle.",
        lambda images, draws, strength: kernels.hue(images, 0.5 * strength * draws[:, 0]),
    ),
    "colour_jitter": _signed(
        "Colour jitter",
        "%",
        100 * JITTER,
        "Brightness, contrast and saturation change at once, each by its own draw, and hue by up to 54 degrees.",
        _colour_jitter,
        draws=4,
    ),
    "gaussian_blur": Transform(
        "Gaussian blur",
        "% of the side",
        5,
        "Every pixel becomes a weighted mean of its surroundings; the magnitude is the standard deviation.",
        _blur,
    ),
    "gaussian_noise": Transform(
        "Gaussian noise",
        "% of white",
        30,
        "Every value is moved by a normal draw of its own; the magnitude is the standard deviation.",
        lambda images, draws, strength: kernels.gaussian_noise(
            images, 0.3 * strength, ((draws[:, 0] + 1) / 2 * SEEDS).long()
        ),
        draws=1,
    ),
    "rotation": _signed(
        "Rotation",
        "degrees",
        90,
        "The photo is turned in its plane about its middle, counter-clockwise if positive.",
        lambda images, draws, strength: kernels.affine(images, degrees=90 * strength * draws[:, 0]),
    ),
    "translation": _signed(
        "Translation",
        "% of the side",
        40,
        "The photo is shifted right or left and down or up, each by its own draw.",
        lambda images, draws, strength: kernels.affine(
            images, x=0.4 * strength * draws[:, 0], y=0.4 * strength * draws[:, 1]
        ),
        draws=2,
    ),
    "scale": _signed(
        "Scale",
        "%",
        60,
        "The photo is enlarged or shrunk about its middle.",
        lambda images, draws, strength: kernels.affine(images, scale=1 + 0.6 * strength * draws[:, 0]),
    ),
    "shear": _signed(
        "Shear",
        "degrees",
        45,
        "Upright lines lean to the right or left.",
        lambda images, draws, strength: kernels.affine(images, shear=45 * strength * draws[:, 0]),
    ),
    "affine": _signed(
        "Affine",
        "% of its limits",
        100,
        "Rotation up to 30 degrees, translation 15 %, scale 30 % and shear 20 degrees at once, each by its own draw.",
        _affine,
        draws=len(AFFINE),
    ),
    "perspective": Transform(
        "Perspective",
        "% of the side",
        100 * DISTORTION,
        "The photo is seen aslant: each corner moves inwards by its own draw, at most by the magnitude.",
        _perspective,
        draws=8,
    ),
    "horizontal_flip": Transform(
        "Horizontal flip",
        "% of the photos",
        100,
        "Left and right are exchanged in a share of the photos.",
        _flip(3),
        draws=1,
        alone=0.0,
    ),
    "vertical_flip": Transform(
        "Vertical flip",
        "% of the photos",
        100,
        "A share of the photos is turned upside down like a reflection in water.",
        _flip(2),
        draws=1,
        alone=0.0,
    ),
    "occlusion": Transform(
        "Occlusion",
        "% of the side",
        60,
        "A grey square of this side hides a random place.",
        lambda images, draws, strength: kernels.occlude(images, 0.6 * strength, (draws + 1) / 2),
        draws=2,
    ),
    "jpeg": Transform(
        "JPEG quality",
        "of 100",
        1,
        "The photo is stored as JPEG and read again.",
        lambda images, draws, strength: kernels.jpeg(images, round(100 - 99 * strength)),
        weakest=100,
    ),
    "resolution": Transform(
        "Resolution",
        "% of the side",
        10,
        "The photo is shrunk to this share of its pixels' side and enlarged again.",
        lambda images, draws, strength: kernels.resample(images, 1 - 0.9 * strength),
        weakest=100,
    ),
}
"""In the order in which they are applied when there are several."""
