"""`Points`: a dataset of points in the plane, whole, in memory; and `Cloud`, what a source yields before the split."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from facelab.data.faces import fingerprint
from facelab.data.points.features import FEATURES

PLANE = ("x", "y")
MAP = ("Longitude (°)", "Latitude (°)")
FRAME = 2.0
"""A plane with a fixed frame goes from minus this to this in standardised units, where most points lie elsewhere."""
MAX_NAMED = 10  # classes named in one note


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points as their source has them.

    Attributes:
        coordinates: float64 [N, 2], in original units.
        labels: int64 [N], an index into `names`.
        names: one name per class, exactly as text (may hold markup).
        title: what these are, to end "500 points of 2 classes, ...".
        axes, aspect: as in `Points`.
        extent: where the plane has a fixed frame, whatever points there are: it goes from minus this to this on both
            axes. Else 0.
        notes: plain sentences on what was left out.
    """

    coordinates: np.ndarray
    labels: np.ndarray
    names: tuple[str, ...]
    title: str
    axes: tuple[str, str] = PLANE
    aspect: float | None = None
    extent: float = 0.0
    notes: tuple[str, ...] = ()

    def at_least(self, points: int) -> "Cloud":
        """Without the classes that have fewer points, and with a note that names them."""
        sizes = np.bincount(self.labels, minlength=len(self.names))
        enough = sizes >= points
        if enough.all():
            return self
        keep = enough[self.labels]
        return replace(
            self,
            coordinates=self.coordinates[keep],
            labels=(np.cumsum(enough) - 1)[self.labels[keep]],
            names=tuple(name for name, stays in zip(self.names, enough, strict=True) if stays),
            notes=(*self.notes, *_left_out(self.names, sizes, points)),
        )


@dataclass(frozen=True, eq=False)
class Points:
    """Points in the plane with their classes and their splits.

    Attributes:
        coordinates: float32 [N, 2], standardised: (original - `center`) / `scale`.
        labels: int64 [N], an index into `names`.
        names: one name per class.
        splits: for each of `SPLITS`, int64 indices into `coordinates`; disjoint. Validation may be empty.
        features: names in `FEATURES`: what a network is given of each point.
        center, scale: float64 [2], mean and standard deviation of the training split on each axis; in a fixed frame 0
            and a constant.
        axes: the titles of both axes, with their units.
        aspect: of a map, how much taller one degree of latitude is drawn than one of longitude, 1 / cos(latitude of its
            middle); None where any shape will do.
        window: of a plane with a fixed frame, its (left, right, bottom, top) in standardised units; else None.
        source: one sentence saying where the points come from.
        fingerprint: SHA-256 (hex) of inputs, labels, names and splits.
        notes: plain sentences on what was left out, for the user to read.
        watched: the splits that `fit` evaluates after every epoch.
    """

    coordinates: Tensor
    labels: Tensor
    names: tuple[str, ...]
    splits: dict[str, Tensor]
    features: tuple[str, ...]
    center: np.ndarray
    scale: np.ndarray
    axes: tuple[str, str]
    aspect: float | None
    window: tuple[float, float, float, float] | None
    source: str
    fingerprint: str
    notes: tuple[str, ...] = ()
    watched: tuple[str, ...] = ("validation", "test")

    @classmethod
    def of(cls, cloud: Cloud, splits: dict[str, Tensor], features: tuple[str, ...]) -> "Points":
        """The points of a cloud, standardised by its training split, with their fingerprint computed."""
        center, scale = np.zeros(2), np.full(2, cloud.extent / FRAME)
        if not cloud.extent:
            train = cloud.coordinates[splits["train"].numpy()]
            center, scale = train.mean(0), train.std(0)
            scale[np.ptp(train, axis=0) == 0] = 1  # an axis that never varies is only centred
        coordinates = torch.from_numpy(((cloud.coordinates - center) / scale).astype(np.float32))
        labels = torch.from_numpy(cloud.labels)
        return cls(
            coordinates,
            labels,
            cloud.names,
            splits,
            features,
            center,
            scale,
            cloud.axes,
            cloud.aspect,
            (-FRAME, FRAME, -FRAME, FRAME) if cloud.extent else None,
            f"{len(labels):,} points of {len(cloud.names):,} classes, {cloud.title}.",
            fingerprint(_inputs(coordinates, features), labels, cloud.names, splits),
            cloud.notes,
        )

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def input_shape(self) -> tuple[int]:
        """(D,): one number for each feature."""
        return (len(self.features),)

    @property
    def classes(self) -> int:
        """How many classes."""
        return len(self.names)

    @property
    def is_map(self) -> bool:
        """Whether the coordinates are longitude and latitude."""
        return self.axes == MAP

    def inputs(self, coordinates: Tensor) -> Tensor:
        """What a network is given of points anywhere in the plane: standardised float32 [n, 2] to float32 [n, D]."""
        return _inputs(coordinates, self.features)

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        """The (inputs, labels) of one split: float32 [n, D] and int64 [n], in the order of its indices."""
        rows = self.splits[name]
        return self.inputs(self.coordinates[rows]), self.labels[rows]

    def counts(self) -> dict[str, np.ndarray]:
        """Points per class in each split: int64 [classes] for each of `SPLITS`."""
        return {
            name: np.bincount(self.labels[rows].numpy(), minlength=self.classes) for name, rows in self.splits.items()
        }

    def to_original(self, standard: np.ndarray) -> np.ndarray:
        """Standardised coordinates [..., 2] in original units, float64."""
        return np.asarray(standard) * self.scale + self.center

    def to_standard(self, original: np.ndarray) -> np.ndarray:
        """Coordinates [..., 2] in original units, standardised, float64."""
        return (np.asarray(original) - self.center) / self.scale


def _inputs(coordinates: Tensor, features: tuple[str, ...]) -> Tensor:
    x, y = coordinates.unbind(1)
    return torch.stack([FEATURES[feature](x, y) for feature in features], 1)


def _left_out(names: tuple[str, ...], sizes: np.ndarray, least: int) -> tuple[str, ...]:
    small = [f"{name} ({size})" for name, size in zip(names, sizes.tolist(), strict=True) if 0 < size < least]
    more = f" and {len(small) - MAX_NAMED:,} more" if len(small) > MAX_NAMED else ""
    return (f"Left out for having fewer than {least} points: {', '.join(small[:MAX_NAMED])}{more}.",) if small else ()
