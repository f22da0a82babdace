"""What `fit` yields, and when."""

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
        kind: "step" for the loss since the record before, "epoch" for a finished epoch, "end" once at the end.
        step: optimizer steps so far.
        epoch: epochs so far; a fraction within one.
        metrics: by name. Of a step: `loss`, `learning_rate`. Of an epoch: `train_loss`, `train_accuracy`,
            `validation_loss`, `validation_accuracy`, `learning_rate`, `images_per_second`, `seconds_left`,
            `best_epoch` and `gradient_norm.<layer>`. Accuracies are shares in [0, 1]. Epoch 0 is the untrained
            network, with its validation metrics alone.
        frames: small arrays by name, at some steps.
        checkpoint: copies the state to continue from; to be called before the next record is asked for.
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


def stride(total_steps: int) -> int:
    """Steps per step record, so that a run keeps at most `STEP_RECORDS` of them."""
    return max(1, -(-total_steps // STEP_RECORDS))


def frame_steps(total_steps: int) -> frozenset[int]:
    """At most `FRAMES` steps from 0 to `total_steps`, closer together at the start, where most happens."""
    moments = np.unique(np.round(np.linspace(0, np.sqrt(total_steps), FRAMES) ** 2).astype(int))
    return frozenset(moments.tolist())
