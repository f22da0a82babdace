"""The well-known figures of the plane, at any size, noise and imbalance; the same seed gives the same points."""

import math
from typing import Any

import numpy as np

from facelab.data.album import Progress
from facelab.data.points.points import Cloud
from facelab.data.points.specs import (
    BlobsSpec,
    CheckerboardSpec,
    CirclesSpec,
    MoonsSpec,
    SpiralsSpec,
    XorSpec,
)

TURNS = 3.5
"""Of all arms of a spiral together, so that they are equally far apart however many there are. With two arms each
makes 1.75 turns, as in TensorFlow Playground."""
GAP = 0.03
"""Between the quarters of XOR and its axes, before noise."""


def sizes(points: int, classes: int, imbalance: float) -> list[int]:
    """Points of each class: geometric from the first to (1 - `imbalance`) times as many for the last; at least 1 each.

    They add up to `points`: what rounding leaves over goes to the largest remainders.
    """
    shares = (1 - imbalance) ** np.linspace(0, 1, classes)
    quotas = (points - classes) * shares / shares.sum() + 1
    counts = np.floor(quotas).astype(int)
    counts[np.argsort(counts - quotas, kind="stable")[: points - counts.sum()]] += 1
    return counts.tolist()


def moons(spec: MoonsSpec, progress: Progress) -> Cloud:
    """Two moons."""
    from sklearn.datasets import make_moons  # half a second to import

    counts = sizes(spec.points, 2, spec.imbalance)
    coordinates, labels = make_moons(tuple(counts), shuffle=False, noise=spec.noise or None, random_state=spec.seed)
    return _cloud(coordinates, labels, ("Upper moon", "Lower moon"), "two interleaving moons")


def circles(spec: CirclesSpec, progress: Progress) -> Cloud:
    """Rings, evenly filled: scikit-learn's `make_circles` has two of them at most."""
    counts = sizes(spec.points, spec.classes, spec.imbalance)
    angle = np.concatenate([np.linspace(0, 2 * math.pi, count, endpoint=False) for count in counts])
    labels = _labels(counts)
    coordinates = _polar(1 - labels / spec.classes, angle)
    return _cloud(_noisy(coordinates, spec), labels, _names("Ring", spec), "rings around one centre")


def blobs(spec: BlobsSpec, progress: Progress) -> Cloud:
    """Gaussian clouds."""
    from sklearn.datasets import make_blobs

    counts = sizes(spec.points, spec.classes, spec.imbalance)
    centers = _polar(np.ones(spec.classes), math.pi / 4 + 2 * math.pi * np.arange(spec.classes) / spec.classes)
    coordinates, labels = make_blobs(
        counts, centers=centers, cluster_std=spec.noise, shuffle=False, random_state=spec.seed
    )
    return _cloud(coordinates, labels, _names("Blob", spec), "round clouds")


def xor(spec: XorSpec, progress: Progress) -> Cloud:
    """Exclusive or: the class says whether the signs differ."""
    counts = sizes(spec.points, 2, spec.imbalance)
    random, labels = np.random.default_rng(spec.seed), _labels(counts)
    size = random.uniform(GAP, 1, (spec.points, 2))
    right = random.choice([-1, 1], spec.points)
    coordinates = size * np.stack([right, right * np.where(labels, -1, 1)], 1)
    return _cloud(_noisy(coordinates, spec), labels, ("Same sign", "Different sign"), "the exclusive or of two signs")


def spirals(spec: SpiralsSpec, progress: Progress) -> Cloud:
    """Spiral arms of Archimedes, evenly filled along the radius."""
    counts = sizes(spec.points, spec.classes, spec.imbalance)
    labels = _labels(counts)
    radius = np.concatenate([np.linspace(0, 1, count + 1)[1:] for count in counts])
    angle = 2 * math.pi * (radius * TURNS + labels) / spec.classes
    return _cloud(_noisy(_polar(radius, angle), spec), labels, _names("Arm", spec), "spiral arms")


def checkerboard(spec: CheckerboardSpec, progress: Progress) -> Cloud:
    """A checkerboard; the square at the origin is dark."""
    random, labels = np.random.default_rng(spec.seed), _labels(sizes(spec.points, 2, spec.imbalance))
    squares = np.indices((spec.cells, spec.cells)).reshape(2, -1).T
    colours = squares.sum(1) % 2
    chosen = np.empty((spec.points, 2))
    for colour in (0, 1):
        own = labels == colour
        chosen[own] = random.choice(squares[colours == colour], own.sum())
    coordinates = chosen + random.random((spec.points, 2))
    return _cloud(_noisy(coordinates, spec), labels, ("Dark squares", "Light squares"), "a checkerboard")


def _labels(counts: list[int]) -> np.ndarray:
    return np.repeat(np.arange(len(counts)), counts)


def _polar(radius: np.ndarray, angle: np.ndarray) -> np.ndarray:
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1)


def _noisy(coordinates: np.ndarray, spec: Any) -> np.ndarray:
    # A stream of its own: the same seed gives the same noise, only larger, as its slider is moved.
    return coordinates + spec.noise * np.random.default_rng([spec.seed, 1]).standard_normal(coordinates.shape)


def _names(word: str, spec: Any) -> tuple[str, ...]:
    return tuple(f"{word} {number}" for number in range(1, spec.classes + 1))


def _cloud(coordinates: np.ndarray, labels: np.ndarray, names: tuple[str, ...], title: str) -> Cloud:
    return Cloud(coordinates, labels.astype(np.int64), names, title)
