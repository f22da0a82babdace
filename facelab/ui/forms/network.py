"""A network as a form: one that answers who is on a photo, or a Siamese one that compares two."""

from typing import Any

import streamlit as st

from facelab.labs.siamese import EXPERIMENTS
from facelab.models import ENCODERS, PRESETS, Block, ConvNetConfig, EncoderConfig, ModelConfig, SiameseConfig
from facelab.runs.config import Subject
from facelab.ui.controls import apply, choose
from facelab.ui.forms.fields import Fields, checked, current, fields

MLP: Fields = (
    ("hidden", "Hidden units, layer by layer", "Such as 300, 100. Empty for a linear network."),
    ("activation", "Activation", "What bends each layer's output; identity keeps the network linear."),
    ("dropout", "Dropout", "The share of units silenced at random in each training step."),
    ("batch_norm", "Batch norm", "Standardise each unit over the batch (Ioffe & Szegedy 2015)."),
    ("residual", "Residual connections", "Add a layer's input to its output where the widths match (He et al. 2016)."),
)
CONVNET: Fields = (
    ("hidden", "Fully connected units, layer by layer", "After the convolutions; such as 128. May be empty."),
    ("activation", "Activation", "What bends each layer's output; identity keeps the network linear."),
    ("hidden_activation", "Activation of fully connected layers", "Koch et al. 2015 take sigmoids there."),
    ("dropout", "Dropout", "After flattening and before the last layer."),
    ("batch_norm", "Batch norm", "Standardise each channel over the batch (Ioffe & Szegedy 2015)."),
)
RESIDUAL: Fields = (
    ("widths", "Channels, stage by stage", "Such as 32, 64, 128. Every stage after the first halves the maps."),
    ("blocks", "Blocks per stage", "Each two convolutions, and a way past them (He et al. 2016)."),
    ("stem_stride", "Stride of the first convolution", "2 halves the maps at once: four times faster."),
    ("pool", "Pooling of the last maps", "Their means, or none: every place counts by itself."),
    ("activation", "Activation", "What bends each layer's output; identity keeps the network linear."),
    ("dropout", "Dropout", "Before the last layer."),
)
LAYERS: dict[str, Fields] = {"mlp": MLP, "convnet": CONVNET, "residual": RESIDUAL}
LOSS: Fields = (
    ("loss", "Loss", "What it learns by: from pairs (binary, contrastive), or from who is on each photo (the others)."),
)
COMPARISON: Fields = (
    ("embedding", "Numbers that describe a face", "Its embedding; 0 takes the last hidden layer as it is."),
    ("mirror", "See each photo mirrored too", "When it answers, not while it learns; twice the work."),
)
COMPARISON_BY_LOSS: tuple[tuple[tuple[str, ...], Fields], ...] = (
    (
        ("contrastive", "triplet", "margin_softmax"),
        (
            ("margin", "Margin", "How far apart strangers must be; empty for the usual one of the loss."),
            (
                "discriminant",
                "Discriminant analysis at the end",
                "Directions count by how well they tell people apart.",
            ),
        ),
    ),
    (("margin_softmax",), (("scale", "Scale of the cosines", "How sharply the softmax tells people apart."),)),
)
INIT: Fields = (("init", "First weights", "How large the random weights are to begin with."),)
INIT_STD: Fields = (
    ("init_std", "Their standard deviation", "Too small and nothing flows, too large and it explodes."),
)
BLOCK: Fields = (
    ("channels", "Channels", "How many filters, each a feature map."),
    ("kernel", "Kernel (pixels)", "The side of each filter."),
    ("stride", "Stride", "How far the filter moves; 2 halves the map."),
    ("padding", "Padding", "Zeros around the map; half the kernel keeps its size."),
    ("pool", "Pooling 2x2", "Halves the map by its maximum or mean."),
)
TITLES = {f"Experiment {number}: {experiment.title}": number for number, experiment in EXPERIMENTS.items()}


def network_form(subject: Subject = "faces") -> ModelConfig | None:
    """Build a network; None while a setting is wrong."""
    return _siamese_form() if subject == "pairs" else _classifier_form()


def _classifier_form() -> EncoderConfig | None:
    _start_from("preset", list(PRESETS), _apply_preset)
    kind, values = _encoder("model.")
    return checked(ENCODERS[kind].config, values, "model")


def chosen_experiment() -> int | None:
    """The number of the published experiment that was chosen to start from."""
    return TITLES.get(st.session_state.get("experiment"))


def _siamese_form() -> SiameseConfig | None:
    _start_from("experiment", list(TITLES), _apply_experiment)
    loss = fields(SiameseConfig, LOSS, "model.")
    _, branch = _encoder("model.branch.")
    with st.expander("Comparison", icon=":material/compare:"):
        values = fields(SiameseConfig, COMPARISON, "model.")
        for kinds, more in COMPARISON_BY_LOSS:
            if loss["loss"] in kinds:
                values |= fields(SiameseConfig, more, "model.")
    return checked(SiameseConfig, {"kind": "siamese", "branch": branch} | loss | values, "model")


def _start_from(key: str, titles: list[str], take: Any) -> None:
    st.selectbox("Start from", titles, index=None, placeholder="A preset, to be changed below", key=key, on_change=take)


def _encoder(prefix: str) -> tuple[str, dict[str, Any]]:
    """The kind of a network from one photo to numbers, and its settings."""
    kind = choose("Network", list(ENCODERS), "convnet", f"{prefix}kind", st.segmented_control)
    config = ENCODERS[kind].config
    values: dict[str, Any] = {"kind": kind}
    if kind == "convnet":
        values["blocks"] = _blocks(prefix)
    with st.expander("Layers", expanded=kind != "convnet", icon=":material/layers:"):
        values |= fields(config, LAYERS[kind], prefix)
        values |= fields(config, INIT, prefix)
        if values["init"] == "normal":
            values |= fields(config, INIT_STD, prefix)
    return kind, values


def _blocks(prefix: str) -> list[dict[str, Any]]:
    """One row per convolution block: what it is, and a popover to change it."""
    given = ConvNetConfig.model_fields["blocks"].default
    name = f"{prefix}blocks"
    number = st.number_input(
        "Convolution blocks", 1, 20, len(given), key=name, bind="query-params", help="One after the other."
    )
    blocks = []
    for index in range(number):
        default = given[min(index, len(given) - 1)].model_dump()
        now = {field: current(f"{name}.{index}.{field}", value) for field, value in default.items()}
        with st.popover(_block_name(index, now), width="stretch", key=f"block {prefix}{index}"):
            blocks.append(fields(Block, BLOCK, f"{name}.{index}.", **default))
    return blocks


def _block_name(index: int, block: dict[str, Any]) -> str:
    stride = f", stride {block['stride']}" if str(block["stride"]) != "1" else ""
    pool = {"max": ", max pool", "average": ", mean pool"}.get(block["pool"], "")
    return f"{index + 1}: {block['channels']} @ {block['kernel']}x{block['kernel']}{stride}{pool}"


def _apply_preset() -> None:
    title = st.session_state["preset"]
    if title:
        apply({f"model.{name}": value for name, value in PRESETS[title].flat().items()})


def _apply_experiment() -> None:
    if number := chosen_experiment():
        apply(EXPERIMENTS[number].config.flat())
