"""The Siamese network: one branch sees both photos, and a distance compares what it answers (Bromley et al. 1993)."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.errors import ShapeError
from facelab.models.configs import EncoderConfig, SiameseConfig
from facelab.models.initialization import initialize
from facelab.models.layers import BatchNorm1d, Standardize
from facelab.models.shapes import Layer

TINY = 1e-12
MOST_TURNED = 2048

BuildBranch = Callable[[EncoderConfig, tuple[int, ...], int], nn.Module]
LayersOfBranch = Callable[[EncoderConfig, tuple[int, ...], int], Iterator[Layer]]


class WeightedL1(nn.Module):
    """A learned sum over |a - b|; where it is below 0, the network takes two photos for the same person's."""

    title, unit = "weighted L1 distance", False

    def __init__(self, width: int) -> None:
        super().__init__()
        self.linear = nn.Linear(width, 1)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return -self.linear((a - b).abs()).squeeze(1)


class Euclidean(nn.Module):
    """The length of a - b, which are unit vectors: from 0 to 2."""

    title, unit = "Euclidean distance", True

    def __init__(self, width: int) -> None:
        super().__init__()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        # The root has no slope at 0, where two equal photos are.
        return (a - b).square().sum(1).clamp_min(TINY).sqrt()


class Cosine(nn.Module):
    """1 - the cosine of the angle between a and b, which are unit vectors: from 0 to 2."""

    title, unit = "cosine distance", True

    def __init__(self, width: int) -> None:
        super().__init__()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return 1 - (a * b).sum(1)


DISTANCES: dict[str, type[WeightedL1 | Euclidean | Cosine]] = {
    "binary": WeightedL1,  # Koch, Zemel, Salakhutdinov 2015
    "contrastive": Euclidean,  # Hadsell, Chopra, LeCun 2006
    "triplet": Euclidean,  # Schroff, Kalenichenko, Philbin 2015
    "margin_softmax": Cosine,  # Wang et al. 2018
}
"""By the loss that the network learns by."""


class Siamese(nn.Module):
    """Pairs, float [B, 2, C, H, W], to logits [B, 2]: different people, the same person.

    Their difference is `scale * (threshold - distance)`. Both numbers are buffers, chosen on validation pairs so that
    its sigmoid is the probability that two photos show one person, see `facelab.training.verification`. `width` is that
    of an embedding.
    """

    centre: Tensor
    turn: Tensor
    threshold: Tensor
    scale: Tensor

    def __init__(self, config: SiameseConfig, input_shape: tuple[int, ...], build_branch: BuildBranch) -> None:
        super().__init__()
        self.config = config
        self.branch = build_branch(config.branch, input_shape, 1)
        width, self.branch.output = self.branch.output.in_features, nn.Identity()
        self.embedding = nn.Sequential()
        if config.embedding:
            parts = {"linear": nn.Linear(width, config.embedding, bias=False), "norm": BatchNorm1d(config.embedding)}
            self.embedding, width = nn.Sequential(OrderedDict(parts)), config.embedding
        self.width, self.distance = width, DISTANCES[config.loss](width)
        for part in (self.embedding, self.distance):
            initialize(part, config.branch.init, config.branch.activation, config.branch.init_std)
        if config.discriminant and width > MOST_TURNED:
            raise ShapeError(
                f"Discriminant analysis takes embeddings of at most {MOST_TURNED:,} numbers, and these have {width:,}: "
                "set model.embedding to fewer."
            )
        if config.discriminant:
            self.register_buffer("centre", torch.zeros(width))
            self.register_buffer("turn", torch.eye(width))
        self.register_buffer("threshold", torch.zeros(()))
        self.register_buffer("scale", torch.ones(()))

    @property
    def standardize(self) -> Standardize:
        """Of the branch, which sees the photos."""
        return self.branch.standardize

    def embed(self, x: Tensor) -> Tensor:
        """What is compared of photos: float [B, C, H, W] to [B, D], of length 1 where the distance wants it so."""
        features = self._features(x)
        if self.config.mirror and not self.training:
            features = (features + self._features(x.flip(3))) / 2
        features = features.to(torch.promote_types(features.dtype, torch.float32))  # from the bfloat16 of autocast
        if not self.distance.unit:
            return features
        features = F.normalize(features, dim=1)
        if not self.config.discriminant:
            return features
        with torch.autocast(features.device.type, enabled=False):
            return F.normalize((features - self.centre) @ self.turn, dim=1)

    def _features(self, x: Tensor) -> Tensor:
        return self.embedding(self.branch(x))

    def distances(self, pairs: Tensor) -> Tensor:
        """Float [B, 2, C, H, W] to float [B]."""
        first, second = self.embed(torch.cat(pairs.unbind(1))).chunk(2)
        with torch.autocast(first.device.type, enabled=False):
            return self.distance(first, second)

    def logits(self, distances: Tensor) -> Tensor:
        """Float [B] to float [B, 2]."""
        evidence = self.scale * (self.threshold - distances)
        return torch.stack((torch.zeros_like(evidence), evidence), 1)

    def forward(self, pairs: Tensor) -> Tensor:
        return self.logits(self.distances(pairs))


def siamese_layers(
    config: SiameseConfig, input_shape: tuple[int, ...], layers_of_branch: LayersOfBranch
) -> Iterator[Layer]:
    """The layers of a `Siamese` network that one photo meets, and the distance.

    Raises:
        ShapeError: as the branch's.
    """
    *branch, output = layers_of_branch(config.branch, input_shape, 1)
    yield from (replace(layer, name=f"branch.{layer.name}") for layer in branch)
    width = output.parameters - 1
    if config.embedding:
        weights = width * config.embedding
        width = config.embedding
        yield Layer("embedding.linear", "linear", (width,), weights, weights)
        yield Layer("embedding.norm", "batch norm", (width,), 2 * width)
    distance = DISTANCES[config.loss]
    learned = distance is WeightedL1
    yield Layer("distance", distance.title, (1,), (width + 1) * learned, width * learned)
