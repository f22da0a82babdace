"""`fit_many`: many small dense networks side by side, each a whole training compiled, spread over the cores."""

import math
import os
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from facelab.errors import DataError, SettingsError
from facelab.models import MLP
from facelab.training.config import TrainingConfig
from facelab.training.engine import Engine, trainable
from facelab.training.fit import Dataset, watched
from facelab.training.records import Outcome
from facelab.training.schedule import timetable
from facelab.training.workspace import NONE, watching

REPORT_SECONDS = 0.05
OUTCOMES: tuple[Outcome, ...] = ("finished", "diverged", "stopped early", "stopped early")
"""By the endings of `facelab.training.kernels`."""


@dataclass(frozen=True)
class Fitted:
    """What became of one network of `fit_many`.

    Attributes:
        epochs: int64 [R], the epochs taken down: 0, the untrained network, and about `records` more.
        metrics: float64 [R] each, by the names in a `Record`: `train_loss` and `train_accuracy`, means over the epoch
            (NaN at epoch 0), and `<split>_loss` and `<split>_accuracy` of every watched split.
        frame_epochs, frames: int64 [F] and float32 [F, P], the network as `facelab.models.flatten` gives it.
        outcome: how it ended; `best_epoch`, the epoch with the lowest loss on the judging split, as in `fit`.
        step, epoch: how far it came.
        last_loss: mean of the last step whose loss was finite.
    """

    epochs: np.ndarray
    metrics: dict[str, np.ndarray]
    frame_epochs: np.ndarray
    frames: np.ndarray
    outcome: Outcome
    best_epoch: int
    step: int
    epoch: float
    last_loss: float


@dataclass(frozen=True)
class Many:
    """How far `fit_many` is: the share of all epochs, 0 to 1, how many networks are done, and at last all results."""

    share: float
    done: int
    fitted: list[Fitted] = field(default_factory=list)


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

    Architectures and settings may all differ. Each network runs without Python from start to end, several at once in
    threads; the results do not depend on their number. Weights end up as with `fit`. A closed generator stops its
    threads within an epoch.

    Args:
        data: as for `fit`, with inputs float32 [N, D].
        records: how many epochs to take down, about, closer together at the start.
        frames: how many of them with all weights.
        threads: as many as there are cores if not given.

    Raises:
        SettingsError: a batch is larger than the training split, or a network is none for the engine.
        DataError: the training split is empty.
    """
    inputs, labels = data.split("train")
    if not len(labels):
        raise DataError("The training split is empty: give it at least one example.")
    networks = [_Network(*pair, data, records, frames) for pair in zip(models, configs, strict=True)]
    for network in networks:
        if not trainable(network.model, inputs, network.config):
            raise SettingsError("Many networks at once must be multilayer perceptrons on points, on the CPU.")
        timetable(network.config, len(labels))
    return _run(networks, threads)


def _run(networks: "list[_Network]", threads: int | None) -> Generator[Many, None, None]:
    pool = ThreadPoolExecutor(threads or os.cpu_count())
    left = {pool.submit(network.train) for network in networks}
    try:
        while left:
            finished, left = wait(left, REPORT_SECONDS, FIRST_COMPLETED)
            for future in finished:
                future.result()
            if left:
                share = sum(network.share for network in networks) / len(networks)
                yield Many(share, len(networks) - len(left))
    finally:
        for network in networks:
            network.stop()
        pool.shutdown(cancel_futures=True)
    yield Many(1.0, len(networks), [network.fitted for network in networks])


class _Network:
    """One of the networks of `fit_many`."""

    fitted: Fitted

    def __init__(self, model: MLP, config: TrainingConfig, data: Dataset, records: int, frames: int) -> None:
        self.model, self.config, self.data = model, config, data
        self.rows, self.shots = moments(config.epochs, records), moments(config.epochs, frames)
        self.signal = np.zeros(2, np.int64)

    @property
    def share(self) -> float:
        """How much of the training is done."""
        return int(self.signal[0]) / self.config.epochs

    def stop(self) -> None:
        """End after the present epoch."""
        self.signal[1] = True

    def train(self) -> None:
        """From start to end; the result is `fitted`."""
        from facelab.training import kernels

        inputs, labels = self.data.split("train")
        engine = Engine(self.model, inputs, labels, self.config)
        splits = watched(self.data)
        watch = watching(
            [engine.prepared(*split) for split in splits.values()],
            self.config.epochs,
            self.rows,
            self.shots,
            engine.values.copy(),
            self.signal,
            judge=list(splits).index("validation") if len(splits["validation"][1]) else NONE,
            patience=self.config.early_stopping.patience,
        )
        watch.table[:1, 2:] = [number for split in splits.values() for number in engine.evaluate(*split)]
        watch.frames[:1] = engine.values
        last_loss, ending = math.nan, kernels.FINISHED
        total = timetable(self.config, len(labels))[-1].end
        while engine.step < total and ending == kernels.FINISHED:
            trained, ending = engine.advance(total - engine.step, watch=watch)
            if len(trained.losses):
                last_loss = float(trained.losses[-1])
        if ending == kernels.DIVERGED or self.config.early_stopping.patience:
            engine.values[:] = watch.best
        self.model.eval()
        done = self.signal[0]
        self.signal[0] = self.config.epochs
        names = [f"{split}_{what}" for split in ("train", *splits) for what in ("loss", "accuracy")]
        rows, shots = self.rows[self.rows <= done], self.shots[self.shots <= done]
        self.fitted = Fitted(
            rows,
            dict(zip(names, watch.table[: len(rows)].T, strict=True)),
            shots,
            watch.frames[: len(shots)],
            OUTCOMES[ending if engine.step < total or ending == kernels.DIVERGED else kernels.FINISHED],
            int(watch.best_epoch[0]),
            engine.step,
            engine.epoch,
            last_loss,
        )


def moments(epochs: int, count: int) -> np.ndarray:
    """At most `count` epochs from 0 to the last, closer together at the start, where most happens: int64, rising."""
    return np.unique(np.ceil(np.linspace(0, math.sqrt(epochs), count) ** 2 - 1e-9).astype(np.int64))
