"""Accuracy against strength: every photo of a set under every transform at every strength, with intervals.

The photos are the sample, drawn from all photos of these people; repeated draws on one photo tell more of that photo,
not of others. So a photo's share of right answers over the draws is what is averaged, and the interval of the mean p is
Wilson's with the effective number of photos p (1 - p) / SE^2, SE being the standard error over photos (Korn and
Graubard 1998). With one draw, or draws that all agree, that is the number of photos.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from torch import Tensor, nn

from facelab.analysis.invariance.changes import changed, drawn, find
from facelab.analysis.private import private
from facelab.errors import DataError, SettingsError
from facelab.training import TrainingConfig, interval, predict
from facelab.training.numerics import choose

BATCH = 32  # photos; their feature maps stay in the processor's caches, 64 take a quarter longer
STRENGTHS = tuple(step / 8 for step in range(9))


@dataclass(frozen=True)
class Progress:
    """`done` of `total` photos have been answered, a photo counting anew each time it is changed."""

    done: int
    total: int


@dataclass(frozen=True, eq=False)
class Sweep:
    """What came out.

    Attributes:
        names: of the transforms.
        strengths: float64 [S], increasing from 0.
        labels: int64 [N], who is on each photo.
        right: bool [T, S, D, N], whether the answer is right by transform, strength, draw and photo; where there is
            nothing to draw, all draws are the same.
    """

    names: tuple[str, ...]
    strengths: np.ndarray
    labels: np.ndarray
    right: np.ndarray

    @cached_property
    def shares(self) -> np.ndarray:
        """Each photo's share of right answers over the draws: float64 [T, S, N]."""
        return self.right.mean(2)

    @cached_property
    def accuracy(self) -> np.ndarray:
        """Float64 [T, S], mean over draws and photos."""
        return self.shares.mean(2)

    @cached_property
    def intervals(self) -> np.ndarray:
        """The 95 % interval of `accuracy`, low and high: float64 [T, S, 2]."""
        return np.array([[mean_interval(shares, self.right.shape[2]) for shares in rows] for rows in self.shares])

    @property
    def clean(self) -> float:
        """Accuracy on the photos as they are."""
        return float(self.accuracy[0, 0])


def mean_interval(shares: np.ndarray, draws: int) -> tuple[float, float]:
    """The 95 % interval of the mean of photos' shares of right answers, float [N], over draws: see the module."""
    mean, number = float(shares.mean()), len(shares)
    error = float(shares.var()) / number
    # Where all photos are alike the spread says nothing, and only their number is known.
    effective = min(mean * (1 - mean) / error, number * draws) if error else number
    return interval(mean * effective, effective)


def sweep(
    model: nn.Module,
    images: Tensor,
    labels: Tensor,
    names: Sequence[str],
    strengths: Sequence[float] = STRENGTHS,
    draws: int = 1,
    seed: int = 0,
) -> Iterator[Progress | Sweep]:
    """Answer for every photo under every transform: yields `Progress` after each batch, and at last the `Sweep`.

    Computes on a copy of the model, with the numerics that training would choose for it. Photos are not rounded to
    bytes between transform and network. Strength 0 is computed once for all transforms and draws.

    Args:
        model: float [B, C, H, W] in [0, 1] to logits [B, people].
        images: uint8 or float [N, C, H, W], N at least 1.
        labels: int64 [N].
        names: of transforms in `TRANSFORMS` or `PUBLISHED`.
        strengths: 0 to 1, in any order; 0 is added if it is missing.
        draws: how often each photo is drawn for; draw d is seeded with `seed + d`.
        seed: at least 0.

    Raises:
        DataError: there are no photos.
        SettingsError: there is no such transform, a strength is outside 0 to 1, or there are no draws.
    """
    names, transforms = tuple(names), [find(name) for name in names]
    steps = np.unique([0.0, *strengths])
    if not len(images):
        raise DataError("There are no photos to test on: choose a split that has some.")
    if not names or draws < 1 or steps[0] < 0 or steps[-1] > 1:
        raise SettingsError("A sweep needs a transform, a draw and strengths between 0 and 1: add what is missing.")
    numerics = choose(model, TrainingConfig())
    model = numerics.place(private(model))
    repeats = [draws if transform.random else 1 for transform in transforms]
    right = np.empty((len(names), len(steps), draws, len(images)), bool)
    done, total = 0, len(images) * (1 + (len(steps) - 1) * sum(repeats))

    for first in range(0, len(images), BATCH):
        rows = slice(first, first + BATCH)
        batch = numerics.inputs(images[rows].to(numerics.device)).contiguous()
        truth = labels[rows].cpu()

        def hits(photos: Tensor, truth: Tensor = truth) -> np.ndarray:
            return (predict(model, photos, numerics).argmax(1) == truth).numpy()

        right[:, 0, :, rows] = hits(batch)
        done += len(batch)
        for place, (name, transform) in enumerate(zip(names, transforms, strict=True)):
            for draw in range(repeats[place]):
                amounts = drawn(name, len(batch), seed + draw, first)
                for step, strength in enumerate(steps[1:].tolist(), 1):
                    right[place, step, draw, rows] = hits(changed(batch, transform, amounts, strength))
            done += len(batch) * (len(steps) - 1) * repeats[place]
            yield Progress(done, total)
        for place, count in enumerate(repeats):
            right[place, :, count:, rows] = right[place, :, :1, rows]
    yield Sweep(names, steps, labels.cpu().numpy(), right)
