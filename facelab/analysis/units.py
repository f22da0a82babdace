"""What each unit of an MLP's first layer looks for, and whom it speaks for.

A unit's picture is `facelab.runs.frames.unit_images`. Without hidden layers the units are the people themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from facelab.analysis.private import private
from facelab.errors import ShapeError
from facelab.models import MLP
from facelab.runs.frames import unit_images
from facelab.training.numerics import plain

BATCH = 256
NOBODY = -1


@dataclass(frozen=True, eq=False)
class Units:
    """The first layer of an MLP on some photos, float32.

    Attributes:
        images: [U, C, H, W], the weights of each unit.
        activations: [N, U], what each unit puts out for each photo.
        mean_activation: [people, U], over each person's photos; NaN for people without photos.
        contribution: [people, U], the part of each person's score that comes through the unit, over that person's
            photos; NaN for people without photos. It is activation times the gradient of the score with respect to
            it, which with one hidden layer is exactly activation times outgoing weight; through further layers it
            holds for small changes.
    """

    images: np.ndarray
    activations: np.ndarray
    mean_activation: np.ndarray
    contribution: np.ndarray

    @property
    def votes(self) -> np.ndarray:
        """The person to whose score each unit contributes most, int64 [U]; `NOBODY` where it adds to nobody's."""
        known = np.nan_to_num(self.contribution, nan=-np.inf)
        return np.where(known.max(0) > 0, known.argmax(0), NOBODY)

    def order(self, by: str, person: int = 0) -> np.ndarray:
        """All units, int64 [U], in the order `by`, a key of `ORDERS`; `person` counts where the order is a person's."""
        return ORDERS[by](self, person)

    def photos(self, unit: int, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
        """The photos that excite a unit most, the strongest first, and least, the weakest first: two int64 [count].

        Of fewer than twice as many photos each gets half.
        """
        active = self.activations[:, unit]
        count = min(count, len(active) // 2)
        # Not the other end of the same order: torch cannot index by a reversed array.
        return _falling(active)[:count], _falling(-active)[:count]


def _by_vote(units: Units, person: int) -> np.ndarray:
    strength, votes = np.nan_to_num(units.contribution, nan=-np.inf).max(0), units.votes
    return np.lexsort((-strength, np.where(votes == NOBODY, len(units.contribution), votes)))


def _falling(values: np.ndarray) -> np.ndarray:
    return np.argsort(-values, kind="stable")


ORDERS: dict[str, Callable[[Units, int], np.ndarray]] = {
    "norm": lambda units, person: _falling(np.linalg.norm(units.images.reshape(len(units.images), -1), axis=1)),
    "activation": lambda units, person: _falling(units.mean_activation[person]),
    "contribution": lambda units, person: _falling(units.contribution[person]),
    "vote": _by_vote,
}
"""Ways to sort units: the longest weights first; those most active on a person's photos; those that add most to that
person's score; and by the person they vote for most, the strongest vote of each person first."""


def read_units(model: nn.Module, images: Tensor, labels: Tensor, people: int) -> Units:
    """Show photos to an MLP and take down its first layer.

    Args:
        model: an `MLP` on images; it is left as it is.
        images: uint8 [N, C, H, W] or float32 in [0, 1], such as the training split.
        labels: int64 [N].
        people: how many there are.

    Raises:
        ShapeError: the network is no MLP on images.
    """
    if not isinstance(model, MLP) or images.ndim != 4:
        raise ShapeError("Only a multilayer perceptron on faces has a picture for each unit: choose such a run.")
    model = private(model)
    layers = [*model.hidden, model.output]
    first, rest = layers[0], nn.Sequential(*layers[1:])
    numerics = plain(model)
    activations, parts = [], []
    for batch, own in zip(images.split(BATCH), labels.split(BATCH), strict=True):
        with torch.no_grad():
            shown = numerics.inputs(batch.to(numerics.device))
            active = first(model.flatten(model.standardize(shown)))
        active.requires_grad_()
        with torch.enable_grad():
            score = rest(active).gather(1, own.to(numerics.device)[:, None]).sum()
        (slope,) = torch.autograd.grad(score, active)
        active = active.detach()
        activations.append(active.cpu())
        parts.append((active * slope).cpu())
    activations, parts = torch.cat(activations), torch.cat(parts)
    return Units(
        unit_images(model, tuple(images.shape[1:])).numpy(),
        activations.numpy(),
        _means(activations, labels, people),
        _means(parts, labels, people),
    )


def _means(values: Tensor, labels: Tensor, people: int) -> np.ndarray:
    """Mean over each person's rows of float [N, U]: [people, U], NaN without rows."""
    sums = torch.zeros(people, values.shape[1]).index_add_(0, labels, values)
    return (sums / torch.bincount(labels, minlength=people)[:, None]).numpy()
