"""What `fit` yields, and when."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from torch import Tensor

STEP_RECORDS = 2000
FRAMES = 60

Outcome = Literal["finished", "stopped early", "diverged"]


@dataclass(frozen=True)
class Checkpoint:
    """A training to be continued: `tensors` by name, and `progress`, plain values that fit into JSON."""

    tensors: dict[str, Tensor]
    progress: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """How far a training is.

    Attributes:
        kind: "step" for the mean loss since the step record before, "epoch" for a finished epoch, "end" once at the
            end.
        step: optimizer steps so far.
        epoch: epochs so far; a fraction within one.
        metrics: by name. Of a step: `loss`, `learning_rate`. Of an epoch: `train_loss` and `train_accuracy`, means
            over the epoch's steps as they were trained on (augmented, with dropout and label smoothing), NaN where
            no batch held a triplet;
            `validation_loss`, `validation_accuracy`, NaN without validation examples; `learning_rate`, of its last
            step; `images_per_second`, of all epochs so far with their validation; `seconds_left`; `best_epoch`; and
            `gradient_norm.<layer>`, the mean over some of its steps, before clipping; `weight_norm.<layer>`. Of the
            end: `best_epoch`. Accuracies are shares in [0, 1]. Epoch 0 is the untrained network, with its validation
            metrics and weight norms alone.
        checkpoint: copies the state to continue from; to be called before the next record is asked for.
        frames: small arrays by name, at some steps and epochs.
        outcome: of the end, how it ended.
        message: of the end, one sentence for the user; empty where there is nothing to say.
    """

    kind: Literal["step", "epoch", "end"]
    step: int
    epoch: float
    metrics: dict[str, float]
    checkpoint: Callable[[], Checkpoint]
    frames: dict[str, np.ndarray] = field(default_factory=dict)
    outcome: Outcome | None = None
    message: str = ""


@dataclass
class EpochSums:
    """Sums over the steps of one epoch so far; plain numbers, so that a checkpoint can carry them."""

    loss: float = 0.0
    right: int = 0
    seen: int = 0
    learning_rate: float = 0.0
    gradients: dict[str, float] = field(default_factory=dict)
    samples: int = 0

    def add(self, loss: float, right: int, seen: int, learning_rate: float) -> None:
        """One step on `seen` examples: their mean loss, and how many were answered right."""
        self.loss += loss * seen
        self.right += right
        self.seen += seen
        self.learning_rate = learning_rate

    def add_gradients(self, norms: dict[str, float]) -> None:
        """One sample of the layers' gradient norms."""
        self.samples += 1
        for layer, norm in norms.items():
            self.gradients[layer] = self.gradients.get(layer, 0.0) + norm

    def metrics(self) -> dict[str, float]:
        """The epoch's training metrics, by their names in a `Record`."""
        return {
            "train_loss": self.loss / self.seen if self.seen else math.nan,
            "train_accuracy": self.right / self.seen if self.seen else math.nan,
            "learning_rate": self.learning_rate,
        } | {f"gradient_norm.{layer}": total / self.samples for layer, total in self.gradients.items()}


def stride(total_steps: int) -> int:
    """Steps per step record, so that a run keeps at most `STEP_RECORDS` of them."""
    return max(1, -(-total_steps // STEP_RECORDS))


def frame_steps(total_steps: int) -> frozenset[int]:
    """At most `FRAMES` steps from 0 to `total_steps`, closer together at the start, where most happens.

    All but 0 have a step record.
    """
    every = stride(total_steps)
    moments = np.linspace(0, np.sqrt(total_steps), FRAMES) ** 2
    recorded = np.minimum(np.ceil(moments / every) * every, total_steps)
    return frozenset(recorded.astype(int).tolist())
