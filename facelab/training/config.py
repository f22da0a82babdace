"""How a network is trained, as settings."""

from typing import Literal, Self

from pydantic import Field

from facelab.settings import Settings


class OptimizerConfig(Settings):
    """`momentum` counts for SGD and RMSprop, `nesterov` for SGD alone.

    Over the first `momentum_epochs` epochs momentum rises from 0.5, or from its value if that is less; 0 for none.
    """

    name: Literal["sgd", "adam", "adamw", "rmsprop"] = "adam"
    learning_rate: float = Field(1e-3, gt=0, le=100)
    momentum: float = Field(0.9, ge=0, lt=1)
    momentum_epochs: int = Field(0, ge=0, le=10_000)
    nesterov: bool = False
    weight_decay: float = Field(0.0, ge=0, le=10)


class ScheduleConfig(Settings):
    """How the learning rate moves: `step` multiplies it by `gamma` every `step_epochs`, `exponential` every epoch."""

    name: Literal["constant", "step", "cosine", "exponential", "one_cycle"] = "constant"
    step_epochs: int = Field(10, ge=1, le=10_000)
    gamma: float = Field(0.5, gt=0, le=1)


class EarlyStoppingConfig(Settings):
    """Stop after `patience` epochs without a lower validation loss, and go back to the best weights; 0 never stops."""

    patience: int = Field(0, ge=0, le=10_000)


class AugmentationConfig(Settings):
    """Random changes drawn anew for every training image.

    `flip`, `grey` and `erase` are probabilities; so is `chance`, of every other change but blur to be made at all.
    `rotate` and `shear` are degrees to either side; `translate`, `scale`, `brightness`, `contrast` and `saturation` are
    shares to either side; `perspective` is how much nearer one side of the picture comes and the other goes, as a
    share, in both directions; `blur` is the largest standard deviation in pixels.
    """

    chance: float = Field(1.0, gt=0, le=1)
    flip: float = Field(0.0, ge=0, le=1)
    rotate: float = Field(0.0, ge=0, le=180)
    translate: float = Field(0.0, ge=0, le=0.5)
    scale: float = Field(0.0, ge=0, le=0.9)
    shear: float = Field(0.0, ge=0, le=60)
    perspective: float = Field(0.0, ge=0, le=0.45)
    brightness: float = Field(0.0, ge=0, le=1)
    contrast: float = Field(0.0, ge=0, le=1)
    saturation: float = Field(0.0, ge=0, le=1)
    grey: float = Field(0.0, ge=0, le=1)
    blur: float = Field(0.0, ge=0, le=5)
    erase: float = Field(0.0, ge=0, le=1)


class Change(Settings):
    """Other settings from the start of an epoch on (`epoch` epochs are finished by then); None leaves one as it was."""

    epoch: int = Field(ge=1, le=10_000)
    learning_rate: float | None = Field(None, gt=0, le=100)
    batch_size: int | None = Field(None, ge=1, le=1_000_000)
    weight_decay: float | None = Field(None, ge=0, le=10)
    l1: float | None = Field(None, ge=0, le=10)


class TrainingConfig(Settings):
    """Everything that `fit` needs to know besides the network and the data.

    `l1` scales the penalty on the weights' absolute values, biases and batch norm aside. `clip_norm` is the largest
    norm of the whole gradient, 0 for no limit. `precision` "auto" takes bfloat16 where it is faster and as accurate,
    see `facelab.training.numerics`. `changes` are other settings from some epoch on.
    """

    optimizer: OptimizerConfig = OptimizerConfig()
    schedule: ScheduleConfig = ScheduleConfig()
    early_stopping: EarlyStoppingConfig = EarlyStoppingConfig()
    augmentation: AugmentationConfig = AugmentationConfig()
    batch_size: int = Field(64, ge=1, le=1_000_000)
    epochs: int = Field(20, ge=1, le=10_000)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    l1: float = Field(0.0, ge=0, le=10)
    clip_norm: float = Field(0.0, ge=0, le=1e6)
    seed: int = Field(0, ge=0, le=2**31 - 1)
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    precision: Literal["auto", "float32", "bfloat16"] = "auto"
    changes: tuple[Change, ...] = Field((), max_length=1000)

    def at(self, epoch: int) -> Self:
        """The settings that hold after `epoch` finished epochs."""
        latest = {
            LIVE[name]: value
            for change in sorted(self.changes, key=lambda change: change.epoch)
            if change.epoch <= epoch
            for name, value in change.model_dump(include=set(LIVE), exclude_none=True).items()
        }
        return self.replace(latest) if latest else self


LIVE = {
    "learning_rate": "optimizer.learning_rate",
    "batch_size": "batch_size",
    "weight_decay": "optimizer.weight_decay",
    "l1": "l1",
}
"""What a `Change` changes: the setting's dotted name."""
