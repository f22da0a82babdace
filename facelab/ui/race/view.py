"""What the race component shows, as frozen dataclasses of arrays."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

STATUSES = ("queued", "running", "finished", "stopped early", "stopped", "diverged", "failed", "lost")
"""What can become of a member. The first two are still to end."""


@dataclass(frozen=True)
class Member:
    """One network in the race.

    Args:
        label: what it is called where it stands alone.
        group: its setting, "0.1"; repeats of one setting share it. Groups are shown in the order of the members.
        color: "#RRGGBB"; repeats of one setting share it.
        status: one of `STATUSES`.
        at: by name ("epoch", "step", "seconds") when its records were taken: float32 [R] each, ascending.
        metrics: by name what was measured then: float32 [R] each, NaN where unknown. Shares from 0 to 1, losses in
            nats.
        rank: the value that it is ranked by; NaN where unknown.
        regions: uint8 [h, w], the most probable class over the plane's window; row 0 is the top, where y is largest.
        confidence: uint8 [h, w], its probability: 0 at one over the number of classes, 255 at 1.
        units: instead of these, the activations of some layers' first units over the window, uint8 [units, s, s] for
            each layer: 128 is 0, and each unit is scaled by its largest magnitude.
    """

    label: str
    group: str
    color: str
    status: str
    at: Mapping[str, np.ndarray]
    metrics: Mapping[str, np.ndarray]
    rank: float = float("nan")
    regions: np.ndarray | None = None
    confidence: np.ndarray | None = None
    units: tuple[np.ndarray, ...] = ()


@dataclass(frozen=True)
class Metric:
    """One chart.

    Args:
        name: a key of the members' `metrics`.
        title: with its unit, "Validation loss (nats)".
        unit: a key of `UNITS` in scales.js: "nats" or "share".
        log: whether the axis is logarithmic at first; people can switch it where the unit is nats.
    """

    name: str
    title: str
    unit: str
    log: bool = False


@dataclass(frozen=True)
class Ranking:
    """What the members are ranked by: its title, its unit as of a `Metric`, and whether much of it is good."""

    title: str
    unit: str
    highest_first: bool = True


@dataclass(frozen=True)
class Plane:
    """What lies under the members' regions.

    Args:
        colors: one per class, "#RRGGBB".
        window: x0, x1, y0, y1 of the regions, in the units of `coordinates`.
        coordinates: float32 [n, 2]. Points are drawn only if there are few of them.
        labels: uint16 [n].
    """

    colors: tuple[str, ...]
    window: tuple[float, float, float, float]
    coordinates: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class View:
    """All that the component draws.

    Args:
        members: 2 to 100.
        metrics: one chart each.
        axis: what charts are drawn against, a key of the members' `at`: "epoch", "step" or "seconds".
        axis_title: with its unit.
        ranking: what settings are ranked by.
        alt: one sentence that stands in for the picture.
        total: where the axis ends, if known: it then stands still.
        varied: what the groups are values of, "Learning rate".
        plane: for the members' regions; None where there are none.
    """

    members: tuple[Member, ...]
    metrics: tuple[Metric, ...]
    axis: str
    axis_title: str
    ranking: Ranking
    alt: str
    total: float | None = None
    varied: str = "Setting"
    plane: Plane | None = None
