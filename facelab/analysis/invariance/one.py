"""One photo: several transforms at once, and how far each can go before the answer changes.

A photo shown by itself takes the whole of a signed transform's magnitude, not a share drawn at random, and a negative
strength goes the other way: rotation at -0.5 is 45 degrees clockwise. A flip happens above strength 0.5. Where an
occlusion lies, how the corners of a perspective move and what the noise looks like follow the seed.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from facelab.analysis.invariance.changes import changed, drawn
from facelab.analysis.invariance.transforms import TRANSFORMS
from facelab.errors import SettingsError
from facelab.training import predict

GRID = 20  # strengths tried to either side
BISECTIONS = 7


def transformed(photo: Tensor, strengths: Mapping[str, float], seed: int = 0) -> Tensor:
    """A photo after all transforms of non-zero strength, in the order of `TRANSFORMS`.

    Args:
        photo: uint8 or float [C, H, W], float in [0, 1].
        strengths: by name, -1 to 1 for signed transforms, 0 to 1 for the others.

    Returns:
        a photo of the same shape and dtype; rounded to bytes once, at the end.

    Raises:
        SettingsError: there is no such transform, or a strength is out of range.
    """
    if unknown := [name for name in strengths if name not in TRANSFORMS]:
        raise SettingsError(f"There is no transform {unknown[0]!r}: choose one of {', '.join(TRANSFORMS)}.")
    chosen = [name for name in TRANSFORMS if strengths.get(name)]
    if not chosen:
        return photo
    whole = photo.dtype == torch.uint8
    images = (photo.float().div(255) if whole else photo.float()).unsqueeze(0)
    for name in chosen:
        images = _changed(images, name, strengths[name], seed)
    return images[0].mul(255).round().to(torch.uint8) if whole else images[0].to(photo.dtype)


def probabilities(model: nn.Module, photo: Tensor) -> Tensor:
    """What the network makes of a photo, uint8 or float [C, H, W]: float32 [people], adding up to 1."""
    return predict(model, photo.unsqueeze(0))[0].softmax(0)


def flip_strength(model: nn.Module, photo: Tensor, name: str, seed: int = 0) -> float | None:
    """The strength nearest to 0 at which the answer is another than for the photo as it is; None if it never is.

    Looked for on a grid, then between its strengths by bisection, so a change that a stronger one undoes within a step
    of the grid may be missed. Negative where a signed transform changes the answer sooner in that direction.

    Args:
        photo: uint8 or float [C, H, W], float in [0, 1].
        name: of a transform in `TRANSFORMS`.

    Raises:
        SettingsError: there is no such transform.
    """
    directions = (1.0, -1.0) if name in TRANSFORMS and TRANSFORMS[name].signed else (1.0,)

    def answers(strengths: list[float]) -> Tensor:
        return predict(
            model, torch.stack([transformed(photo, {name: strength}, seed) for strength in strengths])
        ).argmax(1)

    grid = [direction * step / GRID for step in range(1, GRID + 1) for direction in directions]
    own, *others = answers([0.0, *grid]).tolist()
    flipped = next((strength for strength, other in zip(grid, others, strict=True) if other != own), None)
    if flipped is None:
        return None
    same = flipped - (1 if flipped > 0 else -1) / GRID
    for _ in range(BISECTIONS):
        middle = (same + flipped) / 2
        if answers([middle]).item() == own:
            same = middle
        else:
            flipped = middle
    return flipped


def _changed(images: Tensor, name: str, strength: float, seed: int) -> Tensor:
    transform = TRANSFORMS[name]
    if strength < 0 and not transform.signed:
        raise SettingsError(f"strength of {name} is {strength:g}, but must lie between 0 and 1.")
    draws = drawn(name, 1, seed)
    if transform.alone is not None:
        draws = torch.full_like(draws, transform.alone if strength > 0 else -transform.alone)
    return changed(images, transform, draws, abs(strength))
