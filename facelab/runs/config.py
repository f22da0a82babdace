"""`RunConfig`: one run's every setting. The page, the address bar, the command line and the store all speak it."""

from typing import Literal, Self

from pydantic import model_validator

from facelab.data import POINT_SOURCES, DataSpec
from facelab.data.specs import GeneratedSpec
from facelab.models.configs import ConvNetConfig, ModelConfig
from facelab.training.config import TrainingConfig


class RunConfig(TrainingConfig):
    """What to train (`model`), on what (`data`), and how (everything inherited)."""

    data: DataSpec = GeneratedSpec()
    model: ModelConfig = ConvNetConfig()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.subject == "points" and self.model.kind == "convnet":
            raise ValueError(f"A ConvNet needs photos, but {self.data.source} are points: set model.kind to mlp.")
        return self

    @property
    def subject(self) -> Literal["faces", "points"]:
        """What the run is about, in the word for it."""
        return "points" if self.data.source in POINT_SOURCES else "faces"

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one example, as the network takes it: (3, H, W) for photos, (features,) for points."""
        return (3, self.data.size, self.data.size) if self.subject == "faces" else (len(self.data.features),)

    def summary(self) -> str:
        """A few words that tell this run from its neighbours; the name of a run that was given none."""
        widths = [str(width) for width in self.model.hidden]
        if self.model.kind == "convnet":
            widths = [str(block.channels) for block in self.model.blocks] + widths
        shape = "-".join(widths if len(widths) <= 6 else [*widths[:3], "…", *widths[-2:]]) or "linear"
        network = {"mlp": "MLP", "convnet": "ConvNet"}[self.model.kind]
        return f"{network} {shape}, {self.optimizer.name} {self.optimizer.learning_rate:g}, {self.data.source}"
