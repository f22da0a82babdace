"""Every kind of network, and how to make one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from facelab.errors import SettingsError
from facelab.models.configs import ConvNetConfig, EncoderConfig, MLPConfig, ModelConfig, ResidualConfig, SiameseConfig
from facelab.models.convnet import ConvNet
from facelab.models.mlp import MLP
from facelab.models.residual import Residual
from facelab.models.shapes import Layer, convnet_layers, mlp_layers, residual_layers
from facelab.models.siamese import Siamese, siamese_layers

MAX_PARAMETERS = 200_000_000


class Dataset(Protocol):
    """What a network has to know of a dataset; `Faces`, `Pairs` and `Points` are such."""

    @property
    def input_shape(self) -> tuple[int, ...]: ...

    @property
    def classes(self) -> int: ...

    def split(self, name: str) -> tuple[Tensor, Tensor]: ...


@dataclass(frozen=True)
class Model:
    """A kind of network: its title, its settings, its module and the arithmetic of its layers."""

    title: str
    config: type[MLPConfig | ConvNetConfig | ResidualConfig | SiameseConfig]
    network: Callable[[Any, tuple[int, ...], int], nn.Module]
    layers: Callable[[Any, tuple[int, ...], int], Iterator[Layer]]


ENCODERS: dict[str, Model] = {
    "mlp": Model("Multilayer perceptron", MLPConfig, MLP, mlp_layers),
    "convnet": Model("Convolutional network", ConvNetConfig, ConvNet, convnet_layers),
    "residual": Model("Residual network", ResidualConfig, Residual, residual_layers),
}
"""Those that take one input: each can be the branch of a Siamese network."""


def _network(config: EncoderConfig, input_shape: tuple[int, ...], classes: int) -> nn.Module:
    return ENCODERS[config.kind].network(config, input_shape, classes)


def _layers(config: EncoderConfig, input_shape: tuple[int, ...], classes: int) -> Iterator[Layer]:
    return ENCODERS[config.kind].layers(config, input_shape, classes)


REGISTRY: dict[str, Model] = ENCODERS | {
    "siamese": Model(
        "Siamese network",
        SiameseConfig,
        lambda config, input_shape, classes: Siamese(config, input_shape, _network),
        lambda config, input_shape, classes: siamese_layers(config, input_shape, _layers),
    ),
}


def layer_table(config: ModelConfig, input_shape: tuple[int, ...], classes: int) -> list[Layer]:
    """Every layer of the network that `config` describes, in the order in which an input of `input_shape` meets them.

    Raises:
        ShapeError: a feature map would be smaller than 1x1, or the network cannot take such an input.
    """
    return list(REGISTRY[config.kind].layers(config, input_shape, classes))


def build(config: ModelConfig, dataset: Dataset, seed: int = 0) -> nn.Module:
    """An untrained network for a dataset; it standardises its input by the channels of the training split.

    It takes float [B, *dataset.input_shape], for images in [0, 1], or [B, 2, *dataset.input_shape] where it compares
    pairs, and returns logits [B, dataset.classes]; its `embed` returns the input of the last layer, [B, D]. The same
    seed gives the same weights.

    Raises:
        ShapeError: a feature map would be smaller than 1x1, or the network cannot take such an input.
        SettingsError: the network would have no parameters, or more than `MAX_PARAMETERS`.
        DataError: the training split is empty.
    """
    network = blank(config, dataset.input_shape, dataset.classes, seed)
    inputs, _ = dataset.split("train")
    network.standardize.fit(inputs.reshape(-1, *dataset.input_shape))
    return network


def blank(config: ModelConfig, input_shape: tuple[int, ...], classes: int, seed: int = 0) -> nn.Module:
    """The network of `build` without a dataset, for weights saved earlier: they carry the standardisation with them.

    Raises:
        ShapeError, SettingsError: as `build`.
    """
    parameters = sum(layer.parameters for layer in layer_table(config, input_shape, classes))
    if parameters > MAX_PARAMETERS:
        raise SettingsError(
            f"This network would have {parameters / 1e6:,.0f} million parameters, more than the "
            f"{MAX_PARAMETERS / 1e6:.0f} million allowed: use fewer or narrower layers, or smaller images."
        )
    if not parameters:
        raise SettingsError("This network would have nothing to learn: give it a hidden layer or an embedding.")
    # Weights are drawn on the CPU, whose generator is the only one to seed and to give back as it was.
    with torch.random.fork_rng(devices=()):
        torch.default_generator.manual_seed(seed)
        return REGISTRY[config.kind].network(config, input_shape, classes)
