"""Datasets small enough to train on in a blink: one of images, one of pairs of them, one of points."""

from collections.abc import Iterator
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


@dataclass(frozen=True)
class ToyPairs(Toy):
    """Inputs uint8 [N, 2, C, H, W]."""

    classes: int = 2

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.inputs.shape[2:])


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small lose by more; where other processes use the cores, a hundredfold."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


LABELS = torch.tensor([0, 0, 0, 1, 1, 2, 3, 0])


@pytest.fixture(scope="session")
def images() -> Toy:
    generator = torch.Generator().manual_seed(1)
    return Toy(torch.randint(0, 256, (8, 3, 28, 28), dtype=torch.uint8, generator=generator), LABELS)


@pytest.fixture(scope="session", params=[1, 3], ids=["grey", "colour"])
def pairs(request) -> ToyPairs:
    generator = torch.Generator().manual_seed(1)
    photos = torch.randint(0, 256, (5, 2, request.param, 10, 9), dtype=torch.uint8, generator=generator)
    return ToyPairs(photos, LABELS[:5].clamp_max(1))


@pytest.fixture(scope="session")
def points() -> Toy:
    return Toy(torch.randn(8, 2, generator=torch.Generator().manual_seed(1)) * 3 + 1, LABELS)
