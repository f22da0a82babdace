"""Siamese networks: settings to begin with, and ten published experiments on the pairs of LFW beside their figures."""

import json
from dataclasses import dataclass
from typing import Any

from facelab import paths
from facelab.data import DrawnPairsSpec, LfwPairsSpec
from facelab.models import Block, ConvNetConfig, ResidualConfig, SiameseConfig
from facelab.runs import RunConfig
from facelab.settings import Settings
from facelab.training import AugmentationConfig, EarlyStoppingConfig, OptimizerConfig, ScheduleConfig

PAIRS = RunConfig(
    data=DrawnPairsSpec(),
    model=SiameseConfig(branch=ResidualConfig(widths=(16, 32, 64), stem_stride=2), embedding=64),
    augmentation=AugmentationConfig(flip=0.5, translate=0.05, rotate=5),
    batch_size=64,
    epochs=20,
)
"""A small network on generated people: a minute on two cores."""

VERIFIER = RunConfig(
    data=LfwPairsSpec(crop=0.46),
    model=SiameseConfig(
        branch=ResidualConfig(widths=(32, 64, 128, 160), stem_stride=2, pool="none", dropout=0.1),
        embedding=192,
        mirror=True,
        discriminant=True,
    ),
    optimizer=OptimizerConfig(name="sgd", learning_rate=0.1, nesterov=True, weight_decay=5e-4),
    schedule=ScheduleConfig(name="one_cycle"),
    augmentation=AugmentationConfig(
        flip=0.5,
        rotate=10,
        translate=0.07,
        scale=0.12,
        brightness=0.4,
        contrast=0.4,
        saturation=0.7,
        grey=0.25,
        blur=1.2,
        erase=0.4,
    ),
    clip_norm=5,
    batch_size=128,
    epochs=90,
)
"""The ready-made verifier: people of LFW's development set, each a direction."""

QUICK = VERIFIER.replace({"epochs": 6, "model.mirror": False, "model.discriminant": False})
"""The same, in a hurry."""

PUBLISHED = LfwPairsSpec(validation="pairs", size=105, crop=1.0, grey=True)
"""The published preparation: 1,980 pairs to train on, 220 of the same people for validation, whole photos in grey."""


@dataclass(frozen=True)
class Figures:
    """What was published of an experiment: losses, accuracies as shares in [0, 1], and seconds of training."""

    validation_loss: float
    validation_accuracy: float
    train_loss: float
    test_loss: float
    test_accuracy: float
    seconds: int


@dataclass(frozen=True)
class Experiment:
    """A published experiment: what it tries, with which settings, and what came of it then."""

    title: str
    tries: str
    config: RunConfig
    published: Figures


def koch(channels: tuple[int, ...] = (64, 128, 128, 256), hidden: int = 4096, **changes: Any) -> SiameseConfig:
    """The network of Koch, Zemel, Salakhutdinov 2015: kernels 10, 7, 4, 4, pooling after the first three, sigmoids."""
    layers = zip(channels, (10, 7, 4, 4), ("max", "max", "max", "none"), strict=False)
    blocks = tuple(Block(channels=width, kernel=kernel, padding=0, pool=pool) for width, kernel, pool in layers)
    branch = {"blocks": blocks, "hidden": (hidden,), "hidden_activation": "sigmoid", "init": "koch"} | changes
    return SiameseConfig(branch=ConvNetConfig(**branch), embedding=0, loss="binary")


def _run(model: SiameseConfig, name: str, rate: float, batch: int = 64, epochs: int = 200, **more: Any) -> RunConfig:
    """Koch et al.: the rate falls by 1 % an epoch, and 20 epochs without a better one end it."""
    return RunConfig(
        data=PUBLISHED,
        model=model,
        optimizer=OptimizerConfig(name=name, learning_rate=rate, **more),
        schedule=ScheduleConfig(name="exponential", gamma=0.99),
        early_stopping=EarlyStoppingConfig(patience=20),
        batch_size=batch,
        epochs=epochs,
    )


SMALL, FLAT, FLATTER = (32, 64, 64, 128), (32, 32, 32, 64), (32, 32, 32, 32)
EXPERIMENTS: dict[int, Experiment] = {
    1: Experiment(
        "The network of Koch et al.",
        "38.9 million parameters on 1,980 pairs: it learns them by heart.",
        _run(koch(init="kaiming_uniform"), "adam", 1e-4),
        Figures(0.539, 0.723, 0.076, 0.575, 0.704, 2916),
    ),
    2: Experiment(
        "Dropout 0.7 and plain SGD",
        "So much dropout under so slow an optimizer: it never leaves guessing.",
        _run(koch(dropout=0.7), "sgd", 1e-3, momentum=0.9, momentum_epochs=20),
        Figures(0.696, 0.496, 0.695, 0.696, 0.493, 2505),
    ),
    3: Experiment(
        "Fewer channels and batch norm",
        "32-64-64-128 channels: ten times faster, and soon by heart.",
        _run(koch(SMALL, batch_norm=True, init="kaiming_uniform"), "adam", 1e-3),
        Figures(0.919, 0.677, 0.060, 0.894, 0.663, 343),
    ),
    4: Experiment(
        "Fewer channels, batch norm and dropout",
        "Dropout 0.7 on top of batch norm.",
        _run(koch(SMALL, batch_norm=True, dropout=0.7, init="kaiming_uniform"), "adam", 1e-3),
        Figures(0.779, 0.700, 0.171, 0.928, 0.646, 341),
    ),
    5: Experiment(
        "Three convolutions",
        "One layer less, trained by AdamW.",
        _run(koch(SMALL[:3], batch_norm=True, init="kaiming_uniform"), "adamw", 1e-3),
        Figures(0.976, 0.641, 0.002, 0.935, 0.653, 534),
    ),
    6: Experiment(
        "Narrow: 32-32-32-64 channels",
        "Half the channels of experiment 3.",
        _run(koch(FLAT, batch_norm=True, dropout=0.7, init="kaiming_uniform"), "adamw", 1e-4, batch=32),
        Figures(0.666, 0.686, 0.329, 0.718, 0.658, 784),
    ),
    7: Experiment(
        "120 hidden units",
        "What describes a face is 120 numbers instead of 4,096.",
        _run(koch(FLAT, 120, batch_norm=True, init="kaiming_uniform"), "adamw", 1e-4, batch=32),
        Figures(0.564, 0.650, 0.361, 0.718, 0.643, 894),
    ),
    8: Experiment(
        "Flat: 32-32-32-32 channels",
        "All layers as wide as the first, 120 hidden units.",
        _run(koch(FLATTER, 120, batch_norm=True, init="kaiming_uniform"), "adamw", 1e-4, batch=32),
        Figures(0.708, 0.664, 0.454, 0.701, 0.641, 1119),
    ),
    9: Experiment(
        "Flat, with all hidden units",
        "32-32-32-32 channels and 4,096 hidden units, in batches of 32.",
        _run(koch(FLATTER, batch_norm=True, init="kaiming_uniform"), "adam", 1e-4, batch=32),
        Figures(0.656, 0.673, 0.468, 0.648, 0.669, 1199),
    ),
    10: Experiment(
        "32 hidden units, 50 epochs",
        "The smallest of them, stopped early.",
        _run(koch(FLATTER, 32, batch_norm=True, init="kaiming_uniform"), "adam", 1e-4, batch=32, epochs=50),
        Figures(0.642, 0.655, 0.497, 0.647, 0.661, 637),
    ),
}
"""A student report on the pairs of LFW (1,980, 220 and 1,000), as far as its settings are known: it names dropout 0.7,
batch norm, SGD, Adam and AdamW, these channels and hidden units, batches of 64 and 32, and 200 or 50 epochs; which of
them goes with which figures is our reading, and so are the learning rates."""

DISTORTIONS = AugmentationConfig(chance=0.5, rotate=10, shear=16.7, scale=0.2, translate=2 / 105)
"""The affine distortions of Koch et al. 2015, section 3.3, for photos of 105 pixels."""

MEASURED_FILE = paths.assets() / "experiments.json"


class Measured(Settings):
    """What came of an experiment here, by `python -m assets.experiments`.

    `curves` are lists of one number per epoch; accuracies are shares in [0, 1], `seconds` those of the whole training.
    `test_loss` is None where it was not kept.
    """

    curves: dict[str, list[float | None]]
    best_epoch: int
    ended: str
    test_loss: float | None
    test_right: int
    test_total: int
    seconds: float
    threads: int


def measured() -> dict[int, Measured]:
    """By number, the experiments that have been trained here."""
    if not MEASURED_FILE.exists():
        return {}
    return {int(number): Measured.parse(found) for number, found in json.loads(MEASURED_FILE.read_text()).items()}
