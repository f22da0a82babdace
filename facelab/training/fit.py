"""The training loop: one network, one dataset, any settings.

`fit` returns a generator, so that whoever asks for its records decides when to draw, save, pause or stop. It writes
nothing. The dataset is one tensor in memory indexed by a permutation, which on small networks is 2 to 4 times faster
than a DataLoader; small dense networks are trained by compiled passes, see `facelab.training.steps`.
"""

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from facelab.errors import DataError
from facelab.models import Siamese
from facelab.training.config import TrainingConfig
from facelab.training.engine import supports
from facelab.training.gradients import weight_norms, weighted_layers
from facelab.training.numerics import choose
from facelab.training.records import FRAMES, Checkpoint, EpochSums, Outcome, Record, frame_steps, stride
from facelab.training.schedule import Span, timetable
from facelab.training.steps import Autograd, Compiled, Steps, part_of
from facelab.training.verification import Verification

Frame = Callable[[nn.Module], np.ndarray]


class Dataset(Protocol):
    """What `fit` trains on: `Faces`, or anything else with splits. A `Siamese` network wants `Pairs`.

    After every epoch it is evaluated on the splits named in its attribute `watched`, ("validation",) if it has none.
    """

    def split(self, name: str) -> tuple[Tensor, Tensor]: ...


def watched(data: Dataset) -> dict[str, tuple[Tensor, Tensor]]:
    """The splits to evaluate after every epoch, by name; "validation", which judges the weights, is one of them."""
    names = dict.fromkeys(("validation", *getattr(data, "watched", ())))
    return {name: data.split(name) for name in names}


def fit(
    model: nn.Module,
    data: Dataset,
    config: TrainingConfig,
    *,
    frames: Mapping[str, Frame] | None = None,
    resume: Checkpoint | None = None,
    every: int | None = None,
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
        data: its splits "train" and those in `watched` are uint8 [N, 3, S, S] or float32 [N, D], with int64 [N] labels.
        frames: named pictures of the model to take along, about 60 times over the whole training.
        resume: the state to continue from, made by a record's `checkpoint` under the same settings.
        every: steps per step record; by default as many as keep a run to `STEP_RECORDS` of them.

    Raises:
        SettingsError: the batch is larger than the training split, or the device is missing.
        DataError: the training split is empty.
    """
    return _Training(model, data, config, frames or {}, resume, every).records()


def steps_for(model: nn.Module, data: Dataset, config: TrainingConfig) -> Steps:
    """The fastest way to train `model` on `data`; it moves the model to its device.

    Raises:
        SettingsError: the device is missing.
        DataError: the training split is empty.
    """
    numerics = choose(model, config)
    if isinstance(model, Siamese):  # by their rows: all training pairs at once would be a large copy
        return Verification(numerics.place(model), data, config, numerics)
    inputs, labels = data.split("train")
    if not len(labels):
        raise DataError("The training split is empty: give it at least one example.")
    numerics.place(model)
    if supports(model, inputs, config):
        return Compiled(model, inputs, labels, config)
    return Autograd(model, inputs, labels, config, numerics)


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
        every: int | None,
    ) -> None:
        self.model, self.config, self.frames = model, config, frames
        self.splits, self.layers = watched(data), weighted_layers(model)
        self.steps = steps_for(model, data, config)
        self.spans = timetable(config, self.steps.examples)
        self.total_steps = self.spans[-1].end
        self.stride, self.frame_steps = every or stride(self.total_steps), frame_steps(self.total_steps)
        # All that changes from step to step, besides the model and what `steps` remembers.
        self.step, self.epoch, self.seconds = 0, 0, 0.0
        self.window: list[float] = []  # the losses since the last step record
        self.sums = EpochSums()
        self.best_loss, self.best_epoch, self.best_weights = math.inf, 0, {}
        self.resumed = resume is not None
        if resume:
            self._restore(resume)

    def records(self) -> Generator[Record, None, None]:
        """Train from where the state stands to the end."""
        try:
            if not self.resumed:
                metrics = self._evaluate()
                self.best_weights = _copy(self.model.state_dict())
                yield self._record("epoch", metrics, self._take_frames() | self.steps.frames)
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
        span = self._span()
        end = span.step_at(self.epoch + 1)
        self.steps.begin(span, self.epoch, self.step)
        while self.step < end:
            pause = min(self.step - self.step % self.stride + self.stride, end)
            with self._clock():
                self._take(pause - self.step)
            if pause % self.stride == 0 or pause == self.total_steps:
                yield self._step_record()
        with self._clock():
            metrics = self.sums.metrics() | self._evaluate()
        self.epoch += 1
        self.sums = EpochSums()
        self._keep_best(metrics)
        # Of thousands of epochs, no more than have a frame each.
        is_shown = self.epoch % -(-self.config.epochs // FRAMES) == 0 or self.epoch == self.config.epochs
        yield self._record("epoch", metrics | self._progress(), self.steps.frames if is_shown else None)

    @contextmanager
    def _clock(self) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start

    def _take(self, count: int) -> None:
        """So many optimizer steps."""
        stretch = self.steps.take(count)
        for norms in stretch.norms:
            self.sums.add_gradients(norms)
        for loss, right, seen, rate in stretch.steps:
            self.window.append(loss)
            self.sums.add(loss, right, seen, rate)
        self.step += len(stretch.steps)
        if stretch.diverged:
            raise _Diverged(f"Diverged at step {self.step + 1}: the loss is no longer a finite number.")

    def _evaluate(self) -> dict[str, float]:
        metrics: dict[str, float] = {}
        for name, split in self.splits.items():
            metrics[f"{name}_loss"], metrics[f"{name}_accuracy"] = self.steps.evaluate(*split)
        return metrics | {f"weight_norm.{name}": norm for name, norm in weight_norms(self.layers).items()}

    def _span(self) -> Span:
        """The settings that hold in the present epoch; after the last one, those of the last."""
        return next((span for span in self.spans if self.epoch < span.stop), self.spans[-1])

    def _epochs_done(self) -> float:
        span = next((span for span in self.spans if self.step <= span.end), self.spans[-1])
        return span.epoch_at(self.step)

    @property
    def _judge(self) -> str:
        """The split whose loss tells how good an epoch's weights are."""
        return "validation" if len(self.splits["validation"][1]) else "train"

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
        rate = self._span().config.optimizer.learning_rate
        clip = "" if self.config.clip_norm else ", or clip the gradient's norm at 1"
        return f"Try a learning rate of {rate / 10:g} instead of {rate:g}{clip}."

    def _progress(self) -> dict[str, float]:
        return {
            "images_per_second": self.epoch * self.steps.examples / self.seconds,
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
        return Record(kind, self.step, self._epochs_done(), metrics, self._checkpoint, frames or {})

    def _end(self, outcome: Outcome, message: str) -> Record:
        if outcome == "diverged" or self.config.early_stopping.patience:
            self.model.load_state_dict(self.best_weights)
        if outcome != "diverged":
            self.steps.finish(*self.splits["validation"])
        metrics = {"best_epoch": float(self.best_epoch)}
        return Record(
            "end", self.step, self._epochs_done(), metrics, self._checkpoint, outcome=outcome, message=message
        )

    def _checkpoint(self) -> Checkpoint:
        parts = {"model": self.model.state_dict(), "best": self.best_weights}
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
        return Checkpoint(_copy(tensors | self.steps.state()), progress)

    def _restore(self, checkpoint: Checkpoint) -> None:
        self.model.load_state_dict(part_of(checkpoint.tensors, "model"))
        self.best_weights = part_of(checkpoint.tensors, "best")
        self.steps.restore(checkpoint.tensors)
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
