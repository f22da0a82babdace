"""What a network looks like, as settings. `ModelConfig` is any of them, told apart by `kind`."""

from typing import Annotated, Literal

from pydantic import Field

from facelab.settings import Settings

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity"]
Init = Literal["kaiming_uniform", "xavier", "normal"]
Width = Annotated[int, Field(ge=1, le=8192)]


class MLPConfig(Settings):
    """A multilayer perceptron on the flattened input.

    `residual` adds each hidden layer's input to its output wherever both have the same width.
    `init_std` is the standard deviation of the weights when `init` is "normal".
    """

    kind: Literal["mlp"] = "mlp"
    hidden: tuple[Width, ...] = Field((128,), max_length=200)
    activation: Activation = "relu"
    batch_norm: bool = False
    dropout: float = Field(0.0, ge=0, lt=1)
    residual: bool = False
    init: Init = "kaiming_uniform"
    init_std: float = Field(0.01, gt=0, le=10)


class Block(Settings):
    """One convolution, its optional batch norm and activation, and its optional 2x2 pooling."""

    channels: int = Field(16, ge=1, le=1024)
    kernel: int = Field(3, ge=1, le=31)
    stride: int = Field(1, ge=1, le=8)
    padding: int = Field(1, ge=0, le=15)
    pool: Literal["none", "max", "average"] = "none"


class ConvNetConfig(Settings):
    """Convolution blocks, then fully connected layers.

    `batch_norm` acts after each convolution. `dropout` acts after flattening and again before the last layer.
    `init_std` is the standard deviation of the weights when `init` is "normal".
    """

    kind: Literal["convnet"] = "convnet"
    blocks: tuple[Block, ...] = Field(
        (Block(channels=16, pool="max"), Block(channels=32, pool="max"), Block(channels=64, pool="max")),
        min_length=1,
        max_length=20,
    )
    hidden: tuple[Width, ...] = Field((128,), max_length=10)
    activation: Activation = "relu"
    batch_norm: bool = False
    dropout: float = Field(0.0, ge=0, lt=1)
    init: Init = "kaiming_uniform"
    init_std: float = Field(0.01, gt=0, le=10)


ModelConfig = Annotated[MLPConfig | ConvNetConfig, Field(discriminator="kind")]
