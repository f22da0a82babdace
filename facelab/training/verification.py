"""Steps of a Siamese network: trained on pairs or on the people on photos, judged on validation pairs."""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from facelab.errors import DataError
from facelab.models import Siamese
from facelab.training.calibration import calibrate
from facelab.training.config import TrainingConfig
from facelab.training.discriminant import discriminant
from facelab.training.evaluate import loss_and_accuracy, predict
from facelab.training.numerics import Numerics
from facelab.training.objectives import OBJECTIVES
from facelab.training.steps import Autograd, part_of

GROUP = 4
"""Photos of a person that come together in a batch where triplets are mined, at most."""


def recalibrate(model: Siamese, pairs: Tensor, same: Tensor, numerics: Numerics) -> Tensor:
    """Set the threshold and scale of `model` by validation pairs; their distances, float32 [P]."""
    distances = predict(model, pairs, numerics, model.distances)
    if distances.isfinite().all():
        calibration = calibrate(distances.numpy(), same.numpy())
        model.threshold.fill_(calibration.threshold)
        model.scale.fill_(max(calibration.scale, 0.0))
    return distances


class PairsData(Protocol):
    """What a Siamese network is trained on, see `facelab.data.Pairs`."""

    images: Tensor
    labels: Tensor
    photos: dict[str, Tensor]
    pairs: dict[str, Tensor]

    def same(self, name: str) -> Tensor: ...


class Verification(Autograd):
    """Steps by any of `OBJECTIVES`. An example is a pair where the loss is on pairs, else a photo.

    Every evaluation sets the network's threshold and scale to those under which the pairs it was judged on, which are
    validation's, are most likely. `frames` then has `scores`, float32 [P, 2]: distance, and 1 for the same person.
    """

    def __init__(self, model: Siamese, data: PairsData, config: TrainingConfig, numerics: Numerics) -> None:
        loss, self.photos = OBJECTIVES[model.config.loss], data.photos["train"]
        self.people = data.labels[self.photos].unique(return_inverse=True)[1]
        rows, labels = self.photos, self.people
        if loss.on_pairs:
            rows, labels = data.pairs["train"], data.same("train")
        if not len(labels):
            raise DataError("The training split is empty: give it at least one example.")
        if (loss.grouped or model.config.discriminant) and not (self.people.bincount() > 1).any():
            raise DataError("Nobody in train has two photos to learn from: give more photos, or take another loss.")
        with torch.random.fork_rng(devices=()):
            torch.default_generator.manual_seed(config.seed)
            self.objective = loss(model.config, model.width, int(labels.max()) + 1).to(numerics.device)
        super().__init__(model, rows, labels, config, numerics)
        self.images = data.images.to(numerics.device)

    def learned(self, config: TrainingConfig) -> list[nn.Parameter]:
        return [*self.model.parameters(), *self.objective.parameters()]

    def deal(self, random: torch.Generator, size: int) -> Sequence[Tensor]:
        if not self.objective.grouped:
            return super().deal(random, size)
        order = torch.randperm(self.examples, generator=random).tolist()
        people = self.labels.tolist()
        own: dict[int, list[int]] = {}
        for row in order:
            own.setdefault(people[row], []).append(row)
        groups = [rows[start : start + GROUP] for rows in own.values() for start in range(0, len(rows), GROUP)]
        shuffled = torch.randperm(len(groups), generator=random).tolist()
        rows = torch.tensor(list(chain.from_iterable(groups[index] for index in shuffled)))
        return rows.to(self.numerics.device).split(size)

    def loss(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        rows, labels = self.inputs[batch], self.labels[batch]
        # Of pairs, all first photos come before all second ones.
        images = self.augmented(self.images[rows.movedim(-1, 0).flatten()])
        with self.numerics.autocast():
            embeddings = self.model.embed(images)
        compared = self.model.distance(*embeddings.chunk(2)) if self.objective.on_pairs else embeddings
        return self.objective(compared, labels, self.config.label_smoothing)

    def evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        with self.random:
            distances = recalibrate(self.model, inputs, labels, self.numerics)
        if not distances.isfinite().all():
            return math.nan, math.nan
        self.frames = {"scores": np.stack([distances.numpy(), labels.numpy()], 1).astype(np.float32)}
        loss, accuracy = loss_and_accuracy(self.model.logits(distances.to(self.numerics.device)).cpu(), labels)
        if self.objective.on_pairs:
            loss = self.objective(distances, labels)[0].item()
        return loss, accuracy

    def finish(self, inputs: Tensor, labels: Tensor) -> None:
        if self.model.config.discriminant:
            self.model.centre.zero_()
            self.model.turn.copy_(torch.eye(len(self.model.turn)))
            with self.random:
                embeddings = predict(self.model, self.images[self.photos], self.numerics, self.model.embed)
            centre, turn = discriminant(embeddings, self.people)
            self.model.centre.copy_(centre)
            self.model.turn.copy_(turn)
            self.evaluate(inputs, labels)

    def state(self) -> dict[str, Tensor]:
        named = self.objective.state_dict().items()
        return super().state() | {f"objective.{name}": tensor for name, tensor in named}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.objective.load_state_dict(part_of(state, "objective"))
        super().restore(state)
