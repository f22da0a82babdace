"""The deletion curve: does the answer go when the pixels go that a map calls important? (Petsiuk et al. 2018)"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.attribution.attribute import checked_targets
from facelab.analysis.attribution.baselines import BASELINES
from facelab.analysis.attribution.methods import at_once
from facelab.analysis.attribution.subject import dissect, undisturbed
from facelab.errors import AnalysisError


@dataclass(frozen=True)
class Deletion:
    """The target's probability while pixels go. Where a network has one output, that output takes its place.

    Attributes:
        shares: float64 [S + 1], the share of pixels that are gone, from 0 to 1.
        values: float64 [S + 1], with the most important pixels gone first.
        random: float64 [R, S + 1], with pixels gone in R random orders.
    """

    shares: np.ndarray
    values: np.ndarray
    random: np.ndarray

    @property
    def area(self) -> float:
        """Under `values`: the smaller, the better the map has found what the answer hangs on."""
        return float(np.trapezoid(self.values, self.shares))

    @property
    def random_areas(self) -> np.ndarray:
        """Under each of `random`, float64 [R]."""
        return np.trapezoid(self.random, self.shares, axis=1)


def deletion_curve(
    model: nn.Module,
    photo: Tensor,
    importance: np.ndarray,
    target: int,
    steps: int = 20,
    seed: int = 0,
    orders: int = 8,
    baseline: str = "mean colour",
) -> Deletion:
    """How the target's probability changes as pixels go to a baseline, a share more at each of `steps`.

    Single pixels gone at random disturb a network more than a patch does, so random order is a hard yardstick.

    Args:
        model: as for `attribute`; it is copied.
        photo: float [C, H, W] in [0, 1].
        importance: float [H, W], as `heat` makes it; the largest values go first, of equal ones a random one.
        target: a class.
        steps: S.
        seed: of the random orders.
        orders: R, at least 1.
        baseline: what a pixel becomes, a key of `BASELINES`: the photo's mean colour, the blurred photo, or black.

    Raises:
        AnalysisError: the map is not of the photo's size, or photo or target are not right for the network.
    """
    importance = np.asarray(importance, np.float64)
    if importance.shape != tuple(photo.shape[-2:]):
        raise AnalysisError(
            f"The map's shape is {importance.shape}, the photo's {tuple(photo.shape[-2:])}: give one value per pixel."
        )
    subject = dissect(model, photo[None])
    target = int(checked_targets(subject, photo[None], target))
    generator = np.random.default_rng(seed)
    pixels = importance.size
    ranks = np.empty((orders + 1, pixels), np.int64)
    for row in range(orders + 1):
        mixed = generator.permutation(pixels)
        order = mixed[np.argsort(-importance.ravel()[mixed], kind="stable")] if row == 0 else mixed
        ranks[row, order] = np.arange(pixels)
    gone = np.round(np.linspace(0, pixels, steps + 1)).astype(np.int64)
    with undisturbed(photo.device), torch.no_grad():
        photo = photo.float()
        empty = BASELINES[baseline](photo[None])[0]
        masks = torch.from_numpy(ranks[:, None] < gone[:, None]).view(-1, 1, *photo.shape[-2:]).to(photo.device)
        outputs = torch.cat(
            [subject.model(torch.where(some, empty, photo)) for some in masks.split(at_once(photo[None]))]
        ).double()
        values = outputs.softmax(1) if subject.outputs > 1 else outputs
    curves = values[:, target].view(orders + 1, steps + 1).cpu().numpy()
    return Deletion(gone / pixels, curves[0], curves[1:])
