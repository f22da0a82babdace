"""Networks small enough to take apart in a blink."""

import torch
from torch import nn

from facelab.models import Block, ConvNetConfig, MLPConfig, ResidualConfig, blank

SIDE = 16
CLASSES = 3
TINY = {
    "mlp": MLPConfig(hidden=(12, 12)),
    "convnet": ConvNetConfig(blocks=(Block(channels=4, pool="max"), Block(channels=6)), hidden=(10,)),
    "residual": ResidualConfig(widths=(8, 12)),
}


def network(kind, channels=3, seed=0, **changes):
    """A tiny untrained network whose standardisation and biases are not the identity."""
    model = blank(TINY[kind].replace(changes), (channels, SIDE, SIDE), CLASSES, seed)
    generator = torch.Generator().manual_seed(seed)
    model.standardize.fit(torch.randint(0, 200, (8, channels, SIDE, SIDE), dtype=torch.uint8, generator=generator))
    for module in model.modules():
        if getattr(module, "bias", None) is not None:
            nn.init.normal_(module.bias, std=0.1, generator=generator)
    return model.eval()


def some_photos(number=2, channels=3, side=SIDE, seed=1):
    return torch.rand(number, channels, side, side, generator=torch.Generator().manual_seed(seed))
