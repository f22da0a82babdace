"""What the compiled passes of `facelab.training.kernels` are given: a network with its memory, settings, and a watch.

Numba's cache does not know of this file: whoever puts fields of the same type in another order must touch that one too.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

NONE = -1
"""Where there is no place, row or split."""


class Net(NamedTuple):
    """A network and the memory to train it in: float32 but for `plan`, int64 [layers, 10], and `labels`, int64."""

    values: np.ndarray
    grad: np.ndarray
    first: np.ndarray
    second: np.ndarray
    plan: np.ndarray
    dropout: np.ndarray
    a: np.ndarray
    d: np.ndarray
    g: np.ndarray
    h: np.ndarray
    sums: np.ndarray
    labels: np.ndarray


class How(NamedTuple):
    """The settings of a training, as plain numbers."""

    optimizer: int
    momentum: float
    nesterov: bool
    decay: float
    l1: float
    clip: float
    smoothing: float
    batch: int
    seed: int
    gradient_stride: int


class Watch(NamedTuple):
    """What is taken down after an epoch, by its number: nothing where `rows` is empty.

    Attributes:
        inputs, labels, bounds: the examples of all splits, one after the other, and where each ends.
        rows: int64 [epochs + 1], which row of `table` an epoch fills, -1 for none; `shots` likewise for `frames`.
        table: float64 [rows, 2 + 2 * splits], training loss and accuracy, and those of every split.
        frames: float32 [F, P].
        best: float32 [P], the weights with the lowest loss on split `judge` (-1: on the training examples).
        best_loss, best_epoch: [1].
        signal: int64 [2], written: the epochs done; read: whether to stop.
    """

    inputs: np.ndarray
    labels: np.ndarray
    bounds: np.ndarray
    rows: np.ndarray
    shots: np.ndarray
    table: np.ndarray
    frames: np.ndarray
    best: np.ndarray
    best_loss: np.ndarray
    best_epoch: np.ndarray
    signal: np.ndarray
    judge: int
    patience: int


def watching(
    splits: Sequence[tuple[np.ndarray, np.ndarray]],
    epochs: int,
    rows: Sequence[int],
    shots: Sequence[int],
    values: np.ndarray,
    signal: np.ndarray,
    judge: int,
    patience: int,
) -> Watch:
    """Room to take down the epochs `rows`, and all weights after the epochs `shots`; `values` are the first."""
    places = np.full((2, epochs + 1), NONE)
    places[0, rows], places[1, shots] = range(len(rows)), range(len(shots))
    return Watch(
        np.concatenate([inputs for inputs, _ in splits]),
        np.concatenate([labels for _, labels in splits]),
        np.cumsum([0, *(len(labels) for _, labels in splits)]),
        *places,
        table=np.full((len(rows), 2 + 2 * len(splits)), np.nan),
        frames=np.zeros((len(shots), len(values)), np.float32),
        best=values,
        best_loss=np.full(1, np.inf),
        best_epoch=np.zeros(1, np.int64),
        signal=signal,
        judge=judge,
        patience=patience,
    )


_NOTHING = np.zeros((0, 1), np.float32), np.zeros(0, np.int64)
UNWATCHED = watching([_NOTHING], -1, [], [], _NOTHING[0].reshape(-1), np.zeros(2, np.int64), NONE, 0)
