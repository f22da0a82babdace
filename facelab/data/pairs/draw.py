"""Pairs drawn from people and their photos: as many of one person as of two, each pair once."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from facelab.errors import DataError

THUMBNAIL = 12
TRIES = 50
"""How many times as many different pairs as wanted are drawn, at most, to find those not drawn before."""


def draw_pairs(
    labels: Tensor, rows: Tensor, count: int, rng: np.random.Generator, images: Tensor | None = None
) -> Tensor:
    """About `count` pairs among the photos `rows`: first those of one person, then as many of two.

    Every person with two photos or more has about as many pairs of the first kind; there are fewer where the photos
    allow no more.

    Args:
        labels: int64 [N], the person on each photo.
        rows: int64 [n], the photos to draw from.
        images: uint8 [N, C, H, W]: given, the pairs of two people are those that look most alike.

    Returns:
        int64 [P, 2], photos.

    Raises:
        DataError: nobody has two photos, or there is one person only.
    """
    people, rows = labels[rows].numpy(), rows.numpy()
    same = _same(people, count // 2, rng)
    if not len(same) or len(np.unique(people)) < 2:
        raise DataError(
            "Pairs need at least two people in each of train, validation and test, one of them with two photos: give "
            "more people, or more photos of each."
        )
    if images is None:
        different = _different(people, len(same), rng)
    else:
        different = _alike(people, len(same), _thumbnails(images[torch.from_numpy(rows)]))
    most = min(len(same), len(different))
    return torch.from_numpy(rows[np.concatenate([same[:most], different[:most]])])


def _same(people: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Up to `count` pairs of one person each, int64 [P, 2]: one of everybody, then a second, and so on."""
    found, ranks = [np.zeros((0, 2), np.int64)], [np.zeros((0, 2))]
    for person in np.unique(people):
        own = np.flatnonzero(people == person)
        first, second = np.triu_indices(len(own), 1)
        chosen = rng.permutation(len(first))[:count]
        found.append(np.stack([own[first[chosen]], own[second[chosen]]], 1))
        ranks.append(np.stack([np.arange(len(chosen)), np.full(len(chosen), rng.random())], 1))
    turn, person = np.concatenate(ranks).T
    return np.concatenate(found)[np.lexsort((person, turn))][:count]


def _different(people: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Up to `count` pairs of two people each, int64 [P, 2]; everybody is as likely, however many photos they have."""
    names, owner = np.unique(people, return_inverse=True)
    order = np.argsort(owner, kind="stable")
    starts, photos = np.searchsorted(owner[order], np.arange(len(names))), np.bincount(owner)
    found: dict[tuple[int, int], None] = {}
    for _ in range(TRIES):
        two = rng.integers(len(names), size=(count, 2))
        two = two[two[:, 0] != two[:, 1]]
        chosen = order[starts[two] + (rng.random(two.shape) * photos[two]).astype(np.int64)]
        found |= dict.fromkeys(map(tuple, np.sort(chosen, 1).tolist()))
        if len(found) >= count:
            break
    return np.array(list(found)[:count], np.int64)


def _thumbnails(images: Tensor) -> Tensor:
    """Photos small, grey and as unit vectors around 0: float32 [n, THUMBNAIL**2]."""
    parts = [F.adaptive_avg_pool2d(chunk.float().mean(1, keepdim=True), THUMBNAIL) for chunk in images.split(512)]
    small = torch.cat(parts).flatten(1)
    return F.normalize(small - small.mean(1, keepdim=True), dim=1)


def _alike(people: np.ndarray, count: int, small: Tensor) -> np.ndarray:
    """The `count` pairs of two people that look most alike, seen small; each photo brings as many."""
    owner = torch.from_numpy(people)
    nearest = min(math.ceil(2 * count / len(people)), len(people) - 1)
    found: dict[tuple[int, int], float] = {}
    for start in range(0, len(people), 512):
        likeness = small[start : start + 512] @ small.T
        likeness[owner[start : start + 512, None] == owner] = -2
        values, others = likeness.topk(nearest)
        for offset, row in enumerate(others.tolist()):
            for other, value in zip(row, values[offset].tolist(), strict=True):
                if value > -2:
                    found[min(start + offset, other), max(start + offset, other)] = value
    return np.array(sorted(found, key=lambda pair: -found[pair])[:count], np.int64)
