"""Which points: one frozen settings model per source. `PointsSpec` is any of them, told apart by `source`."""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from facelab.data.points.drawn import MAX_TEXT, parse_drawn
from facelab.data.specs import Split
from facelab.settings import Settings

Feature = Literal["x", "y", "x2", "y2", "xy", "sin_x", "sin_y"]
Noise = Annotated[float, Field(ge=0, le=2)]


class PointsSplit(Split):
    """How each class is divided, in shares of its points. Without validation points the training loss judges."""

    train: float = Field(0.5, gt=0, lt=1)
    validation: float = Field(0.0, ge=0, lt=1)
    test: float = Field(0.5, gt=0, lt=1)


class MeasuredSplit(PointsSplit):
    """The same where points are many, and measured instead of made: more of them to train on."""

    train: float = Field(0.8, gt=0, lt=1)
    test: float = Field(0.2, gt=0, lt=1)


class _Plane(Settings):
    """What every source has: the features that the network is given (see `FEATURES`), and the split."""

    features: tuple[Feature, ...] = Field(("x", "y"), min_length=1)
    split: PointsSplit = PointsSplit()

    @property
    def input_shape(self) -> tuple[int]:
        """Of one point, as the network takes it."""
        return (len(self.features),)

    @field_validator("features")
    @classmethod
    def _each_once(cls, features: tuple[Feature, ...]) -> tuple[Feature, ...]:
        for feature in features:
            if features.count(feature) > 1:
                raise ValueError(f"each feature counts once, but {feature} is there {features.count(feature)} times.")
        return features


class _Made(_Plane):
    """Points drawn at random from `seed`.

    `noise` is the standard deviation of what is added to each coordinate, in units of the figure. `imbalance` says how
    much rarer the last class is than the first: 0 for equally many, 0.9 for a tenth; the classes between shrink step by
    step by the same factor.
    """

    points: int = Field(500, ge=10, le=100_000)
    noise: Noise = 0.1
    imbalance: float = Field(0.0, ge=0, lt=1)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class MoonsSpec(_Made):
    """Two interleaving half circles of radius 1 (scikit-learn's `make_moons`)."""

    source: Literal["moons"] = "moons"


class CirclesSpec(_Made):
    """Rings around one centre, the first of radius 1 and the others evenly inside of it."""

    source: Literal["circles"] = "circles"
    noise: Noise = 0.06
    classes: int = Field(2, ge=2, le=8)


class BlobsSpec(_Made):
    """Round clouds (scikit-learn's `make_blobs`), their centres on a circle of radius 1; `noise` is their width."""

    source: Literal["blobs"] = "blobs"
    noise: Noise = 0.2
    classes: int = Field(3, ge=2, le=8)


class XorSpec(_Made):
    """The square from -1 to 1: one class where x and y have the same sign, the other where they have not."""

    source: Literal["xor"] = "xor"
    noise: Noise = 0.05


class SpiralsSpec(_Made):
    """Arms that wind around each other from the centre to radius 1."""

    source: Literal["spirals"] = "spirals"
    noise: Noise = 0.03
    classes: int = Field(2, ge=2, le=8)


class CheckerboardSpec(_Made):
    """A board of `cells` x `cells` squares of side 1, in two colours."""

    source: Literal["checkerboard"] = "checkerboard"
    noise: Noise = 0.0
    cells: int = Field(4, ge=2, le=10)


class CountriesSpec(_Plane):
    """European cities by country; countries with fewer than `min_cities` such cities are left out."""

    source: Literal["countries"] = "countries"
    min_population: int = Field(5000, ge=500, le=1_000_000)
    min_cities: int = Field(10, ge=3, le=1000)
    split: MeasuredSplit = MeasuredSplit()


class TableSpec(_Plane):
    """A CSV file with the columns `long,lat,country` or `x,y,label`, or a folder of such files, read as one."""

    source: Literal["table"] = "table"
    path: str = Field("", max_length=4096)
    split: MeasuredSplit = MeasuredSplit()


class DrawnSpec(_Plane):
    """Points drawn by hand, as text: see `parse_drawn`."""

    source: Literal["drawn"] = "drawn"
    drawn: str = Field("", max_length=MAX_TEXT)

    @field_validator("drawn")
    @classmethod
    def _readable(cls, drawn: str) -> str:
        parse_drawn(drawn)
        return drawn


PointsSpec = Annotated[
    MoonsSpec
    | CirclesSpec
    | BlobsSpec
    | XorSpec
    | SpiralsSpec
    | CheckerboardSpec
    | CountriesSpec
    | TableSpec
    | DrawnSpec,
    Field(discriminator="source"),
]
