"""Datasets and networks small enough to train in a blink, and one training that many tests look at."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from facelab.data import Pairs
from facelab.models import Block, ConvNetConfig, MLPConfig, ModelConfig, build
from facelab.training import Record, TrainingConfig, fit


@dataclass(frozen=True)
class Toy:
    """Examples that a network can learn to tell apart; the last ones are for validation."""

    inputs: Tensor
    labels: Tensor
    validating: int = 12
    classes: int = 3

    @property
    def input_shape(self) -> tuple[int, ...]:
        return tuple(self.inputs.shape[1:])

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        border = len(self.labels) - self.validating
        part = {"train": slice(None, border), "validation": slice(border, None)}[name]
        return self.inputs[part], self.labels[part]


@pytest.fixture(scope="package", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks this small lose by more; where other processes use the cores, a hundredfold."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def images() -> Toy:
    """50 pictures to train on: with a batch of 7 the last batch of an epoch has one."""
    generator = torch.Generator().manual_seed(1)
    labels = torch.arange(62) % 3
    noise = torch.randint(0, 120, (62, 3, 8, 8), dtype=torch.uint8, generator=generator)
    noise[torch.arange(62), labels] += 100
    return Toy(noise, labels)


@pytest.fixture(scope="session")
def points() -> Toy:
    generator = torch.Generator().manual_seed(2)
    labels = torch.arange(60) % 3
    return Toy(torch.randn(60, 2, generator=generator) + labels[:, None] * torch.tensor([2.0, -1.0]), labels)


PEOPLE = {"train": 20, "validation": 10, "test": 2}
PHOTOS = 5


@pytest.fixture(scope="session")
def make_pairs() -> Callable[..., Pairs]:
    """Photos with four fields of colour that tell people apart, under a light of each photo's own that hides them.

    Of each split's photos, all pairs of one person and as many of two.
    """

    def make(channels: int = 3) -> Pairs:
        generator = torch.Generator().manual_seed(3)
        labels = torch.arange(sum(PEOPLE.values())).repeat_interleave(PHOTOS)
        fields = torch.randint(0, 110, (sum(PEOPLE.values()), channels, 2, 2), generator=generator)
        light = torch.randint(0, 110, (len(labels), 1, 1, 1), generator=generator)
        noise = torch.randint(0, 20, (len(labels), channels, 8, 8), generator=generator)
        images = fields.repeat_interleave(4, 2).repeat_interleave(4, 3)[labels] + light + noise
        rows = torch.arange(len(labels)).split([people * PHOTOS for people in PEOPLE.values()])
        photos, pairs = dict(zip(PEOPLE, rows, strict=True)), {}
        for name, own in photos.items():
            every = torch.combinations(own)
            same = labels[every[:, 0]] == labels[every[:, 1]]
            chosen = torch.randperm(int((~same).sum()), generator=generator)[: int(same.sum())]
            pairs[name] = torch.cat([every[same], every[~same][chosen]])
        people = tuple(f"person {index}" for index in range(sum(PEOPLE.values())))
        return Pairs.of(images.to(torch.uint8), labels, people, photos, pairs, "drawn by hand")

    return make


@pytest.fixture(scope="session")
def pairs(make_pairs) -> Pairs:
    """200 pairs and 100 photos to train on."""
    return make_pairs()


@dataclass(frozen=True)
class Trained:
    """A finished training: its network and all its records."""

    model: torch.nn.Module
    records: list[Record]
    config: TrainingConfig

    def of(self, kind: str) -> list[Record]:
        return [record for record in self.records if record.kind == kind]


@pytest.fixture(scope="session")
def mlp() -> MLPConfig:
    return MLPConfig(hidden=(6, 5))


@pytest.fixture(scope="session")
def convnet() -> ConvNetConfig:
    """With all that makes training random or stateful."""
    return ConvNetConfig(blocks=(Block(channels=4, pool="max"),), hidden=(6,), batch_norm=True, dropout=0.3)


@pytest.fixture(scope="session")
def train() -> Callable[..., Trained]:
    """Build a network, train it to the end, and keep every record."""

    def run(network: ModelConfig, data: Toy, config: TrainingConfig, **options) -> Trained:
        model = build(network, data, config.seed)
        return Trained(model, list(fit(model, data, config, **options)), config)

    return run


@pytest.fixture(scope="session")
def trained(train, convnet, images) -> Trained:
    """A ConvNet after four epochs of eight steps, with a frame of its output layer."""
    config = TrainingConfig(batch_size=7, epochs=4, optimizer={"learning_rate": 0.01}, precision="float32")
    return train(convnet, images, config, frames={"output": lambda model: model.output.weight.detach().clone().numpy()})
