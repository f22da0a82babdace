"""Networks: from settings to `nn.Module`s, with their layers, receptive fields and presets."""

from facelab.models.configs import (
    Block,
    ConvNetConfig,
    EncoderConfig,
    MLPConfig,
    ModelConfig,
    ResidualConfig,
    SiameseConfig,
)
from facelab.models.flat import flatten, unflatten
from facelab.models.initialization import ACTIVATIONS, INITS
from facelab.models.mlp import MLP
from facelab.models.presets import PRESETS
from facelab.models.receptive import Field, Window, clip_box, receptive_field, unit_box
from facelab.models.registry import ENCODERS, MAX_PARAMETERS, REGISTRY, Dataset, Model, blank, build, layer_table
from facelab.models.shapes import Layer
from facelab.models.siamese import DISTANCES, Siamese

__all__ = [
    "ACTIVATIONS",
    "DISTANCES",
    "ENCODERS",
    "INITS",
    "MAX_PARAMETERS",
    "MLP",
    "PRESETS",
    "REGISTRY",
    "Block",
    "ConvNetConfig",
    "Dataset",
    "EncoderConfig",
    "Field",
    "Layer",
    "MLPConfig",
    "Model",
    "ModelConfig",
    "ResidualConfig",
    "Siamese",
    "SiameseConfig",
    "Window",
    "blank",
    "build",
    "clip_box",
    "flatten",
    "layer_table",
    "receptive_field",
    "unflatten",
    "unit_box",
]
