"""The settings of a run as a form: faces, network, training. Each part says under itself what is wrong with it."""

from typing import Any

import streamlit as st

from facelab.data import SOURCES, FacesSpec, Split, available, download
from facelab.errors import FacelabError
from facelab.models import PRESETS, REGISTRY, Block, ConvNetConfig, ModelConfig
from facelab.runs import RunConfig
from facelab.settings import Settings
from facelab.training import AugmentationConfig, EarlyStoppingConfig, OptimizerConfig, ScheduleConfig
from facelab.ui.controls import apply, choose, control

Fields = tuple[tuple[str, str, str], ...]

SIZE = ("size", "Side of the photos (pixels)", "Photos are square. Small ones train faster, large ones show more.")
CROP = ("crop", "Part of each photo kept", "A centred square, as a share of the shorter side: smaller is closer up.")
MIN_PHOTOS = ("min_photos", "At least so many photos per person", "People with fewer are left out.")
SOURCE_FIELDS: dict[str, Fields] = {
    "generated": (
        ("people", "People", "Each is a class for the network."),
        ("photos", "Photos per person", "Pose, light, expression and background differ from photo to photo."),
        SIZE,
        ("seed", "Seed of the people", "Another seed is another set of people."),
    ),
    "lfw": (MIN_PHOTOS, CROP, SIZE),
    "olivetti": (SIZE,),
    "orl": (SIZE,),
    "folder": (
        ("path", "Folder on this computer", "It holds one folder of photos per person."),
        MIN_PHOTOS,
        CROP,
        SIZE,
    ),
}
SPLIT: Fields = (
    ("train", "Train", "Below 1: a share of each person's photos. From 1 on: photos of each person."),
    ("validation", "Validation", "Chooses the best epoch; never trained on."),
    ("test", "Test", "Touched once, at the end."),
    ("seed", "Seed of the split", "Another seed deals the photos differently."),
)
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
    ("dropout", "Dropout", "After flattening and before the last layer."),
    ("batch_norm", "Batch norm", "Standardise each channel over the batch (Ioffe & Szegedy 2015)."),
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
OPTIMIZER: Fields = (
    ("name", "Optimizer", "How gradients become steps."),
    ("learning_rate", "Learning rate", "The length of a step: the setting that matters most."),
)
BUDGET: Fields = (
    ("batch_size", "Batch size", "Examples per step."),
    ("epochs", "Epochs", "Passes over the training examples."),
)
MOMENTUM: Fields = (("momentum", "Momentum", "The share of the last step carried into the next."),)
NESTEROV: Fields = (("nesterov", "Nesterov", "Look ahead along the momentum before taking the gradient."),)
SCHEDULE: Fields = (("name", "Learning-rate schedule", "How the learning rate moves over the epochs."),)
SCHEDULE_FIELDS: dict[str, Fields] = {
    "step": (
        ("step_epochs", "Every so many epochs", "When the learning rate drops."),
        ("gamma", "It is multiplied by", "One half is gentle, one tenth is usual."),
    ),
    "exponential": (("gamma", "Multiplied each epoch by", "0.95 loses two thirds in 20 epochs."),),
}
STOPPING: Fields = (
    ("patience", "Early stopping: patience (epochs)", "0 trains to the end and keeps the last weights."),
)
WEIGHT_DECAY: Fields = (("weight_decay", "Weight decay", "Pulls the weights towards zero."),)
REGULARISATION: Fields = (
    ("l1", "L1 penalty", "Pulls weights to exactly zero, the useless ones first."),
    ("label_smoothing", "Label smoothing", "The share of certainty taken off the right answer."),
    ("clip_norm", "Clip the gradient's norm at", "0 does not clip."),
)
AUGMENTATION: Fields = (
    ("flip", "Mirror (probability)", "Faces mirrored are still the same person."),
    ("rotate", "Rotate (± degrees)", ""),
    ("translate", "Shift (± share of the side)", ""),
    ("scale", "Scale (± share)", ""),
    ("shear", "Shear (± degrees)", ""),
    ("perspective", "Tilt (± share)", "As if the photo were seen aslant: one side comes nearer, the other goes."),
    ("brightness", "Brightness (± share)", ""),
    ("contrast", "Contrast (± share)", ""),
    ("saturation", "Saturation (± share)", ""),
    ("blur", "Blur (pixels at most)", "The largest standard deviation of a Gaussian."),
    ("erase", "Erase a patch (probability)", "Grey rectangles over part of the face (Zhong et al. 2020)."),
)
REPRODUCTION: Fields = (
    ("seed", "Seed", "First weights and the order of examples follow from it."),
    ("device", "Device", "Automatic takes a GPU if there is one."),
    ("precision", "Precision", "Automatic takes bfloat16 where it is faster and as accurate."),
)


def data_form() -> FacesSpec | None:
    """Choose faces; None while the choice is wrong or not on this computer."""
    source = choose("Faces", list(SOURCES), "generated", "data.source", st.selectbox)
    st.caption(SOURCES[source].description)
    spec = SOURCES[source].spec
    with st.expander("Photos and split", icon=":material/photo_library:"):
        values = fields(spec, SOURCE_FIELDS[source], "data.")
        st.markdown("**Split of each person's photos**")
        values["split"] = fields(Split, SPLIT, "data.split.", columns=2)
    if missing := available(source):
        st.info(missing, icon=":material/download:")
        if SOURCES[source].download:
            st.button("Download", icon=":material/download:", key="download", on_click=_ask_download, args=(source,))
            _download_if_asked(source)
        return None
    return checked(spec, values | {"source": source}, "data")


def network_form() -> ModelConfig | None:
    """Build a network; None while a setting is wrong."""
    st.selectbox(
        "Start from",
        list(PRESETS),
        index=None,
        placeholder="A preset, to be changed below",
        key="preset",
        on_change=_apply_preset,
    )
    kind = choose("Network", list(REGISTRY), "convnet", "model.kind", st.segmented_control)
    config = REGISTRY[kind].config
    values: dict[str, Any] = {"kind": kind}
    if kind == "convnet":
        values["blocks"] = _blocks()
    with st.expander("Layers", expanded=kind == "mlp", icon=":material/layers:"):
        values |= fields(config, {"mlp": MLP, "convnet": CONVNET}[kind], "model.")
        values |= fields(config, INIT, "model.")
        if values["init"] == "normal":
            values |= fields(config, INIT_STD, "model.")
    return checked(config, values, "model")


def training_form(augment: bool = True, **defaults: Any) -> dict[str, Any]:
    """Everything of a run's settings besides data and model, by field.

    Args:
        augment: offer what changes photos.
        defaults: by field, in place of the settings' own.
    """
    left, right = st.columns(2)
    with left:
        optimizer = fields(OptimizerConfig, OPTIMIZER, "optimizer.", **defaults)
    with right:
        budget = fields(RunConfig, BUDGET, "", **defaults)
    with st.expander("Schedule and stopping", icon=":material/timeline:"):
        schedule = fields(ScheduleConfig, SCHEDULE, "schedule.")
        schedule |= fields(ScheduleConfig, SCHEDULE_FIELDS.get(schedule["name"], ()), "schedule.")
        if optimizer["name"] in ("sgd", "rmsprop"):
            optimizer |= fields(OptimizerConfig, MOMENTUM, "optimizer.", **defaults)
        if optimizer["name"] == "sgd":
            optimizer |= fields(OptimizerConfig, NESTEROV, "optimizer.")
        stopping = fields(EarlyStoppingConfig, STOPPING, "early_stopping.")
    with st.expander("Regularisation", icon=":material/balance:"):
        optimizer |= fields(OptimizerConfig, WEIGHT_DECAY, "optimizer.")
        regularisation = fields(RunConfig, REGULARISATION, "")
    parts = {"optimizer": optimizer, "schedule": schedule, "early_stopping": stopping}
    if augment:
        with st.expander("Augmentation, drawn per photo", icon=":material/flip:"):
            parts["augmentation"] = fields(AugmentationConfig, AUGMENTATION, "augmentation.", columns=2)
    with st.expander("Seed and device", icon=":material/casino:"):
        reproduction = fields(RunConfig, REPRODUCTION, "")
    return parts | budget | regularisation | reproduction


def run_config(data: FacesSpec | None, model: ModelConfig | None, training: dict[str, Any]) -> RunConfig | None:
    """The whole, or None while a part is missing or wrong."""
    if data is None or model is None:
        return None
    return checked(RunConfig, training | {"data": data.model_dump(), "model": model.model_dump()}, "")


def open_settings(config: RunConfig) -> None:
    """Set every control to a run's settings; a callback."""
    apply(config.flat())


def fields(settings: type[Settings], wanted: Fields, prefix: str, columns: int = 1, **defaults: Any) -> dict[str, Any]:
    """Controls for the `wanted` fields, side by side in `columns`; their values by field."""
    places = st.columns(columns) if columns > 1 else [st.container()]
    values = {}
    for index, (field, label, help_text) in enumerate(wanted):
        options = {"default": defaults[field]} if field in defaults else {}
        with places[index % columns]:
            values[field] = control(settings, field, label, prefix, help=help_text or None, **options)
    return values


def _blocks() -> list[dict[str, Any]]:
    """One row per convolution block: what it is, and a popover to change it."""
    given = ConvNetConfig.model_fields["blocks"].default
    number = st.number_input(
        "Convolution blocks", 1, 20, len(given), key="model.blocks", bind="query-params", help="One after the other."
    )
    blocks = []
    for index in range(number):
        default = given[min(index, len(given) - 1)].model_dump()
        prefix = f"model.blocks.{index}."
        now = {field: _current(prefix + field, value) for field, value in default.items()}
        with st.popover(_block_name(index, now), width="stretch", key=f"block {index}"):
            blocks.append(fields(Block, BLOCK, prefix, **default))
    return blocks


def _current(name: str, default: Any) -> Any:
    """What the control called `name` is about to show."""
    return st.session_state.get(name, st.query_params.get(name, default))


def _block_name(index: int, block: dict[str, Any]) -> str:
    stride = f", stride {block['stride']}" if str(block["stride"]) != "1" else ""
    pool = {"max": ", max pool", "average": ", mean pool"}.get(block["pool"], "")
    return f"{index + 1}: {block['channels']} @ {block['kernel']}x{block['kernel']}{stride}{pool}"


def checked(settings: type[Settings], values: dict[str, Any], part: str) -> Any:
    try:
        return settings.parse(values)
    except FacelabError as error:
        st.error(f"{part}.{error}" if part else str(error), icon=":material/error:")
        return None


def _apply_preset() -> None:
    title = st.session_state["preset"]
    if title:
        model = PRESETS[title]
        apply({f"model.{name}": value for name, value in model.flat().items()})


def _ask_download(source: str) -> None:
    st.session_state["download asked"] = source


def _download_if_asked(source: str) -> None:
    """Download with its progress on the page; a rerun follows when the faces are here."""
    if st.session_state.pop("download asked", None) != source:
        return
    bar = st.progress(0.0, "Downloading")
    try:
        download(source, lambda share: bar.progress(share, f"Downloading: {share:.0%}"))
    except FacelabError as error:
        bar.empty()
        st.error(str(error), icon=":material/error:")
        return
    st.rerun()
