"""Which pairs: one frozen settings model per source."""

from typing import Annotated, Literal

from pydantic import Field

from facelab.data.specs import FacesSpec, GeneratedSpec, Split
from facelab.settings import Settings


class DrawnPairsSpec(Settings):
    """Pairs drawn from any faces, half of one person and half of two; `split` divides the people, not their photos.

    `pairs` is how many there are in all; each split gets the part of them that it has of the people. `hard` pairs
    people with those who look most like them. `grey` keeps one channel.
    """

    source: Literal["pairs"] = "pairs"
    faces: FacesSpec = GeneratedSpec(people=100, photos=12)
    pairs: int = Field(4000, ge=20, le=20_000)
    hard: bool = False
    grey: bool = False
    split: Split = Split()

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one photo, (C, H, W)."""
        return 1 if self.grey else 3, self.faces.size, self.faces.size


class LfwPairsSpec(Settings):
    """View 1 of Labeled Faces in the Wild (Huang et al. 2007): 2,200 pairs for development and 1,000 for the test.

    No person is in both. `validation` is either a tenth of the people of the development set, with pairs of their own
    drawn anew, so that nobody in it is trained on; or, as in published work that trains on the 2,200 pairs alone, a
    tenth of those pairs, whose people may be in the others.
    """

    source: Literal["lfw_pairs"] = "lfw_pairs"
    validation: Literal["people", "pairs"] = "people"
    size: int = Field(64, ge=28, le=128)
    crop: float = Field(0.5, ge=0.2, le=1)
    grey: bool = False
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one photo, (C, H, W)."""
        return 1 if self.grey else 3, self.size, self.size


PairsSpec = Annotated[DrawnPairsSpec | LfwPairsSpec, Field(discriminator="source")]
