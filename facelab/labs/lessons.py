"""Lessons in the plane: settings that show one thing each, and one sentence on what to watch."""

from dataclasses import dataclass
from typing import Any, Literal

from facelab.data.points import SpiralsSpec
from facelab.models import MLPConfig
from facelab.runs import RunConfig
from facelab.training import OptimizerConfig

PLAYGROUND = RunConfig(
    data=SpiralsSpec(),
    model=MLPConfig(hidden=(8, 8, 8), activation="tanh"),
    optimizer=OptimizerConfig(learning_rate=0.01),
    batch_size=10,
    epochs=1000,
)
"""What the Playground opens with."""


@dataclass(frozen=True)
class Lesson:
    """One thing to see.

    Attributes:
        title: what it shows, in a few words.
        watch: one sentence on what to watch.
        settings: what differs from `PLAYGROUND`, by dotted name as in `RunConfig.flat`.
        turn: words for the change to make then, and what it sets, by dotted name; both empty where there is none.
        mode: how the page trains it: before one's eyes, or whole and at once.
    """

    title: str
    watch: str
    settings: dict[str, Any]
    turn: tuple[str, dict[str, Any]] = ("", {})
    mode: Literal["Live", "Instant"] = "Live"

    def config(self, turned: bool = False) -> RunConfig:
        """The settings before or after the turn."""
        config = PLAYGROUND.replace(self.settings)
        return config.replace(self.turn[1]) if turned else config


_SIX_LAYERS = {
    "model.hidden": (64,) * 6,
    "model.activation": "relu",
    "optimizer.learning_rate": 0.005,
    "schedule.name": "one_cycle",
}
_COUNTRIES = {"data.source": "countries", "batch_size": 64, "epochs": 12}

LESSONS: dict[str, Lesson] = {
    "xor": Lesson(
        "A line cannot do XOR",
        "Without hidden layers the border is one straight line, and about half of the test points stay wrong however "
        "long it trains; four hidden units bend it around the corners.",
        {"data.source": "xor", "model.hidden": (), "epochs": 200},
        ("Add a hidden layer of four units", {"model.hidden": (4,)}),
    ),
    "depth": Lesson(
        "Width against depth on spirals",
        "One layer of 36 GELUs gets 90 % of the test points right only after 200 epochs; three layers of eight, with "
        "about as many weights, take fewer than 100.",
        {"model.hidden": (36,), "model.activation": "gelu", "optimizer.learning_rate": 0.005, "epochs": 400},
        ("Three layers of eight units", {"model.hidden": (8, 8, 8)}),
    ),
    "rates": Lesson(
        "Too low and too high a learning rate",
        "At 0.000001 hardly anything moves in 100 epochs, and at 1 the border jumps and the loss stays high; in "
        "between, at 0.01, the moons come apart.",
        {"data.source": "moons", "data.noise": 0.15, "optimizer.learning_rate": 1e-6, "epochs": 100},
        ("Raise it to 1", {"optimizer.learning_rate": 1.0}),
    ),
    "divergence": Lesson(
        "Divergence",
        "With steps this long the loss grows a millionfold within the first epoch, until it is no number any more; a "
        "hundredth of that learning rate holds.",
        {
            "data.source": "moons",
            "model.activation": "leaky_relu",
            "optimizer.name": "sgd",
            "optimizer.learning_rate": 3.0,
            "epochs": 100,
        },
        ("Take a hundredth of it", {"optimizer.learning_rate": 0.03}),
    ),
    "overfitting": Lesson(
        "Overfitting eight noisy points",
        "Eight points are learned by heart: the training loss goes to zero while the test loss turns and climbs; "
        "weight decay lets one odd point go, and the test loss stays low.",
        {
            "data.source": "moons",
            "data.points": 200,
            "data.noise": 0.4,
            "data.seed": 3,
            "data.split.train": 0.04,
            "data.split.test": 0.96,
            "model.hidden": (16, 16),
            "batch_size": 8,
            "epochs": 500,
        },
        ("Add weight decay", {"optimizer.weight_decay": 0.05}),
        "Instant",
    ),
    "batch_norm": Lesson(
        "Batch norm rescues",
        "Eight layers whose first weights are too small pass nothing on, and the loss does not move; batch norm "
        "brings every layer's output back to a size that learns.",
        {
            "data.source": "circles",
            "model.hidden": (8,) * 8,
            "model.init": "normal",
            "optimizer.learning_rate": 0.005,
            "batch_size": 50,
            "epochs": 100,
        },
        ("Switch batch norm on", {"model.batch_norm": True}),
    ),
    "vanishing": Lesson(
        "Vanishing gradients",
        "Through ten sigmoid layers less than a hundred-thousandth of the last layer's gradient reaches the first, and "
        "nothing is learned; through ReLUs it arrives, and the rings come apart.",
        {
            "data.source": "circles",
            "model.hidden": (8,) * 10,
            "model.activation": "sigmoid",
            "optimizer.learning_rate": 0.003,
            "epochs": 40,
        },
        ("Take ReLUs", {"model.activation": "relu"}),
    ),
    "dead_relus": Lesson(
        "Dead ReLUs",
        "Steps that are too long push most units to where they are zero at every training point, and no gradient "
        "brings them back; with a tenth of the learning rate all stay alive.",
        {
            "data.source": "circles",
            "model.hidden": (8,),
            "model.activation": "relu",
            "optimizer.name": "sgd",
            "optimizer.learning_rate": 4.0,
            # Momentum would carry a dead unit on for some steps, and sometimes back to life.
            "optimizer.momentum": 0.0,
            "epochs": 50,
        },
        ("Take a tenth of it", {"optimizer.learning_rate": 0.4}),
    ),
    "countries_worst": Lesson(
        "European countries, a poor network",
        "Without hidden layers every border is a straight line: most countries are never the answer to any test city, "
        "and about a third of the cities come out wrong.",
        {"model.hidden": (), **_COUNTRIES},
        ("Six layers of 64 units", _SIX_LAYERS),
    ),
    "countries_best": Lesson(
        "European countries, a good network",
        "Six layers of 64 units draw the map of Europe from dots: countries with many cities come first, and in the "
        "end more than 97 % of the test cities come out right.",
        {**_COUNTRIES, **_SIX_LAYERS},
    ),
}
"""What the Playground teaches, in order."""
