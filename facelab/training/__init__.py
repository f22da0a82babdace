"""Training: `fit` any network on any dataset, `fit_many` small ones at once, and evaluate what came out."""

from facelab.training.config import (
    AugmentationConfig,
    Change,
    EarlyStoppingConfig,
    OptimizerConfig,
    ScheduleConfig,
    TrainingConfig,
)
from facelab.training.evaluate import interval, loss_and_accuracy, predict
from facelab.training.fit import fit
from facelab.training.many import Fitted, Many, fit_many
from facelab.training.records import Checkpoint, Record
from facelab.training.sketch import Moment, Sketch

__all__ = [
    "AugmentationConfig",
    "Change",
    "Checkpoint",
    "EarlyStoppingConfig",
    "Fitted",
    "Many",
    "Moment",
    "OptimizerConfig",
    "Record",
    "ScheduleConfig",
    "Sketch",
    "TrainingConfig",
    "fit",
    "fit_many",
    "interval",
    "loss_and_accuracy",
    "predict",
]
