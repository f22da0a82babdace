"""Two ways to take the same optimizer steps: `Autograd`, for every network, and `Compiled`, for small dense ones.

`fit` asks one of them for a stretch of steps within an epoch, and does not know which it has.
`facelab.training.verification` has a third, for networks that compare.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.training import engine
from facelab.training.augment import augment
from facelab.training.config import TrainingConfig
from facelab.training.evaluate import loss_and_accuracy, predict
from facelab.training.gradients import gradient_norms, weighted_layers
from facelab.training.numerics import Numerics
from facelab.training.optimizers import OPTIMIZERS, load_state_tensors, state_tensors
from facelab.training.randomness import PrivateRandom
from facelab.training.schedule import Span, momentum_at, rates

GRADIENT_SAMPLES = 8
"""How often the layers' gradient norms are taken: so many times an epoch, but at most every so many steps."""


@dataclass
class Stretch:
    """Steps taken one after the other.

    Attributes:
        steps: of each its mean loss, how many examples were answered right, how many there were, the learning rate.
        norms: samples of the layers' gradient norms, before L1 and clipping.
        diverged: whether the loss of the step after these was no finite number.
    """

    steps: list[tuple[float, int, int, float]] = field(default_factory=list)
    norms: list[dict[str, float]] = field(default_factory=list)
    diverged: bool = False


class Steps(Protocol):
    """What `fit` trains a network with.

    Attributes:
        examples: how many there are to train on.
        frames: pictures of the last evaluation by name, if there are any.
    """

    examples: int
    frames: dict[str, np.ndarray]

    def begin(self, span: Span, epoch: int, step: int) -> None:
        """Prepare for step `step`, of the whole training, in an epoch of `span`."""

    def take(self, count: int) -> Stretch:
        """So many steps more, all within the epoch."""

    def evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        """Loss and accuracy in evaluation mode; NaN without examples."""

    def finish(self, inputs: Tensor, labels: Tensor) -> None:
        """What is done to the network when training is over, with the validation split at hand."""

    def state(self) -> dict[str, Tensor]:
        """What to go on from besides the model, not copied: `optimizer.<...>` and `random.<...>`."""

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Put back what `state` gave; before `begin`."""


def _seed(config: TrainingConfig, epoch: int) -> int:
    """Of an epoch's order of examples: from the epoch alone, so that a script of a few lines can draw the same."""
    return config.seed * 1_000_003 + epoch


def _gradient_stride(span: Span) -> int:
    return max(span.steps_per_epoch // GRADIENT_SAMPLES, GRADIENT_SAMPLES)


class Autograd:
    """Steps of any network, on any device, by autograd and torch's optimizers.

    Dropout and augmentation draw from a random stream that the caller does not share.
    """

    def __init__(
        self, model: nn.Module, inputs: Tensor, labels: Tensor, config: TrainingConfig, numerics: Numerics
    ) -> None:
        self.model, self.numerics, self.examples = model, numerics, len(labels)
        self.inputs, self.labels = inputs.to(numerics.device), labels.to(numerics.device)
        self.parameters, self.layers, self.frames = self.learned(config), weighted_layers(model), {}
        self.optimizer = OPTIMIZERS[config.optimizer.name](self.parameters, config.optimizer)
        self.random = PrivateRandom(numerics.device, config.seed)

    def begin(self, span: Span, epoch: int, step: int) -> None:
        self.config, self.stride, self.at = span.config, _gradient_stride(span), step - span.step_at(epoch)
        seed = _seed(span.config, epoch)
        self.batches = self.deal(torch.Generator().manual_seed(seed), span.config.batch_size)
        self.rates = rates(span.config, epoch, span.steps_per_epoch).tolist()
        self._set(weight_decay=span.config.optimizer.weight_decay)
        if span.config.optimizer.momentum_epochs and "momentum" in self.optimizer.defaults:
            self._set(momentum=momentum_at(span.config.optimizer, epoch))
        if not self.at:
            self.random.seed(seed + 2**31)

    def take(self, count: int) -> Stretch:
        stretch = Stretch()
        with self.random:
            if not self.model.training:
                self.model.train()
            for _ in range(count):
                if stretch.diverged:
                    break
                self._step(stretch)
        return stretch

    def learned(self, config: TrainingConfig) -> list[nn.Parameter]:
        """All that the optimizer moves."""
        return list(self.model.parameters())

    def deal(self, random: torch.Generator, size: int) -> Sequence[Tensor]:
        """The rows of each batch of an epoch."""
        order = torch.randperm(self.examples, generator=random)
        return order.to(self.numerics.device).split(size)

    def loss(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """The mean loss on the rows of a batch, and which answers to them are right: bool [answers]."""
        inputs, labels = self.augmented(self.inputs[batch]), self.labels[batch]
        with self.numerics.autocast():
            logits = self.model(inputs)
        loss = F.cross_entropy(logits.float(), labels, label_smoothing=self.config.label_smoothing)
        return loss, logits.argmax(1) == labels

    def augmented(self, inputs: Tensor) -> Tensor:
        """A batch as a network is trained on it."""
        inputs = self.numerics.inputs(inputs)
        return augment(inputs, self.config.augmentation) if inputs.dim() == 4 else inputs

    def _step(self, stretch: Stretch) -> None:
        config, batch, rate = self.config, self.batches[self.at], self.rates[self.at]
        # optimizer.zero_grad() does the same ten times slower.
        for parameter in self.parameters:
            parameter.grad = None
        loss, answers = self.loss(batch)
        # Both are fetched before the backward pass, so that a GPU is not waited for again after it.
        value, right = loss.item(), answers.sum().item()
        if not math.isfinite(value):
            stretch.diverged = True
            return
        loss.backward()
        if self.at % self.stride == 0:
            stretch.norms.append(gradient_norms(self.layers))
        if config.l1:
            self._penalize(config.l1)
        if config.clip_norm:
            nn.utils.clip_grad_norm_(self.parameters, config.clip_norm)
        self._set(lr=rate)
        self.optimizer.step()
        self.at += 1
        stretch.steps.append((value, right, len(answers), rate))

    def _penalize(self, l1: float) -> None:
        """Add the subgradient of the weights' absolute values to their gradients."""
        for weight, *_ in self.layers.values():
            if weight.grad is not None:
                weight.grad.add_(weight.detach().sign(), alpha=l1)

    def _set(self, **options: float) -> None:
        for group in self.optimizer.param_groups:
            group |= options

    def evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        with self.random:
            return loss_and_accuracy(predict(self.model, inputs, self.numerics), labels)

    def finish(self, inputs: Tensor, labels: Tensor) -> None:
        """Nothing."""

    def state(self) -> dict[str, Tensor]:
        parts = {"optimizer": state_tensors(self.optimizer), "random": self.random.state}
        return {f"{part}.{name}": tensor for part, named in parts.items() for name, tensor in named.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        load_state_tensors(self.optimizer, part_of(state, "optimizer"))
        # The compiled passes draw otherwise and leave no stream; the present epoch's then starts anew.
        self.random.state |= part_of(state, "random")


class Compiled:
    """Steps of a small dense network by the passes of `facelab.training.kernels`, many times faster."""

    def __init__(self, model: nn.Module, inputs: Tensor, labels: Tensor, config: TrainingConfig) -> None:
        self.engine, self.examples = engine.Engine(model, inputs, labels, config), len(labels)
        self.layers, self.frames = list(weighted_layers(model)), {}
        self.remembered: dict[str, Tensor] = {}

    def begin(self, span: Span, epoch: int, step: int) -> None:
        self.stride = _gradient_stride(span)
        if self.engine.step != step:
            self.engine.restore(step, epoch, step - span.step_at(epoch), self.remembered)

    def take(self, count: int) -> Stretch:
        trained, _ = self.engine.advance(count, self.stride)
        columns = (trained.losses, trained.right, trained.seen, trained.learning_rates)
        return Stretch(
            list(zip(*(column.tolist() for column in columns), strict=True)),
            [dict(zip(self.layers, norms, strict=True)) for norms in trained.norms.tolist()],
            trained.diverged,
        )

    def evaluate(self, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
        return self.engine.evaluate(inputs, labels)

    def finish(self, inputs: Tensor, labels: Tensor) -> None:
        """Nothing."""

    def state(self) -> dict[str, Tensor]:
        named = self.engine.optimizer_state() if self.engine.step else self.remembered
        return {f"optimizer.{name}": tensor for name, tensor in named.items()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        self.remembered = part_of(state, "optimizer")


def part_of(state: Mapping[str, Tensor], part: str) -> dict[str, Tensor]:
    """The tensors named `<part>.<name>`, by name."""
    return {name.removeprefix(f"{part}."): value for name, value in state.items() if name.startswith(f"{part}.")}
