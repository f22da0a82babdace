"""`RunConfig`: one run's every setting. The page, the address bar, the command line and the store all speak it."""

from facelab.data.specs import FacesSpec, GeneratedSpec
from facelab.models.configs import ConvNetConfig, ModelConfig
from facelab.training.config import TrainingConfig


class RunConfig(TrainingConfig):
    """What to train (`model`), on what (`data`), and how (everything inherited)."""

    data: FacesSpec = GeneratedSpec()
    model: ModelConfig = ConvNetConfig()

    def summary(self) -> str:
        """A few words that tell this run from its neighbours; the name of a run that was given none."""
        widths = [str(width) for width in self.model.hidden]
        if self.model.kind == "convnet":
            widths = [str(block.channels) for block in self.model.blocks] + widths
        shape = "-".join(widths if len(widths) <= 6 else [*widths[:3], "…", *widths[-2:]]) or "linear"
        network = {"mlp": "MLP", "convnet": "ConvNet"}[self.model.kind]
        return f"{network} {shape}, {self.optimizer.name} {self.optimizer.learning_rate:g}, {self.data.source}"
