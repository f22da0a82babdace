"""`fit_many`: many small dense networks side by side, each a whole training compiled, spread over the cores."""

import math
import os
import time
from collections import deque
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Literal

import numpy as np
from torch import Tensor

from facelab.errors import DataError, SettingsError
from facelab.models import MLP
from facelab.training.config import TrainingConfig
from facelab.training.engine import STRETCH, Engine, trainable
from facelab.training.fit import Dataset, watched
from facelab.training.records import Outcome
from facelab.training.schedule import Span, rate_factor, timetable
from facelab.training.workspace import NONE, Watch, watching

Splits = dict[str, tuple[Tensor, Tensor]]

REPORT_SECONDS = 0.05
TURN_SECONDS = 0.1
"""How long a network trains, about and in whole epochs, before the others have their turn."""
STEP_ROWS = 200
"""The mean losses over stretches of steps that are kept of a training, at most."""
OUTCOMES: tuple[Outcome | Literal["stopped"], ...] = ("finished", "diverged", "stopped early", "stopped")
"""By the endings of `facelab.training.kernels`."""


@dataclass(frozen=True)
class Fitted:
    """What one network of `fit_many` has done so far.

    Attributes:
        epochs: int64 [R], the epochs taken down: 0, the untrained network, and about `records` more; `epoch_steps`,
            int64 [R], the optimizer steps until then.
        metrics: float64 [R] each, by the names in a `Record`: `train_loss` and `train_accuracy`, means over the epoch,
            `learning_rate`, of its last step, `best_epoch`, before the end the best of those taken down (all NaN at
            epoch 0), and `<split>_loss` and `<split>_accuracy` of every watched split.
        steps: float64 [S] each, `step`, `epoch`, `loss`, `learning_rate`: the mean loss since the step before.
        frame_epochs, frames: int64 [F] and float32 [F, P], the network as `facelab.models.flatten` gives it.
        outcome: how it ended; None while it trains.
        message: one sentence for the user, as at the end of `fit`; empty where there is nothing to say.
        best_epoch: the epoch with the lowest loss on the judging split, as in `fit`.
        best_accuracy: share of right answers on the validation split with its weights; NaN before the end, or without
            validation examples.
        step, epoch: how far it is.
        last_loss: of the last step whose loss was finite.
        epochs_per_second: while it has its turn; NaN before the first.
    """

    epochs: np.ndarray
    epoch_steps: np.ndarray
    metrics: dict[str, np.ndarray]
    steps: dict[str, np.ndarray]
    frame_epochs: np.ndarray
    frames: np.ndarray
    outcome: Outcome | Literal["stopped"] | None
    message: str
    best_epoch: int
    best_accuracy: float
    step: int
    epoch: float
    last_loss: float
    epochs_per_second: float


@dataclass(frozen=True)
class Many:
    """How far `fit_many` is: the share of all epochs, 0 to 1, how many networks are done, and in how many threads."""

    share: float
    done: int
    threads: int
    _networks: "tuple[_Network, ...]"

    @property
    def fitted(self) -> list[Fitted]:
        """What every network has done by now, each up to a finished epoch."""
        return [network.fitted for network in self._networks]

    def stop(self, index: int) -> None:
        """End one of the networks after its present epoch; it keeps its last weights."""
        self._networks[index].stop()


def fit_many(
    models: Sequence[MLP],
    data: Dataset,
    configs: Sequence[TrainingConfig],
    *,
    records: int = 100,
    frames: int = 0,
    threads: int | None = None,
) -> Generator[Many, None, None]:
    """Train every model in place under its own settings, as `fit` would, and yield how far they are.

    Architectures and settings may all differ. The networks take turns in threads that run without Python; the results
    do not depend on their number. Weights end up as with `fit`. A closed generator stops its threads within an epoch.

    Args:
        data: as for `fit`, with inputs float32 [N, D].
        records: how many epochs to take down, at most, closer together at the start; all if there are fewer.
        frames: how many of them with all weights.
        threads: as many as there are cores if not given.

    Raises:
        SettingsError: a batch is larger than the training split, or a network is none for the engine.
        DataError: the training split is empty.
    """
    inputs, labels = data.split("train")
    if not len(labels):
        raise DataError("The training split is empty: give it at least one example.")
    for model, config in zip(models, configs, strict=True):
        if not trainable(model, inputs, config):
            raise SettingsError("Many networks at once must be multilayer perceptrons on points, on the CPU.")
    splits = {"train": (inputs, labels)} | watched(data)
    return _run([_Network(*pair, splits, records, frames) for pair in zip(models, configs, strict=True)], threads)


def _run(networks: "list[_Network]", threads: int | None) -> Generator[Many, None, None]:
    threads = min(threads or os.cpu_count() or 1, max(len(networks), 1))
    pool, waiting = ThreadPoolExecutor(threads), deque(networks)
    left = {pool.submit(_take_turns, waiting) for _ in range(threads)}
    try:
        while left:
            finished, left = wait(left, REPORT_SECONDS, FIRST_COMPLETED)
            for future in finished:
                future.result()
            if left:
                share = sum(network.share for network in networks) / len(networks)
                yield Many(share, sum(network.result is not None for network in networks), threads, tuple(networks))
    finally:
        waiting.clear()
        for network in networks:
            network.stop()
        pool.shutdown(cancel_futures=True)
    yield Many(1.0, len(networks), threads, tuple(networks))


def _take_turns(waiting: "deque[_Network]") -> None:
    """Give the network that waits longest its turn, until none waits: those left are then in other hands."""
    while waiting:
        try:
            network = waiting.popleft()
        except IndexError:
            return
        network.take_turn()
        if network.result is None:
            waiting.append(network)


class _Network:
    """One of the networks of `fit_many`. One thread at a time has it; any may ask what it has done."""

    def __init__(self, model: MLP, config: TrainingConfig, splits: Splits, records: int, frames: int) -> None:
        self.config, self.rows, self.shots = config, moments(config.epochs, records), moments(config.epochs, frames)
        self.spans = timetable(config, len(splits["train"][1]))
        self.signal = np.zeros(2, np.int64)
        self.splits = splits
        self.watched = [name for name in splits if name != "train"]
        self.judge = "validation" if len(self.splits["validation"][1]) else "train"
        self.course = _Course(self.spans)
        self.pace, self.speed = 1, math.nan  # epochs a turn, and a second
        self.untrained: MLP | None = model
        self.engine: Engine | None = None
        self.watch: Watch | None = None
        self.result: Fitted | None = None

    @property
    def share(self) -> float:
        """How much of the training is done."""
        return 1.0 if self.result else int(self.signal[0]) / self.config.epochs

    @property
    def fitted(self) -> Fitted:
        """What it has done by now."""
        # In this order, for the watch is dropped once there is a result.
        watch = self.watch
        return self.result or self._fitted(watch)

    def stop(self) -> None:
        """End after the present epoch."""
        self.signal[1] = True

    def take_turn(self) -> None:
        """Some epochs more; with the last one comes the result."""
        from facelab.training import kernels

        if self.engine is None:
            self._begin(self.untrained)
        start, at, ending = time.perf_counter(), self.engine.epoch, kernels.STOPPED
        if not self.signal[1]:
            span = next(span for span in self.spans if self.engine.step < span.end)
            steps = min(span.steps_per_epoch * self.pace, span.end - self.engine.step)
            trained, ending = self.engine.advance(steps, watch=self.watch)
            self.course.add(trained.losses, trained.learning_rates)
            seconds = max(time.perf_counter() - start, 1e-6)
            self.speed = (self.engine.epoch - at) / seconds or self.speed
            most = max(1, STRETCH // span.steps_per_epoch)
            self.pace = min(max(1, int(TURN_SECONDS * (self.engine.epoch - at) / seconds)), most)
        if ending != kernels.FINISHED or self.engine.step == self.spans[-1].end:
            self._end(ending)

    def _begin(self, model: MLP) -> None:
        self.engine = Engine(model, *self.splits["train"], self.config)
        shown = [self.splits[name] for name in self.watched]
        watch = watching(
            [self.engine.prepared(*split) for split in shown],
            self.config.epochs,
            self.rows,
            self.shots,
            self.engine.values.copy(),
            self.signal,
            judge=self.watched.index("validation") if self.judge == "validation" else NONE,
            patience=self.config.early_stopping.patience,
        )
        watch.table[:1, 2:] = [number for split in shown for number in self.engine.evaluate(*split)]
        watch.frames[:1] = self.engine.values
        self.watch, self.untrained = watch, None

    def _end(self, ending: int) -> None:
        """The result, with the weights that count; nothing else is kept."""
        from facelab.training import kernels

        engine, watch = self.engine, self.watch
        if engine.step == self.spans[-1].end and ending != kernels.DIVERGED:
            ending = kernels.FINISHED
        last = engine.values.copy()
        engine.values[:] = watch.best
        best_accuracy = engine.evaluate(*self.splits["validation"])[1]
        if ending == kernels.STOPPED or (ending != kernels.DIVERGED and not self.config.early_stopping.patience):
            engine.values[:] = last
        engine.model.eval()
        self.course.close()
        self.result = self._fitted(watch, ending, best_accuracy)
        self.engine = self.watch = None

    def _fitted(self, watch: Watch | None, ending: int | None = None, best_accuracy: float = math.nan) -> Fitted:
        done = -1 if watch is None else int(self.signal[0])
        best = 0 if watch is None else int(watch.best_epoch[0])
        names = [f"{split}_{what}" for split in ("train", *self.watched) for what in ("loss", "accuracy")]
        rows, shots = self.rows[self.rows <= done], self.shots[self.shots <= done]
        table = np.empty((0, len(names))) if watch is None else watch.table[: len(rows)].copy()
        metrics = dict(zip(names, table.T, strict=True))
        metrics["learning_rate"] = np.array([self._rate(epoch) for epoch in rows.tolist()], float)
        metrics["best_epoch"] = _best_epochs(rows, metrics[f"{self.judge}_loss"], best)
        over = ending is not None
        return Fitted(
            epochs=rows,
            epoch_steps=np.array([self.span_at(epoch).step_at(epoch) for epoch in rows.tolist()], np.int64),
            metrics=metrics,
            steps=self.course.steps(),
            frame_epochs=shots,
            frames=np.empty((0, 0), np.float32) if watch is None else watch.frames[: len(shots)],
            outcome=OUTCOMES[ending] if over else None,
            message=_message(self, ending) if over else "",
            best_epoch=best,
            best_accuracy=best_accuracy,
            step=self.engine.step if over else self.span_at(done).step_at(max(done, 0)),
            epoch=self.engine.epoch if over else float(max(done, 0)),
            last_loss=self.course.last_loss,
            epochs_per_second=self.speed,
        )

    def span_at(self, epoch: int) -> Span:
        """The settings that hold after so many finished epochs; after the last one, those of the last."""
        return next((span for span in self.spans if epoch < span.stop), self.spans[-1])

    def _rate(self, epoch: int) -> float:
        """The learning rate of an epoch's last step; the untrained network has none."""
        if not epoch:
            return math.nan
        span = self.span_at(epoch - 1)
        config, each = span.config, span.steps_per_epoch
        factor = rate_factor(config.schedule, epoch - 1, each - 1, each, config.epochs)
        return config.optimizer.learning_rate * factor


class _Course:
    """The mean loss over every so many steps."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans, self.stride = spans, -(-spans[-1].end // STEP_ROWS)
        self.rows: list[tuple[float, float, float, float]] = []
        self.step, self.rate, self.last_loss = 0, math.nan, math.nan
        self.open = np.empty(0, np.float32)

    def add(self, losses: np.ndarray, rates: np.ndarray) -> None:
        """The losses of the next steps, and their learning rates."""
        if not len(losses):
            return
        before = self.step - len(self.open)
        losses = np.concatenate([self.open, losses])
        whole = len(losses) - len(losses) % self.stride
        for start in range(0, whole, self.stride):
            stop = start + self.stride
            self._row(before + stop, losses[start:stop], rates[before + stop - 1 - self.step])
        self.step, self.open = before + len(losses), losses[whole:].copy()
        self.rate, self.last_loss = float(rates[-1]), float(losses[-1])

    def close(self) -> None:
        """The steps that are left."""
        if len(self.open):
            self._row(self.step, self.open, self.rate)

    def steps(self) -> dict[str, np.ndarray]:
        """As in `Fitted.steps`."""
        columns = np.array(self.rows, float).reshape(-1, 4).T
        return dict(zip(("step", "epoch", "loss", "learning_rate"), columns, strict=True))

    def _row(self, step: int, losses: np.ndarray, rate: float) -> None:
        span = next(span for span in self.spans if step <= span.end)
        self.rows.append((step, span.epoch_at(step), float(losses.mean(dtype=float)), float(rate)))


def _best_epochs(epochs: np.ndarray, losses: np.ndarray, best: int) -> np.ndarray:
    """Of every epoch taken down the best until then: of those taken down, and from `best` on that one."""
    losses = np.where(epochs > 0, losses, np.inf)
    lower = losses < np.append(np.inf, np.fmin.accumulate(losses)[:-1])[: len(losses)]
    found = np.maximum.accumulate(np.where(lower, epochs, 0))
    return np.where(epochs > 0, np.where((epochs >= best) & (best > 0), best, found), math.nan)


def _message(network: _Network, ending: int) -> str:
    """What `fit` says of such an end."""
    from facelab.training import kernels

    step, epoch = network.engine.step, int(network.engine.epoch)
    if ending == kernels.IMPATIENT:
        patience = network.config.early_stopping.patience
        judge = "validation" if network.judge == "validation" else "training"
        span = "an epoch" if patience == 1 else f"{patience} epochs"
        best = int(network.watch.best_epoch[0])
        return f"The {judge} loss has not fallen for {span}: the weights of epoch {best} are kept."
    if ending != kernels.DIVERGED:
        return ""
    # An epoch that ended without being counted is one whose weights were not fit to go on with.
    problem = f"step {step + 1}: the loss is no longer a finite number."
    if epoch > network.signal[0]:
        problem = f"step {step}: the weights or their loss are no longer finite numbers."
    rate = network.span_at(epoch).config.optimizer.learning_rate
    clip = "" if network.config.clip_norm else ", or clip the gradient's norm at 1"
    return f"Diverged at {problem} Try a learning rate of {rate / 10:g} instead of {rate:g}{clip}."


def moments(epochs: int, count: int) -> np.ndarray:
    """At most `count` epochs from 0 to the last, closer together at the start, where most happens: int64, rising.

    All of them if there are no more.
    """
    if epochs < count:
        return np.arange(epochs + 1)
    return np.unique(np.ceil(np.linspace(0, math.sqrt(epochs), count) ** 2 - 1e-9).astype(np.int64))
