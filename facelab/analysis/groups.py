"""Whether a network recognises all kinds of people equally well, on generated faces, whose people are known.

People are the sample, not photos: a group's accuracy would come out otherwise with other people of its kind. So the
intervals are Wilson's with the effective number of photos p (1 - p) / SE^2, SE being the standard error over people
(Korn and Graubard 1998), and between independent groups Newcombe's (1998), who puts two such intervals together.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from torch import nn

from facelab.data import Faces
from facelab.errors import DataError
from facelab.training import interval, predict

LEVEL = 0.05
"""A difference that chance makes less often than this is more than chance."""


@dataclass(frozen=True)
class Trait:
    """What divides people: `groups` by name, in the order of the trait; each begins at its one of `edges`, inclusive,
    the first wherever values begin."""

    title: str
    groups: tuple[str, ...]
    edges: tuple[float, ...]

    def places(self, values: np.ndarray) -> np.ndarray:
        """The groups of people with these values, float [n]: indices int64 [n]."""
        return np.searchsorted(self.edges, values, side="right")


TRAITS: dict[str, Trait] = {
    "person.tone": Trait("Skin tone", ("light skin", "medium skin", "dark skin"), (1 / 3, 2 / 3)),
    "person.masculinity": Trait("Sex", ("women", "men"), (0,)),
    "person.age": Trait("Age", ("18 to 34 years", "35 to 54 years", "55 years or more"), (35, 55)),
}
"""By the column of `Faces.truth`."""


@dataclass(frozen=True)
class GroupRate:
    """How well a group of people is recognised.

    Attributes:
        trait, name: a title of `TRAITS` and one of its groups.
        people, photos: how many.
        accuracy: the share of right answers, with its 95 % interval `low` to `high`.
        difference: accuracy minus that of all other people, with its 95 % interval; NaN where there are no others.
    """

    trait: str
    name: str
    people: int
    photos: int
    accuracy: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float


@dataclass(frozen=True)
class Groups:
    """What came out.

    Attributes:
        rates: the groups that have people, in the order of `TRAITS`.
        chance: in which share of random divisions of the same people into groups of these sizes some group is at
            least as far below the rest as the worst one is here. It looks at all groups at once, for among many one
            is always last.
    """

    rates: tuple[GroupRate, ...]
    chance: float

    @property
    def worst(self) -> GroupRate | None:
        """The group that is furthest below the rest; None where none is below."""
        below = [rate for rate in self.rates if rate.difference < 0]
        return min(below, key=lambda rate: rate.difference, default=None)


def by_group(model: nn.Module, faces: Faces, split: str = "test") -> Groups:
    """How well a network recognises each group on a split's photos; see `compare_groups`.

    Raises:
        DataError: the faces are not generated, so nobody knows who is on them, or the split is empty.
    """
    missing = [column for column in TRAITS if column not in faces.truth]
    if missing:
        raise DataError("Nobody knows what kind of people these are: choose a run on generated faces.")
    rows = faces.splits[split].numpy()
    if not len(rows):
        raise DataError(f"The {split} split has no photos: choose another.")
    images, labels = faces.split(split)
    right = (predict(model, images).argmax(1) == labels).numpy()
    return compare_groups(right, labels.numpy(), {name: faces.truth[name].to_numpy()[rows] for name in TRAITS})


def compare_groups(
    right: np.ndarray, people: np.ndarray, traits: Mapping[str, np.ndarray], draws: int = 2000, seed: int = 0
) -> Groups:
    """How well each group of people is recognised, and whether they differ by more than chance.

    Args:
        right: bool [N], whether the answer to a photo is right; N at least 1.
        people: int64 [N], who is on it.
        traits: for each of `TRAITS`, float [N]; the same on all photos of a person.
        draws: random divisions of the people.
        seed: of these.
    """
    _, first, own, total = np.unique(people, return_index=True, return_inverse=True, return_counts=True)
    hits = np.bincount(own, right)
    named, members = [], []
    for column, trait in TRAITS.items():
        place = trait.places(np.asarray(traits[column])[first])
        for index, name in enumerate(trait.groups):
            if (place == index).any():
                named.append((trait.title, name))
                members.append(place == index)
    members = np.array(members)
    rates = tuple(
        GroupRate(*name, int(inside.sum()), int(total[inside].sum()), *_compared(hits, total, inside))
        for name, inside in zip(named, members, strict=True)
    )
    rng = np.random.default_rng(seed)
    orders = rng.permuted(np.tile(np.arange(len(total)), (draws, 1)), axis=1)
    gaps = _lowest(hits[orders], total[orders], members)
    own_gap = _lowest(hits[None], total[None], members)[0]
    # The division that there is counts among the random ones, so that no chance is 0 (Phipson and Smyth 2010).
    return Groups(rates, float((1 + (gaps <= own_gap + 1e-12).sum()) / (1 + draws)))


def in_words(groups: Groups) -> str:
    """One or two sentences: who is recognised worst, by how many points, and whether that is more than chance."""
    worst = groups.worst
    if worst is None:
        return "No group is recognised worse than the rest."
    is_more = groups.chance < LEVEL
    verdict = "That is more than chance" if is_more else "That may be chance"
    share = f"{100 * groups.chance:.0f} %" if groups.chance >= 0.01 else "less than 1 %"
    return (
        f"Recognised worst is the group {worst.name}: {100 * worst.accuracy:.1f} % right, "
        f"{-100 * worst.difference:.1f} points below the rest. {verdict}: dividing these people into such groups at "
        f"random leaves one as far behind in {share} of all draws."
    )


def _compared(hits: np.ndarray, total: np.ndarray, inside: np.ndarray) -> tuple[float, ...]:
    """Accuracy, low and high of the people `inside`, and the same of its difference to the others."""
    share, low, high = _share(hits[inside], total[inside])
    if inside.all():
        return share, low, high, math.nan, math.nan, math.nan
    rest, rest_low, rest_high = _share(hits[~inside], total[~inside])
    gap = share - rest
    return (
        *(share, low, high, gap),
        gap - math.hypot(share - low, rest_high - rest),
        gap + math.hypot(high - share, rest - rest_low),
    )


def _share(hits: np.ndarray, total: np.ndarray) -> tuple[float, float, float]:
    """The share of right answers over people, int [people] of int [people], and its interval: see the module."""
    people, photos, share = len(total), int(total.sum()), float(hits.sum() / total.sum())
    if people == 1:
        return share, *interval(share, 1)  # one person does not tell how much people differ
    variance = people / (people - 1) * float(((hits - share * total) ** 2).sum()) / photos**2
    effective = float(np.clip(share * (1 - share) / variance, 1, photos)) if variance else photos
    return share, *interval(share * effective, effective)


def _lowest(hits: np.ndarray, total: np.ndarray, members: np.ndarray) -> np.ndarray:
    """The worst group's accuracy minus that of all others, float [draws], where a draw deals out people's right
    answers and photos, int [draws, people], to the groups, bool [G, people]; 0 where no group has others."""
    groups = members[~members.all(1)].T.astype(float)
    if not groups.size:
        return np.zeros(len(hits))
    inside, photos = hits @ groups, total @ groups
    rest = (hits.sum(1, keepdims=True) - inside) / (total.sum(1, keepdims=True) - photos)
    return (inside / photos - rest).min(1)
