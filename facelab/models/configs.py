"""What a network looks like, as settings. `ModelConfig` is any of them, told apart by `kind`."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from facelab.settings import Settings

Activation = Literal["relu", "leaky_relu", "elu", "gelu", "silu", "tanh", "sigmoid", "identity"]
Init = Literal["kaiming_uniform", "xavier", "normal", "koch"]
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
    `hidden_activation` is that of the fully connected layers, None for the same as after convolutions.
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
    hidden_activation: Activation | None = None
    batch_norm: bool = False
    dropout: float = Field(0.0, ge=0, lt=1)
    init: Init = "kaiming_uniform"
    init_std: float = Field(0.01, gt=0, le=10)


class ResidualConfig(Settings):
    """A residual network of basic blocks (He et al. 2016): a convolution, then stages of `blocks` blocks each.

    Every stage has its own width; all but the first halve the maps. `stem_stride` 2 halves them before.
    `pool` is what becomes of the last maps: their means, or all their numbers.
    """

    kind: Literal["residual"] = "residual"
    widths: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field((32, 64, 128), min_length=1, max_length=6)
    blocks: int = Field(1, ge=1, le=10)
    stem_stride: Literal[1, 2] = 1
    pool: Literal["average", "none"] = "average"
    activation: Activation = "relu"
    dropout: float = Field(0.0, ge=0, lt=1)
    init: Init = "kaiming_uniform"
    init_std: float = Field(0.01, gt=0, le=10)


EncoderConfig = Annotated[MLPConfig | ConvNetConfig | ResidualConfig, Field(discriminator="kind")]
"""A network from one input to scores; what it computes before the last layer is an embedding."""

Loss = Literal["binary", "contrastive", "triplet", "margin_softmax"]


class SiameseConfig(Settings):
    """One network, the branch, that sees both photos of a pair, and a distance between its answers.

    `embedding` is how many numbers describe a photo: a linear layer with batch norm after the branch's last hidden
    layer; 0 takes that layer as it is. The distance follows from `loss`, see `facelab.models.siamese`. `margin` None is
    the usual one of the loss. `scale` multiplies the cosines of "margin_softmax". `mirror` lets a trained network see
    each photo and its mirror image, and compare the means of both. `discriminant` turns the embeddings at the end so
    that every direction counts by how much it tells the people in train apart: `facelab.training.discriminant`.
    """

    kind: Literal["siamese"] = "siamese"
    branch: EncoderConfig = ResidualConfig()
    embedding: int = Field(128, ge=0, le=8192)
    loss: Loss = "margin_softmax"
    margin: float | None = Field(None, ge=0, le=10)
    scale: float = Field(30.0, gt=0, le=1000)
    mirror: bool = False
    discriminant: bool = False

    @model_validator(mode="after")
    def _has_directions(self) -> Self:
        if self.discriminant and self.loss == "binary":
            raise ValueError("discriminant needs a distance between embeddings: choose another loss than binary.")
        return self


ModelConfig = Annotated[MLPConfig | ConvNetConfig | ResidualConfig | SiameseConfig, Field(discriminator="kind")]
