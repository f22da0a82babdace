"""Training: `fit` any network on any dataset, and evaluate what came out."""

from facelab.training.config import (
    AugmentationConfig,
    EarlyStoppingConfig,
    OptimizerConfig,
    ScheduleConfig,
    TrainingConfig,
)
from facelab.training.evaluate import interval, loss_and_accuracy, predict
from facelab.training.fit import fit
from facelab.training.records import Checkpoint, Record

__all__ = [
    "AugmentationConfig",
    "Checkpoint",
    "EarlyStoppingConfig",
    "OptimizerConfig",
    "Record",
    "ScheduleConfig",
    "TrainingConfig",
    "fit",
    "interval",
    "loss_and_accuracy",
    "predict",
]
