"""Comparisons: sweeps that answer one question each, on the countries and on faces."""

from dataclasses import dataclass

from facelab.data import GeneratedSpec
from facelab.data.points import CountriesSpec
from facelab.data.specs import Split
from facelab.models import MLPConfig
from facelab.runs import RunConfig, Sweep
from facelab.training import OptimizerConfig

COUNTRIES = RunConfig(
    data=CountriesSpec(split={"train": 0.7, "validation": 0.15, "test": 0.15}),
    model=MLPConfig(hidden=(16,) * 6, activation="relu"),
    optimizer=OptimizerConfig(learning_rate=0.01),
    batch_size=256,
    epochs=20,
)
"""Six layers of 16 units on the cities of Europe, by country."""
FACES = RunConfig(
    data=GeneratedSpec(people=6, photos=110, size=32, split=Split(train=70, validation=20, test=20)),
    model=MLPConfig(hidden=(200,)),
    batch_size=64,
    epochs=20,
)
"""A hidden layer on six people, as the published grid has it."""
RATES = (1, 0.1, 0.01, 0.001, 0.0001)


@dataclass(frozen=True)
class Comparison:
    """One question: a title, what to look at in the answer, the sweep that gives it, and what was published of it."""

    title: str
    watch: str
    sweep: Sweep
    published: str = ""


def _on(base: RunConfig, repeats: int = 3, changes: dict | None = None, how: str = "grid", **vary: tuple) -> Sweep:
    """A sweep over `vary`, whose names have __ for dots."""
    varied = [{"field": name.replace("__", "."), "values": values} for name, values in vary.items()]
    return Sweep.parse({"base": base.replace(changes or {}), "vary": varied, "how": how, "repeats": repeats})


COMPARISONS: dict[str, Comparison] = {
    "rates": Comparison(
        "Learning rates",
        "Too high a rate jumps about, or throws the network where it learns no more; too low a one is still on its way "
        "at the end.",
        _on(COUNTRIES, optimizer__learning_rate=RATES),
    ),
    "rates_norm": Comparison(
        "Learning rates and batch norm",
        "With batch norm a wider range of learning rates comes to a good end.",
        _on(COUNTRIES, optimizer__learning_rate=RATES, model__batch_norm=(False, True)),
    ),
    "long": Comparison(
        "A hundred epochs",
        "The loss falls fast, then slowly: look at it on a log axis, and at whether validation still follows.",
        _on(COUNTRIES, changes={"epochs": 100}, optimizer__learning_rate=(0.01, 0.001)),
    ),
    "batches": Comparison(
        "Batch sizes",
        "Small batches make more steps in an epoch and take longer for it; look at the curves by epoch, by step and by "
        "seconds.",
        _on(COUNTRIES, how="pairs", batch_size=(1, 16, 128, 1024), epochs=(1, 1, 50, 50)),
    ),
    "depth": Comparison(
        "Depth",
        "One layer of 16 units bends too few borders; some more help, and beyond these luck decides more than depth.",
        _on(COUNTRIES, depth=(1, 2, 6, 10)),
    ),
    "width": Comparison(
        "Width",
        "Eight units a layer are too few; each doubling brings less than the one before, soon no more than luck.",
        _on(COUNTRIES, width=(8, 16, 32, 64)),
    ),
    "optimizers": Comparison(
        "Optimizers",
        "The same rate is not the same step: what suits Adam may be slow or wild for another.",
        _on(COUNTRIES, optimizer__name=("sgd", "adam", "adamw", "rmsprop")),
    ),
    "flow": Comparison(
        "Gradient flow",
        "Through a hundred sigmoid layers nothing of the gradient reaches the first, and the network learns nothing; "
        "with residual connections, or with batch norm, it arrives.",
        _on(
            COUNTRIES,
            1,
            {
                "model.hidden": (16,) * 100,
                "model.activation": "sigmoid",
                "epochs": 10,
                "optimizer.learning_rate": 0.001,
            },
            "pairs",
            model__residual=(False, True, False),
            model__batch_norm=(False, False, True),
        ).replace({"gradients": True}),
    ),
    "grid": Comparison(
        "A grid of 81",
        "Which of epochs, batch size, width and learning rate matter most, and which hardly at all.",
        _on(
            FACES,
            1,
            epochs=(20, 100, 200),
            batch_size=(32, 64, 128),
            width=(100, 200, 300),
            optimizer__learning_rate=(0.0001, 0.001, 0.01),
        ),
        "Published for this grid on photos of six actors: 87.2 %, probably of the best of the 81 by the test itself.",
    ),
}


def published(sweep: Sweep) -> str:
    """What was published of the question that a sweep answers, and whether on such data; "" if nothing was.

    The question is what varies, whatever the data and the other settings.
    """
    found = next((of.published for of in COMPARISONS.values() if of.published and of.sweep.vary == sweep.vary), "")
    if not found:
        return ""
    if sweep.base.data.source == "folder":
        return f"{found} It compares only as far as your folder has the same photos and split."
    return f"{found} These are other faces, so the two figures do not compare."
