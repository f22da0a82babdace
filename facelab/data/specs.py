"""Which faces: one frozen settings model per source. `FacesSpec` is any of them, told apart by `source`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from facelab.data.people.keys import KEPT, check_key
from facelab.settings import Settings

Vary = Literal["everything", "pose", "light", "expression"]
Difficulty = Literal["easy", "normal", "hard"]


class Split(Settings):
    """How each person's photos are divided.

    Below 1 a number is a share of each person's photos; from 1 on it is a count of photos per person. Of a person with
    fewer photos than the three counts together, each part gets fewer in proportion.
    """

    train: float = Field(0.6, gt=0, le=10_000)
    validation: float = Field(0.2, gt=0, le=10_000)
    test: float = Field(0.2, gt=0, le=10_000)
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _one_kind(self) -> "Split":
        parts = (self.train, self.validation, self.test)
        shares = [part < 1 for part in parts]
        if any(shares) and not all(shares):
            raise ValueError("train, validation and test must be all shares below 1 or all counts from 1 on.")
        if all(shares) and sum(parts) > 1 + 1e-6:
            raise ValueError(f"train, validation and test must add up to at most 1, but add up to {sum(parts):g}.")
        if not all(shares) and any(part != int(part) for part in parts):
            raise ValueError("counts of photos per person must be whole numbers.")
        return self


class _Photos(Settings):
    """What every source has: the side of the square images in pixels, and the split."""

    size: int = Field(64, ge=28, le=128)
    split: Split = Split()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one photo, (C, H, W)."""
        return 3, self.size, self.size


class GeneratedSpec(_Photos):
    """People that do not exist, drawn by facelab itself; needs no download.

    `vary` is what differs between the photos of a person, `difficulty` how far; `family` people in a row look alike.
    """

    source: Literal["generated"] = "generated"
    size: int = Field(64, ge=28, le=256)
    people: int = Field(40, ge=2, le=5000)
    photos: int = Field(30, ge=5, le=1000)
    vary: Vary = "everything"
    difficulty: Difficulty = "normal"
    family: int = Field(1, ge=1, le=20)
    seed: int = Field(0, ge=0, le=2**31 - 1)


class _RealPhotos(_Photos):
    """Photographs: `crop` is the share of the shorter side kept, as a centred square."""

    crop: float = Field(1.0, ge=0.2, le=1)


class LfwSpec(_RealPhotos):
    """Labeled Faces in the Wild, deep-funneled or funneled (Huang et al. 2007): people with enough photos."""

    source: Literal["lfw"] = "lfw"
    crop: float = Field(0.5, ge=0.2, le=1)
    min_photos: int = Field(20, ge=5, le=530)


class OlivettiSpec(_RealPhotos):
    """The Olivetti faces by scikit-learn: 40 people x 10 grey photos, 64x64."""

    source: Literal["olivetti"] = "olivetti"


class OrlSpec(_RealPhotos):
    """The AT&T (ORL) Database of Faces from a folder: 40 people x 10 grey photos, 92x112."""

    source: Literal["orl"] = "orl"


class FolderSpec(_RealPhotos):
    """Any folder with one folder of images per person."""

    source: Literal["folder"] = "folder"
    path: str = Field("", max_length=4096)
    min_photos: int = Field(5, ge=3, le=1000)


class PeopleSpec(_RealPhotos):
    """People that somebody enrolled: those kept on this computer, or a session's, by its key."""

    source: Literal["people"] = "people"
    key: Annotated[str, AfterValidator(check_key)] = KEPT
    crop: float = Field(0.5, ge=0.2, le=1)
    min_photos: int = Field(5, ge=3, le=1000)


FacesSpec = Annotated[
    GeneratedSpec | LfwSpec | OlivettiSpec | OrlSpec | FolderSpec | PeopleSpec, Field(discriminator="source")
]
