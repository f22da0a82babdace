"""Each person's photos into train, validation and test; and likewise each class of points in the plane."""

import hashlib
import math

import numpy as np
import torch
from torch import Tensor

from facelab.data.faces import SPLITS
from facelab.data.specs import Split
from facelab.errors import DataError

MAX_NAMED = 5  # people named in one note


def split_per_person(labels: Tensor, split: Split, names: tuple[str, ...]) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    """Divide the photos of every person by shares or counts, at random from `split.seed`.

    A person's order is drawn from the seed and the person's name alone, and test comes first in it, then validation:
    another person more or less, or a longer train split, moves no photo from test to train. Only where counts ask for
    more photos than a person has, and so are scaled down, does a longer train split take from the other parts: photos
    then move from test to validation, and from there to train. Another photo at the end of a person's moves the borders
    between the parts by one place at most.

    Args:
        labels: int64 [N], an index into `names`.
        split: shares below 1 or counts from 1 on.
        names: one name per person.

    Returns:
        For each of `SPLITS`, int64 indices in ascending order, disjoint, with every person in every split that has a
        share; and plain sentences on who has fewer photos to train on than asked for.

    Raises:
        DataError: a person has too few photos; the text names the first.
    """
    rows: dict[str, list[np.ndarray]] = {name: [] for name in SPLITS}
    short: list[str] = []
    order = np.argsort(labels.numpy(), kind="stable")
    photos = np.bincount(labels.numpy(), minlength=len(names))
    for name, own in zip(names, np.split(order, np.cumsum(photos)[:-1]), strict=True):
        train, validation, test = sizes(len(own), split, name)
        if split.train >= 1 and train < split.train:
            short.append(f"{name} ({train})")
        # A rank for each: unlike a permutation, the same whatever follows.
        own = own[np.argsort(_generator(split.seed, name).random(len(own)))]
        stops = np.cumsum([test, validation, train])
        for part, indices in zip(("test", "validation", "train"), np.split(own, stops)[:3], strict=True):
            rows[part].append(indices)
    splits = {name: torch.from_numpy(np.sort(np.concatenate(parts)).astype(np.int64)) for name, parts in rows.items()}
    return splits, _notes(short, split)


def sizes(photos: int, split: Split, name: str, what: str = "photos") -> tuple[int, int, int]:
    """How many of a person's photos, or of `what` else there is, go to train, validation and test.

    Counts are given where there are as many photos; where there are fewer, they are taken for shares of their sum.
    Shares are rounded to whole photos by largest remainder, with at least one in each part whose share is not 0.

    Raises:
        DataError: not all of these parts would get a photo.
    """
    wanted = (split.train, split.validation, split.test)
    if split.train >= 1:
        total = int(sum(wanted))
        if photos >= total:
            return tuple(map(int, wanted))
        wanted = tuple(count / total for count in wanted)
    least = sum(share > 0 for share in wanted)
    if photos < least:
        raise DataError(
            f"{name} has {photos} {what}, but this split needs at least {least}, one for each of its parts: have more "
            f"{what}."
        )
    return _largest_remainder(photos, wanted)


def _largest_remainder(photos: int, shares: tuple[float, ...]) -> tuple[int, ...]:
    quotas = [photos * share for share in shares]
    parts = [math.floor(quota) for quota in quotas]
    needed = [part for part, share in enumerate(shares) if share]
    total = max(math.floor(sum(quotas) + 1e-6), len(needed))
    by_remainder = sorted(range(len(shares)), key=lambda part: parts[part] - quotas[part])
    for part in by_remainder[: max(total - sum(parts), 0)]:
        parts[part] += 1
    while empty := [part for part in needed if not parts[part]]:
        parts[empty[0]] += 1
        if sum(parts) > total:
            parts[parts.index(max(parts))] -= 1
    return tuple(parts)


def _generator(seed: int, name: str) -> np.random.Generator:
    person = hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()[:8]
    return np.random.default_rng([seed, int.from_bytes(person)])


def _notes(short: list[str], split: Split) -> tuple[str, ...]:
    if not short:
        return ()
    named = ", ".join(short[:MAX_NAMED])
    others = f" and {len(short) - MAX_NAMED} more" if len(short) > MAX_NAMED else ""
    people = "person has" if len(short) == 1 else "people have"
    return (f"{len(short):,} {people} fewer than {split.train:g} photos to train on: {named}{others}.",)
