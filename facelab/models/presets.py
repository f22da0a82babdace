"""Networks worth starting from, by title. Each takes images from 28x28 to 128x128."""

from facelab.models.configs import Block, ConvNetConfig, EncoderConfig, MLPConfig, ResidualConfig


def _blocks(*channels: int, pool: str = "none") -> tuple[Block, ...]:
    return tuple(Block(channels=width, pool=pool) for width in channels)


def _pooled_pairs(*channels: int) -> tuple[Block, ...]:
    """Two convolutions before each pooling, as in VGG (Simonyan & Zisserman 2015)."""
    return tuple(Block(channels=width, pool=pool) for width in channels for pool in ("none", "max"))


PRESETS: dict[str, EncoderConfig] = {
    "Linear": MLPConfig(hidden=()),
    "One hidden layer": MLPConfig(hidden=(300,)),
    "Two hidden layers": MLPConfig(hidden=(300, 100)),
    "Deep and narrow": MLPConfig(hidden=(32,) * 8),
    "Deep with residual connections": MLPConfig(hidden=(64,) * 8, residual=True, batch_norm=True),
    "Two convolutions, two fully connected": ConvNetConfig(blocks=_blocks(16, 16), hidden=(64,)),
    "Two convolutions with max pooling": ConvNetConfig(blocks=_blocks(16, 16, pool="max"), hidden=(64,)),
    "Pyramid": ConvNetConfig(blocks=_blocks(16, 32, 64, 128, pool="max")),
    "Flat": ConvNetConfig(blocks=_blocks(32, 32, 32, 32, pool="max")),
    "Residual": ResidualConfig(),
    "Deep": ConvNetConfig(blocks=_pooled_pairs(16, 32, 64, 128), batch_norm=True),
}
