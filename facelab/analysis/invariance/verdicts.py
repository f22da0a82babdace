"""What a sweep says: what each transform costs, what the network is most and least invariant to, and who suffers."""

import math
from dataclasses import dataclass

import numpy as np

from facelab.analysis.invariance.changes import find
from facelab.analysis.invariance.sweep import Sweep

Z = 1.959964  # of a 95 % interval


@dataclass(frozen=True)
class Drop:
    """What a transform costs.

    Attributes:
        name: of the transform.
        strength: at which.
        clean, accuracy: the shares of right answers without and with it.
        drop: clean minus accuracy.
        low, high: the 95 % interval of `drop`, see `paired_interval`.
    """

    name: str
    strength: float
    clean: float
    accuracy: float
    drop: float
    low: float
    high: float


@dataclass(frozen=True)
class Rank:
    """How invariant a network is to a transform.

    Attributes:
        name: of the transform.
        kept: the mean accuracy over strengths from 0 to the strongest as a share of the clean one; 1 is invariant, NaN
            without a right answer on clean photos.
        low, high: the 95 % interval of `kept`.
    """

    name: str
    kept: float
    low: float
    high: float


@dataclass(frozen=True)
class PersonDrop:
    """What transforms cost on the photos of one person, an index into the dataset's names; see `Drop`."""

    person: int
    photos: int
    clean: float
    accuracy: float
    drop: float
    low: float
    high: float


@dataclass(frozen=True)
class Lost:
    """A photo that is right as it is, and wrong in most draws from `strength` of the transform `name` on."""

    photo: int
    name: str
    strength: float


def drops(result: Sweep, strength: float = 1.0) -> list[Drop]:
    """Every transform's cost at the swept strength nearest to `strength`, in the sweep's order."""
    step = int(np.abs(result.strengths - strength).argmin())
    return [
        Drop(
            name,
            float(result.strengths[step]),
            result.clean,
            float(shares[step].mean()),
            *_cost(shares[0], shares[step]),
        )
        for name, shares in zip(result.names, result.shares, strict=True)
    ]


def paired_interval(differences: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of a mean difference between answers to the same photos, float [N] in [-1, 1].

    One photo that was lost and one that was gained are added, without which few photos that all agree would pass for
    certainty (Bonett and Price 2012, who do so for single answers).
    """
    padded = np.append(differences, (1.0, -1.0))
    mean, half = padded.mean(), Z * padded.std() / math.sqrt(len(padded))
    own = float(np.mean(differences))
    return float(max(-1.0, min(own, mean - half))), float(min(1.0, max(own, mean + half)))


def _cost(clean: np.ndarray, changed: np.ndarray) -> tuple[float, float, float]:
    """The paired drop of shares [N] and its interval."""
    differences = clean - changed
    return float(differences.mean()), *paired_interval(differences)


def ranking(result: Sweep) -> list[Rank]:
    """Transforms from the one that the network is most invariant to to the least.

    The area under accuracy against strength over that of an unmoved line is a ratio of two means over the same photos;
    its standard error is that of the residuals from the ratio (Cochran 1977, chapter 6).
    """
    span = result.strengths[-1]
    found = []
    for name, shares in zip(result.names, result.shares, strict=True):
        clean = shares[0]
        area = np.trapezoid(shares, result.strengths, axis=0) / span if span else clean
        if not clean.any():
            found.append(Rank(name, math.nan, math.nan, math.nan))
            continue
        kept = area.mean() / clean.mean()
        residuals = area - kept * clean
        half = Z * math.sqrt((residuals**2).sum() / max(len(clean) - 1, 1) / len(clean)) / clean.mean()
        found.append(Rank(name, float(kept), max(0.0, float(kept - half)), float(kept + half)))
    return sorted(found, key=lambda rank: -math.inf if math.isnan(rank.kept) else -rank.kept)


def in_words(result: Sweep, people: int) -> str:
    """One or two sentences: what the network is most and least invariant to, and by how much.

    Args:
        people: how many the network chooses from; a network that barely guesses better has nothing to lose.
    """
    low, high = result.intervals[0, 0]
    right = f"right on {100 * result.clean:.1f} % ({100 * low:.1f} to {100 * high:.1f}) of the photos as they are"
    if low <= 1 / people:
        return f"The network is {right}, no better than guessing, so there is nothing to lose: train it longer first."
    order = ranking(result)
    if len(order) == 1:
        said = _said(result, order[0])
        return f"The network is {right}. {said[0].upper()}{said[1:]}."
    best, worst, second = order[0], order[-1], order[-2]
    close = f", hardly more than {_title(second)}" if len(order) > 2 and worst.high > second.low else ""
    return (
        f"The network is most invariant to {_title(best)} and least to {_title(worst)}{close}: "
        f"{_said(result, best)}, {_said(result, worst)}. It is {right}."
    )


def _title(rank: Rank) -> str:
    title = find(rank.name).title
    # Acronyms and class names stay as they are written.
    return title if any(map(str.isupper, title[1:])) else title.lower()


def _said(result: Sweep, rank: Rank) -> str:
    cost = drops(result)[result.names.index(rank.name)]
    transform = find(rank.name)
    verb, low, high = ("costs", cost.low, cost.high) if cost.drop >= 0 else ("gains", -cost.high, -cost.low)
    points = f"{abs(100 * cost.drop):.1f} points ({100 * low:.1f} to {100 * high:.1f})"
    return f"{_title(rank)} of {transform.words(cost.strength)} {verb} {points}"


def hardest_hit(result: Sweep, people: int, name: str | None = None) -> list[PersonDrop]:
    """People by what the changed photos cost them, the most first; those without photos are left out.

    Args:
        people: how many the network chooses from.
        name: of one transform; the mean over all if None. Strengths above 0 count alike.
    """
    rows = slice(None) if name is None else [result.names.index(name)]
    changed = result.shares[rows, 1:].mean((0, 1)) if len(result.strengths) > 1 else result.shares[0, 0]
    clean = result.shares[0, 0]
    found = []
    for person in range(people):
        own = result.labels == person
        if own.any():
            cost = _cost(clean[own], changed[own])
            found.append(
                PersonDrop(person, int(own.sum()), float(clean[own].mean()), float(changed[own].mean()), *cost)
            )
    return sorted(found, key=lambda person: -person.drop)


def lost_first(result: Sweep, name: str | None = None, most: int = 12) -> list[Lost]:
    """Photos that are right as they are and go wrong at the weakest strengths, those first.

    Args:
        name: of one transform; the one that loses each photo first if None.
        most: how many photos.
    """
    places = range(len(result.names)) if name is None else [result.names.index(name)]
    found: dict[int, tuple[float, float, str]] = {}
    for place in places:
        wrong = result.shares[place] < 0.5
        for photo in np.flatnonzero(~wrong[0] & wrong.any(0)).tolist():
            # Among photos lost at the same strength, those that hardly ever come back go first.
            standing = float(result.shares[place, :, photo].mean())
            lost = (float(result.strengths[wrong[:, photo].argmax()]), standing, result.names[place])
            found[photo] = min(found.get(photo, lost), lost)
    order = sorted(found, key=found.get)[:most]
    return [Lost(photo, found[photo][2], found[photo][0]) for photo in order]
