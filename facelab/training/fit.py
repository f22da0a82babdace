"""The training loop: one network, one dataset, any settings.

`fit` returns a generator, so that whoever asks for its records decides when to draw, save, pause or stop. It writes
nothing. The dataset is one tensor in memory indexed by a permutation, which on small networks is 2 to 4 times faster
than a DataLoader.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.errors import DataError, SettingsError
from facelab.training.augment import augment
from facelab.training.config import TrainingConfig
from facelab.training.evaluate import loss_and_accuracy, predict
from facelab.training.gradients import gradient_norms, weighted_layers
from facelab.training.numerics import choose
from facelab.training.optimizers import OPTIMIZERS, load_state_tensors, state_tensors
from facelab.training.randomness import PrivateRandom
from facelab.training.records import Checkpoint, EpochSums, Outcome, Record, frame_steps, stride
from facelab.training.schedule import rate_factor

GRADIENT_SAMPLES = 8
"""How often the layers' gradient norms are taken: so many times an epoch, but at most every so many steps."""

Frame = Callable[[nn.Module], np.ndarray]


class Dataset(Protocol):
    """What `fit` trains on: `Faces`, or anything else with splits."""

    def split(self, name: str) -> tuple[Tensor, Tensor]: ...


def fit(
    model: nn.Module,
    data: Dataset,
    config: TrainingConfig,
    *,
    frames: Mapping[str, Frame] | None = None,
    resume: Checkpoint | None = None,
) -> Generator[Record, None, None]:
    """Train `model` in place on `data`'s training split and yield `Record`s.

    The same settings, seed and number of threads on the same machine give the same weights, on a CPU bit for bit, also
    when continued from any record's checkpoint. Training neither reads nor moves the caller's random state.

    The model stays on the device it was trained on. When the records end, or the generator is closed, it is in
    evaluation mode. If early stopping is on, or training diverges, it ends with its best weights (those with the lowest
    validation loss, or training loss where there are no validation examples), else with its last. A network that
    diverges in its first epoch ends untrained.

    Args:
        model: a network from `facelab.models.build`, or any module from inputs to logits [B, classes].
        data: its splits "train" and "validation" are uint8 [N, 3, S, S] or float32 [N, D], with int64 [N] labels.
        frames: named pictures of the model to take along, about 60 times over the whole training.
        resume: the state to continue from, made by a record's `checkpoint` under the same settings.

    Raises:
        SettingsError: the batch is larger than the training split, or the device is missing.
        DataError: the training split is empty.
    """
    return _Training(model, data, config, frames or {}, resume).records()


class _Diverged(Exception):
    """What is no longer a finite number, and at which step."""


class _Training:
    """The state of one `fit`, and its steps."""

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        config: TrainingConfig,
        frames: Mapping[str, Frame],
        resume: Checkpoint | None,
    ) -> None:
        inputs, labels = data.split("train")
        if not len(labels):
            raise DataError("The training split is empty: give it at least one example.")
        if config.batch_size > len(labels):
            raise SettingsError(
                f"batch_size is {config.batch_size}, but there are only {len(labels)} examples to train on: "
                f"choose at most {len(labels)}."
            )
        self.model, self.config, self.frames = model, config, frames
        self.numerics = choose(model, config)
        self.numerics.place(model)
        self.inputs, self.labels = inputs.to(self.numerics.device), labels.to(self.numerics.device)
        self.validation = data.split("validation")
        self.parameters, self.layers = list(model.parameters()), weighted_layers(model)
        self.optimizer = OPTIMIZERS[config.optimizer.name](self.parameters, config.optimizer)
        self.steps_per_epoch = -(-len(labels) // config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.gradient_stride = max(self.steps_per_epoch // GRADIENT_SAMPLES, GRADIENT_SAMPLES)
        self.stride, self.frame_steps = stride(self.total_steps), frame_steps(self.total_steps)
        self.random = PrivateRandom(self.numerics.device, config.seed)
        # All that changes from step to step, besides model, optimizer and random stream.
        self.step, self.epoch, self.seconds = 0, 0, 0.0
        self.window: list[float] = []  # the losses since the last step record
        self.sums = EpochSums()
        self.best_loss, self.best_epoch, self.best_weights = math.inf, 0, _copy(model.state_dict())
        self.resumed = resume is not None
        if resume:
            self._restore(resume)

    def records(self) -> Generator[Record, None, None]:
        """Train from where the state stands to the end."""
        try:
            if not self.resumed:
                with self.random:
                    metrics = self._validate()
                yield self._record("epoch", metrics, self._take_frames())
            outcome, message = "finished", ""
            try:
                while self.epoch < self.config.epochs and not self._out_of_patience():
                    yield from self._train_epoch()
                if self.epoch < self.config.epochs:
                    outcome, message = "stopped early", self._why_stopped()
            except _Diverged as problem:
                outcome, message = "diverged", f"{problem} {self._what_to_try()}"
            if self.window:
                yield self._step_record()
            yield self._end(outcome, message)
        finally:
            self.model.eval().to(memory_format=torch.contiguous_format)

    def _train_epoch(self) -> Iterator[Record]:
        """The rest of the present epoch, from the present step on."""
        start = self.epoch * self.steps_per_epoch
        end = start + self.steps_per_epoch
        # From the epoch alone, so that a script of a few lines can draw the same.
        seed = self.config.seed * 1_000_003 + self.epoch
        order = torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))
        batches = order.to(self.numerics.device).split(self.config.batch_size)
        if self.step == start:
            self.random.seed(seed + 2**31)
        while self.step < end:
            pause = min(self.step - self.step % self.stride + self.stride, end)
            with self._at_work():
                for batch in batches[self.step - start : pause - start]:
                    self._train_step(batch)
            if pause % self.stride == 0 or pause == self.total_steps:
                yield self._step_record()
        with self._at_work():
            metrics = self.sums.metrics() | self._validate()
        self.epoch += 1
        self.sums = EpochSums()
        self._keep_best(metrics)
        yield self._record("epoch", metrics | self._progress())

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Our own random stream, training mode, and the clock running."""
        start = time.perf_counter()
        with self.random:
            if not self.model.training:
                self.model.train()
            yield
        self.seconds += time.perf_counter() - start

    def _train_step(self, batch: Tensor) -> None:
        """One optimizer step on the examples with the indices `batch`."""
        config, numerics = self.config, self.numerics
        # optimizer.zero_grad() does the same ten times slower.
        for parameter in self.parameters:
            parameter.grad = None
        inputs, labels = numerics.inputs(self.inputs[batch]), self.labels[batch]
        if inputs.dim() == 4:
            inputs = augment(inputs, config.augmentation)
        with numerics.autocast():
            logits = self.model(inputs)
        loss = F.cross_entropy(logits.float(), labels, label_smoothing=config.label_smoothing)
        # Both are fetched before the backward pass, so that a GPU is not waited for again after it.
        value, right = loss.item(), (logits.argmax(1) == labels).sum().item()
        if not math.isfinite(value):
            raise _Diverged(f"Diverged at step {self.step + 1}: the loss is no longer a finite number.")
        loss.backward()
        if self.step % self.steps_per_epoch % self.gradient_stride == 0:
            self.sums.add_gradients(gradient_norms(self.layers))
        if config.clip_norm:
            nn.utils.clip_grad_norm_(self.parameters, config.clip_norm)
        rate = config.optimizer.learning_rate * rate_factor(
            config.schedule, self.step, self.steps_per_epoch, config.epochs
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()
        self.step += 1
        self.window.append(value)
        self.sums.add(value, right, len(labels), rate)

    def _validate(self) -> dict[str, float]:
        inputs, labels = self.validation
        loss, accuracy = loss_and_accuracy(predict(self.model, inputs, self.numerics), labels)
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    @property
    def _judge(self) -> str:
        """The split whose loss tells how good an epoch's weights are."""
        return "validation" if len(self.validation[1]) else "train"

    def _keep_best(self, metrics: dict[str, float]) -> None:
        """Remember the epoch's weights if they are the best so far; they may have diverged in its last step."""
        loss, weights = metrics[f"{self._judge}_loss"], self.model.state_dict()
        # One number that is not finite makes its sum so; isfinite() on each takes ten times as long.
        if not math.isfinite(loss) or not all(math.isfinite(tensor.sum().item()) for tensor in weights.values()):
            raise _Diverged(f"Diverged at step {self.step}: the weights or their loss are no longer finite numbers.")
        if loss < self.best_loss:
            self.best_loss, self.best_epoch, self.best_weights = loss, self.epoch, _copy(weights)

    def _out_of_patience(self) -> bool:
        patience = self.config.early_stopping.patience
        return bool(patience) and self.epoch - self.best_epoch >= patience

    def _why_stopped(self) -> str:
        patience = self.config.early_stopping.patience
        judge = "validation" if self._judge == "validation" else "training"
        span = "an epoch" if patience == 1 else f"{patience} epochs"
        return f"The {judge} loss has not fallen for {span}: the weights of epoch {self.best_epoch} are kept."

    def _what_to_try(self) -> str:
        rate = self.config.optimizer.learning_rate
        clip = "" if self.config.clip_norm else ", or clip the gradient's norm at 1"
        return f"Try a learning rate of {rate / 10:g} instead of {rate:g}{clip}."

    def _progress(self) -> dict[str, float]:
        return {
            "images_per_second": self.epoch * len(self.labels) / self.seconds,
            "seconds_left": self.seconds * (self.total_steps / self.step - 1),
            "best_epoch": float(self.best_epoch),
        }

    def _take_frames(self) -> dict[str, np.ndarray]:
        return {name: take(self.model) for name, take in self.frames.items()}

    def _step_record(self) -> Record:
        metrics = {"loss": sum(self.window) / len(self.window), "learning_rate": self.sums.learning_rate}
        self.window = []
        return self._record("step", metrics, self._take_frames() if self.step in self.frame_steps else None)

    def _record(self, kind: str, metrics: dict[str, float], frames: dict[str, np.ndarray] | None = None) -> Record:
        return Record(kind, self.step, self.step / self.steps_per_epoch, metrics, self._checkpoint, frames or {})

    def _end(self, outcome: Outcome, message: str) -> Record:
        if outcome == "diverged" or self.config.early_stopping.patience:
            self.model.load_state_dict(self.best_weights)
        metrics, epoch = {"best_epoch": float(self.best_epoch)}, self.step / self.steps_per_epoch
        return Record("end", self.step, epoch, metrics, self._checkpoint, outcome=outcome, message=message)

    def _checkpoint(self) -> Checkpoint:
        parts = {
            "model": self.model.state_dict(),
            "best": self.best_weights,
            "optimizer": state_tensors(self.optimizer),
            "random": self.random.state,
        }
        tensors = {f"{part}.{name}": tensor for part, named in parts.items() for name, tensor in named.items()}
        progress = {
            "step": self.step,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "window": list(self.window),
            "sums": asdict(self.sums),
            "best_loss": self.best_loss if self.best_epoch else None,  # JSON has no infinity
            "best_epoch": self.best_epoch,
        }
        return Checkpoint(_copy(tensors), progress)

    def _restore(self, checkpoint: Checkpoint) -> None:
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "best": {}, "optimizer": {}, "random": {}}
        for name, tensor in checkpoint.tensors.items():
            part, key = name.split(".", 1)
            parts[part][key] = tensor
        self.model.load_state_dict(parts["model"])
        load_state_tensors(self.optimizer, parts["optimizer"])
        self.best_weights, self.random.state = parts["best"], parts["random"]
        progress = checkpoint.progress
        self.step, self.epoch, self.seconds = progress["step"], progress["epoch"], progress["seconds"]
        self.window, self.sums = list(progress["window"]), EpochSums(**progress["sums"])
        self.best_loss = math.inf if progress["best_loss"] is None else progress["best_loss"]
        self.best_epoch = progress["best_epoch"]


def _copy(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors as they are now, on the CPU, laid out plainly."""
    return {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()
    }
