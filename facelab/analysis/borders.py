"""Where a network confuses two classes in the plane."""

from dataclasses import dataclass

import numpy as np
import torch

from facelab.analysis.plane import Folded, answers
from facelab.data.points import Points


@dataclass(frozen=True)
class Border:
    """Two classes that a network takes for one another.

    Attributes:
        names: the two classes.
        errors: how many test points of either it gives to the other.
        total: how many test points the two have.
        place: the median of those points in original units.
    """

    names: tuple[str, str]
    errors: int
    total: int
    place: tuple[float, float]


def worst_borders(network: Folded, points: Points, most: int = 8) -> list[Border]:
    """The pairs of classes with the most confused test points, the worst first."""
    rows = points.splits["test"]
    truth, given = points.labels[rows], answers(network, points, rows)
    wrong = given != truth
    pairs = torch.stack([torch.minimum(truth, given), torch.maximum(truth, given)], 1)[wrong]
    places = points.to_original(points.coordinates[rows][wrong])
    sizes = torch.bincount(truth, minlength=points.classes)
    kinds, counts = torch.unique(pairs, dim=0, return_counts=True)
    order = torch.argsort(counts, descending=True, stable=True)[:most]
    found = []
    for first, second in kinds[order].tolist():
        here = ((pairs[:, 0] == first) & (pairs[:, 1] == second)).numpy()
        x, y = np.median(np.asarray(places)[here], axis=0).tolist()
        total = int(sizes[first] + sizes[second])
        found.append(Border((points.names[first], points.names[second]), int(here.sum()), total, (x, y)))
    return found
