"""Small networks to try to break."""

from torch import Tensor, nn

from facelab.models.configs import Block, ConvNetConfig, MLPConfig

TINY = {
    "mlp": MLPConfig(hidden=(6,)),
    "convnet": ConvNetConfig(blocks=(Block(channels=3, pool="max"),), hidden=(6,)),
}


class Brightest(nn.Module):
    """Answers with the channel that is brightest on average."""

    def forward(self, x: Tensor) -> Tensor:
        return 100 * x.mean((2, 3))
