"""Datasets small enough to train on in a blink: one of images, one of points."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor


@dataclass(frozen=True)
class Toy:
    """The part of a dataset that `build` asks for; every split is the same."""

    inputs: Tensor
    labels: Tensor
    classes: int = 4

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.inputs.shape[1:])

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        return self.inputs, self.labels

    @property
    def batch(self) -> Tensor:
        """The inputs as a network takes them, in float64, so that small steps show."""
        return self.inputs.double() / (255 if self.inputs.dtype == torch.uint8 else 1)


LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 3, 0])


@pytest.fixture(scope="session")
def images() -> Toy:
    generator = torch.Generator().manual_seed(1)
    return Toy(torch.randint(0, 256, (8, 3, 28, 28), dtype=torch.uint8, generator=generator), LABELS)


@pytest.fixture(scope="session")
def points() -> Toy:
    return Toy(torch.randn(8, 2, generator=torch.Generator().manual_seed(1)) * 3 + 1, LABELS)
