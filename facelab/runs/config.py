"""`RunConfig`: one run's every setting. The page, the address bar, the command line and the store all speak it."""

from collections.abc import Callable
from typing import Any, Literal, Self

from pydantic import model_validator

from facelab.data import PAIR_SOURCES, POINT_SOURCES, DataSpec
from facelab.data.specs import GeneratedSpec
from facelab.models.configs import ConvNetConfig, ModelConfig, SiameseConfig
from facelab.training.config import TrainingConfig

Subject = Literal["faces", "pairs", "points"]


class RunConfig(TrainingConfig):
    """What to train (`model`), on what (`data`), and how (everything inherited)."""

    data: DataSpec = GeneratedSpec()
    model: ModelConfig = ConvNetConfig()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.subject == "points" and self.model.kind != "mlp":
            raise ValueError(
                f"Only a multilayer perceptron takes points, and {self.data.source} are points: set model.kind to mlp."
            )
        if (self.subject == "pairs") != (self.model.kind == "siamese"):
            raise ValueError(
                "A Siamese network and pairs go together: set model.kind to siamese and data.source to "
                f"{' or '.join(PAIR_SOURCES)}, or neither."
            )
        if self.model.kind == "siamese" and self.model.loss != "binary" and not _learns(self.model):
            raise ValueError("There is nothing to learn: give model.branch.hidden a layer, or model.embedding a width.")
        return self

    @property
    def subject(self) -> Subject:
        """What the run is about, in the word for it."""
        sources = {"points": POINT_SOURCES, "pairs": PAIR_SOURCES}
        return next((subject for subject, names in sources.items() if self.data.source in names), "faces")

    @property
    def people(self) -> str:
        """The key of the enrolled people that it trains on, see `facelab.data.people`; "" for all other data."""
        faces = self.data.faces if self.data.source == "pairs" else self.data
        return faces.key if faces.source == "people" else ""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example, or of each photo of a pair: (C, H, W) for photos, (features,) for points."""
        return self.data.input_shape

    def summary(self) -> str:
        """A few words that tell this run from its neighbours; the name of a run that was given none."""
        network = network_name(self.model)
        return f"{network}, {self.optimizer.name} {self.optimizer.learning_rate:g}, {self.data.source}"


def _learns(model: SiameseConfig) -> bool:
    """Whether there are weights before the distance."""
    return bool(model.embedding or model.branch.kind != "mlp" or model.branch.hidden)


def network_name(model: ModelConfig) -> str:
    """The kind of a network and its widths: "ConvNet 16-32-64-128"."""
    if model.kind == "siamese":
        return f"Siamese {network_name(model.branch)}, {model.loss.replace('_', ' ')}"
    widths = [str(width) for width in WIDTHS[model.kind](model)]
    shape = "-".join(widths if len(widths) <= 6 else [*widths[:3], "…", *widths[-2:]]) or "linear"
    return f"{NAMES[model.kind]} {shape}"


NAMES = {"mlp": "MLP", "convnet": "ConvNet", "residual": "ResNet"}
WIDTHS: dict[str, Callable[[Any], tuple[int, ...]]] = {
    "mlp": lambda model: model.hidden,
    "convnet": lambda model: (*(block.channels for block in model.blocks), *model.hidden),
    "residual": lambda model: model.widths,
}
