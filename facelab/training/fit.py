"""The training loop: one network, one dataset, any settings.

`fit` is a generator, so that whoever asks for its records decides when to draw, save, pause or stop. It writes
nothing. The dataset is one tensor in memory indexed by a permutation, which on small networks is 2 to 4 times faster
than a DataLoader.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from facelab.errors import SettingsError
from facelab.training.augment import augment
from facelab.training.config import TrainingConfig
from facelab.training.evaluate import loss_and_accuracy, predict
from facelab.training.numerics import choose
from facelab.training.optimizers import OPTIMIZERS
from facelab.training.records import Checkpoint, Outcome, Record, frame_steps, stride
from facelab.training.schedule import rate_factor

GRADIENT_SAMPLES = 8

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
) -> Iterator[Record]:
    """Train `model` in place on `data`'s training split and yield `Record`s.

    The same settings, seed and number of threads on the same machine give the same weights, bit for bit, also when
    continued from a checkpoint. Training neither reads nor moves the caller's random state. If early stopping is on,
    or the loss diverges, the model ends with the best weights so far, else with the last.

    Args:
        model: a network from `facelab.models.build`, or any module from inputs to logits [B, classes].
        frames: named pictures of the model to take along, about 60 times over the whole training.
        resume: the state to continue from, made by a record's `checkpoint` under the same settings.

    Raises:
        SettingsError: the batch is larger than the training split, or the device is missing.
    """
    yield from Training(model, data, config, frames or {}, resume).records()


class Training:
    """The state of one `fit`, and its steps."""

    def __init__(
        self,
        model: nn.Module,
        data: Dataset,
        config: TrainingConfig,
        frames: Mapping[str, Frame],
        resume: Checkpoint | None,
    ) -> None:
        self.model, self.config, self.frames = model, config, frames
        self.inputs, self.labels = data.split("train")
        self.validation = data.split("validation")
        if config.batch_size > len(self.labels):
            raise SettingsError(
                f"batch_size is {config.batch_size}, but there are only {len(self.labels)} examples to train on: "
                f"choose at most {len(self.labels)}."
            )
        self.numerics = choose(model, config)
        self.numerics.place(model)
        self.inputs, self.labels = self.inputs.to(self.numerics.device), self.labels.to(self.numerics.device)
        self.optimizer = OPTIMIZERS[config.optimizer.name](model.parameters(), config.optimizer)
        self.steps_per_epoch = -(-len(self.labels) // config.batch_size)
        self.total_steps = self.steps_per_epoch * config.epochs
        self.stride, self.frame_steps = stride(self.total_steps), frame_steps(self.total_steps)
        self.layers = _layers(model)
        self.step, self.seconds, self.loss = 0, 0.0, math.nan
        self.best_loss, self.best_epoch, self.best_weights = math.inf, 0, {}
        self.sums = _Sums()
        self.window: list[float] = []
        self.random = _PrivateRandom(self.numerics.device)
        if resume:
            self._restore(resume)

    def records(self) -> Iterator[Record]:
        """Train from where the state stands to the end."""
        model = self.model
        try:
            with self.random.ours():
                if self.step == 0:
                    first = self._record("epoch", self._validate(), self._take_frames())
            if self.step == 0:
                yield first
            while self.step < self.total_steps:
                for record in self._epoch():
                    yield record
                    if record.kind == "end":
                        return
                if self._out_of_patience():
                    yield self._end(
                        "stopped early",
                        f"The validation loss has not fallen for {self.config.early_stopping.patience} epochs: the "
                        f"weights of epoch {self.best_epoch} are kept.",
                    )
                    return
            yield self._end("finished", "")
        finally:
            model.to(memory_format=torch.contiguous_format)

    def _epoch(self) -> Iterator[Record]:
        """The rest of the present epoch, from the present step on."""
        epoch, start = divmod(self.step, self.steps_per_epoch)
        seed = self.config.seed * 1_000_003 + epoch
        order = torch.randperm(len(self.labels), generator=torch.Generator().manual_seed(seed))
        batches = order.to(self.numerics.device).split(self.config.batch_size)
        if start == 0:
            self.random.seed(seed)
            self.sums = _Sums()
        clock = time.perf_counter()
        with self.random.ours():
            self.model.train()
            for batch in batches[start:]:
                loss = self._train(batch)
                if not math.isfinite(loss):
                    self.random.leave()
                    yield self._diverged()
                    return
                self.loss = loss
                self.window.append(loss)
                frame = bool(self.frames) and self.step in self.frame_steps
                if self.step % self.stride == 0 or frame:
                    record = self._step_record(frame)
                    self.seconds += time.perf_counter() - clock
                    self.random.leave()
                    yield record
                    self.random.enter()
                    self.model.train()
                    clock = time.perf_counter()
            metrics = self.sums.metrics() | self._validate()
        self.seconds += time.perf_counter() - clock
        yield self._record("epoch", metrics | self._progress())

    def _train(self, batch: Tensor) -> float:
        """One optimizer step on the examples of `batch` (indices); returns the loss before it."""
        config, numerics = self.config, self.numerics
        inputs, labels = numerics.inputs(self.inputs[batch]), self.labels[batch]
        if inputs.dim() == 4:
            inputs = augment(inputs, config.augmentation)
        rate = config.optimizer.learning_rate * rate_factor(
            config.schedule, self.step, self.steps_per_epoch, config.epochs
        )
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        with numerics.autocast():
            logits = self.model(inputs)
            loss = F.cross_entropy(logits.float(), labels, label_smoothing=config.label_smoothing)
        value = loss.item()
        if not math.isfinite(value):
            return value
        loss.backward()
        if config.clip_norm:
            nn.utils.clip_grad_norm_(self.model.parameters(), config.clip_norm)
        if self.step % max(1, self.steps_per_epoch // GRADIENT_SAMPLES) == 0:
            self.sums.add_gradients(_gradient_norms(self.layers))
        self.optimizer.step()
        self.step += 1
        self.sums.add(value, (logits.argmax(1) == labels).sum(), len(labels), rate)
        return value

    def _validate(self) -> dict[str, float]:
        inputs, labels = self.validation
        loss, accuracy = loss_and_accuracy(predict(self.model, inputs, self.numerics), labels)
        epoch = self.step // self.steps_per_epoch
        if epoch and (loss < self.best_loss or not self.best_weights):
            self.best_loss, self.best_epoch = loss, epoch
            self.best_weights = _copy(self.model.state_dict())
        return {"validation_loss": loss, "validation_accuracy": accuracy}

    def _progress(self) -> dict[str, float]:
        seen = self.step // self.steps_per_epoch * len(self.labels)
        return {
            "images_per_second": seen / self.seconds,
            "seconds_left": self.seconds * (self.total_steps / self.step - 1),
            "best_epoch": self.best_epoch,
        }

    def _out_of_patience(self) -> bool:
        patience = self.config.early_stopping.patience
        return bool(patience) and self.step // self.steps_per_epoch - self.best_epoch >= patience

    def _take_frames(self) -> dict[str, np.ndarray]:
        return {name: take(self.model) for name, take in self.frames.items()}

    def _step_record(self, frame: bool) -> Record:
        metrics = {"loss": sum(self.window) / len(self.window), "learning_rate": self.sums.rate}
        self.window = []
        return self._record("step", metrics, self._take_frames() if frame else {})

    def _record(self, kind: str, metrics: dict[str, float], frames: dict[str, np.ndarray] | None = None) -> Record:
        return Record(kind, self.step, self.step / self.steps_per_epoch, metrics, self._checkpoint, frames or {})

    def _end(self, outcome: Outcome, message: str) -> Record:
        if self.best_weights and (outcome == "diverged" or self.config.early_stopping.patience):
            self.model.load_state_dict(self.best_weights)
        metrics = {"best_epoch": float(self.best_epoch)}
        epoch = self.step / self.steps_per_epoch
        return Record("end", self.step, epoch, metrics, self._checkpoint, outcome=outcome, message=message)

    def _diverged(self) -> Record:
        rate = self.config.optimizer.learning_rate
        before = f", after {self.loss:.3g} in the step before" if self.step else ""
        return self._end(
            "diverged",
            f"Diverged at step {self.step + 1}: the loss is no longer a finite number{before}. Try a learning rate of "
            f"{rate / 10:g} instead of {rate:g}, or clip the gradient's norm at 1.",
        )

    def _checkpoint(self) -> Checkpoint:
        tensors = {f"model.{name}": value for name, value in self.model.state_dict().items()}
        tensors |= {f"best.{name}": value for name, value in self.best_weights.items()}
        for index, state in self.optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{index}.{name}": value for name, value in state.items() if value is not None}
        tensors |= {f"random.{name}": value for name, value in self.random.state.items()}
        progress = {
            "step": self.step,
            "seconds": self.seconds,
            "best_loss": self.best_loss if math.isfinite(self.best_loss) else None,
            "best_epoch": self.best_epoch,
            "sums": self.sums.state(),
            "window": self.window,
        }
        return Checkpoint(_copy(tensors), progress)

    def _restore(self, checkpoint: Checkpoint) -> None:
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "best": {}, "optimizer": {}, "random": {}}
        for name, tensor in checkpoint.tensors.items():
            part, key = name.split(".", 1)
            parts[part][key] = tensor
        self.model.load_state_dict(parts["model"])
        state: dict[int, dict[str, Tensor]] = {}
        parameters = list(self.model.parameters())
        for name, tensor in parts["optimizer"].items():
            index, key = name.split(".", 1)
            parameter = parameters[int(index)]
            # Fused optimizers walk weights and moments by address: both must be laid out alike.
            laid_out = torch.empty_like(parameter).copy_(tensor) if tensor.shape == parameter.shape else tensor
            state.setdefault(int(index), {})[key] = laid_out.detach()
        self.optimizer.load_state_dict(self.optimizer.state_dict() | {"state": state})
        progress = checkpoint.progress
        self.best_weights, self.random.state = parts["best"], parts["random"]
        self.best_loss = math.inf if progress["best_loss"] is None else progress["best_loss"]
        self.best_epoch, self.step, self.seconds = progress["best_epoch"], progress["step"], progress["seconds"]
        self.sums, self.window = _Sums(**progress["sums"]), list(progress["window"])


class _Sums:
    """Running sums over one epoch's steps."""

    def __init__(
        self,
        loss: float = 0.0,
        right: float = 0.0,
        seen: int = 0,
        rate: float = 0.0,
        gradients: dict[str, float] | None = None,
        samples: int = 0,
    ) -> None:
        self.loss, self.right, self.seen, self.rate = loss, right, seen, rate
        self.gradients, self.samples = gradients or {}, samples

    def add(self, loss: float, right: Tensor, seen: int, rate: float) -> None:
        self.loss += loss * seen
        self.right += int(right)
        self.seen += seen
        self.rate = rate

    def add_gradients(self, norms: dict[str, float]) -> None:
        self.samples += 1
        for layer, norm in norms.items():
            self.gradients[layer] = self.gradients.get(layer, 0.0) + norm

    def metrics(self) -> dict[str, float]:
        means = {f"gradient_norm.{layer}": total / self.samples for layer, total in self.gradients.items()}
        return {
            "train_loss": self.loss / self.seen,
            "train_accuracy": self.right / self.seen,
            "learning_rate": self.rate,
        } | means

    def state(self) -> dict:
        return dict(vars(self), gradients=dict(self.gradients))


class _PrivateRandom:
    """torch's global random state, swapped so that training and its caller never share one.

    Dropout and augmentation draw from the global generator; between records the caller's own state is in place.
    """

    def __init__(self, device: torch.device) -> None:
        self.modules = {"cpu": torch}
        if device.type != "cpu":
            self.modules[device.type] = getattr(torch, device.type)
        self.theirs: dict[str, Tensor] = {}
        self.state: dict[str, Tensor] = self._read()

    def _read(self) -> dict[str, Tensor]:
        return {name: module.get_rng_state() for name, module in self.modules.items()}

    def _write(self, state: dict[str, Tensor]) -> None:
        for name, module in self.modules.items():
            module.set_rng_state(state[name])

    def seed(self, seed: int) -> None:
        """Begin a stream of our own."""
        with self.ours():
            torch.manual_seed(seed)

    def enter(self) -> None:
        self.theirs = self._read()
        self._write(self.state)

    def leave(self) -> None:
        if self.theirs:
            self.state = self._read()
            self._write(self.theirs)
            self.theirs = {}

    @contextmanager
    def ours(self) -> Iterator[None]:
        self.enter()
        try:
            yield
        finally:
            self.leave()


def _layers(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """The trainable parameters of each layer that has a weight matrix or filters, by the layer's name."""
    return {
        name: [parameter for parameter in module.parameters(recurse=False) if parameter.requires_grad]
        for name, module in model.named_modules()
        if isinstance(module, nn.Linear | nn.Conv2d)
    }


def _gradient_norms(layers: dict[str, list[nn.Parameter]]) -> dict[str, float]:
    """The Euclidean norm of each layer's gradient; layers without one are left out."""
    names = [name for name, parameters in layers.items() if parameters and parameters[0].grad is not None]
    norms = torch._foreach_norm([layers[name][0].grad for name in names]) if names else []
    return dict(zip(names, torch.stack(norms).tolist(), strict=True)) if names else {}


def _copy(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format) for name, tensor in tensors.items()
    }
