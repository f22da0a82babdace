"""From attributions to pictures: one map per photo, and the four classic views of guided backprop."""

from collections.abc import Callable

import numpy as np
from torch import Tensor

from facelab.analysis.attribution.methods import METHODS

PERCENTILE = 99
"""Of a picture's values: what lies above is drawn as this, so that a few strong pixels don't darken all others."""


def heat(attribution: Tensor, method: str) -> np.ndarray:
    """One value per pixel, larger for pixels that count more: float [B, C, H, W] to float32 [B, H, W].

    Where a sign says for or against, channels are summed; else the largest absolute value among them counts (Simonyan
    et al. 2014), and no value is negative.
    """
    values = attribution.detach().float().cpu()
    return (values.sum(1) if METHODS[method].signed else values.abs().amax(1)).numpy()


def strength(maps: np.ndarray) -> float:
    """What value to draw at full strength so that `maps`, any float arrays, share one scale with zero in its middle.

    The 99th percentile of the absolute values that are finite and not zero; 1 where there are none.
    """
    sizes = np.abs(np.asarray(maps))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    return float(np.percentile(sizes, PERCENTILE)) if len(sizes) else 1.0


def colour(gradient: np.ndarray) -> np.ndarray:
    """All values from the lowest, black, to the highest, white, in each channel's colour."""
    low, high = gradient.min(), gradient.max()
    return (gradient - low) / (high - low) if high > low else np.full_like(gradient, 0.5)


def grey(gradient: np.ndarray) -> np.ndarray:
    """The sum of the absolute values over the channels, up to the 99th percentile."""
    sums = np.abs(gradient).sum(-1)
    return np.minimum(sums / (np.percentile(sums, PERCENTILE) or sums.max() or 1), 1)


def positive(gradient: np.ndarray) -> np.ndarray:
    """What makes the score rise with the pixel: positive values over the largest, negative ones black."""
    return np.maximum(gradient, 0) / (gradient.max() if gradient.max() > 0 else 1)


def negative(gradient: np.ndarray) -> np.ndarray:
    """What makes the score rise against the pixel: negative values over the lowest, positive ones black."""
    return positive(-gradient)


VIEWS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "Colour": colour,
    "Grey": grey,
    "Positive saliency": positive,
    "Negative saliency": negative,
}


def four_views(gradient: Tensor) -> dict[str, np.ndarray]:
    """The four views in which guided backprop is shown (Springenberg et al. 2015 and the pictures made since).

    Args:
        gradient: float [C, H, W] of one photo; a single channel is shown as grey, what is not finite as zero.

    Returns:
        By title, as in `VIEWS`: float32 [H, W, C], for "Grey" [H, W], all from 0 to 1.
    """
    pixels = gradient.detach().float().nan_to_num(0, 0, 0).cpu().permute(1, 2, 0).numpy()
    return {title: view(pixels).astype(np.float32) for title, view in VIEWS.items()}
