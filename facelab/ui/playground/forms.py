"""The Playground's settings as forms: points, network, training."""

from typing import Any, get_args

import streamlit as st

from facelab.data.points import POINT_SOURCES, PointsSpec, save_table
from facelab.data.points.specs import Feature
from facelab.errors import FacelabError
from facelab.labs import PLAYGROUND
from facelab.models import MLPConfig
from facelab.ui import forms
from facelab.ui.controls import choose, words
from facelab.ui.forms import Fields, checked, fields
from facelab.ui.forms.network import INIT_STD

MADE: Fields = (
    ("points", "Points", "Of all classes and splits together."),
    ("noise", "Noise", "The standard deviation of what is added to each coordinate."),
    ("imbalance", "Imbalance", "How much rarer the last class is than the first: 0 for equally many."),
    ("seed", "Seed of the points", "Another seed draws other points from the same figure."),
)
SOURCE_FIELDS: dict[str, Fields] = {
    "circles": (("classes", "Rings", "Each is a class."), *MADE),
    "blobs": (("classes", "Clouds", "Each is a class."), *MADE),
    "spirals": (("classes", "Arms", "Each is a class."), *MADE),
    "checkerboard": (("cells", "Cells to a side", "More cells need more units."), *MADE),
    "countries": (
        ("min_population", "Cities of at least so many people", "Smaller ones draw finer borders, and take longer."),
        ("min_cities", "At least so many cities per country", "Countries with fewer are left out."),
    ),
    "table": (("path", "Path of a CSV file", "With columns x,y,label or long,lat,country."),),
    "drawn": (("drawn", "The points as text", "x,y,class for each, such as 1.5,-2,0;0.25,3,1."),),
}
SPLIT: Fields = (
    ("train", "Train", "The share of each class to learn from."),
    ("test", "Test", "Never learned from: what tells how well the rest of the plane is guessed."),
    ("validation", "Validation", "Only for early stopping, to choose the best epoch by."),
    ("seed", "Seed of the split", "Another seed deals the points differently."),
)
NETWORK: Fields = (
    ("hidden", "Hidden units, layer by layer", "Such as 8, 8. Empty for a network without hidden layers."),
    ("activation", "Activation", "What bends each layer's output; identity keeps the network linear."),
)
MORE_NETWORK: Fields = (
    ("batch_norm", "Batch norm", "Standardise each unit over the batch (Ioffe & Szegedy 2015)."),
    ("residual", "Residual connections", "Add a layer's input to its output where the widths match (He et al. 2016)."),
    ("dropout", "Dropout", "The share of units silenced at random in each training step."),
    ("init", "First weights", "How large the random weights are to begin with."),
)
NETWORK_DEFAULTS = {"hidden": PLAYGROUND.model.hidden, "activation": PLAYGROUND.model.activation}
TRAINING_DEFAULTS = {
    "learning_rate": PLAYGROUND.optimizer.learning_rate,
    "batch_size": PLAYGROUND.batch_size,
    "epochs": PLAYGROUND.epochs,
}


def mode(modes: list[str]) -> str:
    """How training is shown."""
    return st.segmented_control(
        "Mode",
        modes,
        default=modes[0],
        key="mode",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
        help="Live: watch one training. Instant: every move of a control trains anew, from start to end. Map: a "
        "hundred trainings over two settings.",
    )


def points_form() -> PointsSpec | None:
    """Choose points; None while the choice is wrong."""
    source = choose("Points", list(POINT_SOURCES), PLAYGROUND.data.source, "data.source", st.selectbox)
    st.caption(POINT_SOURCES[source].description)
    spec = POINT_SOURCES[source].spec
    if source == "table":
        _upload()
    values: dict[str, Any] = {"source": source}
    with st.expander("Points and split", icon=":material/scatter_plot:", expanded=source == "table"):
        values |= fields(spec, SOURCE_FIELDS.get(source, MADE), "data.")
        values["split"] = fields(spec.model_fields["split"].annotation, SPLIT, "data.split.", columns=2)
    values["features"] = st.pills(
        "Features",
        list(get_args(Feature)),
        default=["x", "y"],
        selection_mode="multi",
        key="data.features",
        bind="query-params",
        wrap=True,
        format_func=words,
        help="What the network is told of each point. With x² and y² a circle is a straight line.",
    )
    return checked(spec, values, "data")


def network_form() -> MLPConfig | None:
    """Build the network; None while a setting is wrong."""
    values = fields(MLPConfig, NETWORK, "model.", **NETWORK_DEFAULTS)
    with st.expander("Batch norm, dropout, first weights", icon=":material/layers:"):
        values |= fields(MLPConfig, MORE_NETWORK, "model.")
        if values["init"] == "normal":
            values |= fields(MLPConfig, INIT_STD, "model.")
    return checked(MLPConfig, values, "model")


def training_form() -> dict[str, Any]:
    """Everything of a run's settings besides data and model, by field."""
    return forms.training_form(augment=False, **TRAINING_DEFAULTS)


def _upload() -> None:
    """A table to be kept on this computer; its path goes into the form."""
    st.file_uploader(
        "A CSV file", type=["csv"], key="table", on_change=_keep_upload, help="It is copied into facelab's own folder."
    )
    if problem := st.session_state.pop("table problem", None):
        st.error(problem, icon=":material/error:")


def _keep_upload() -> None:
    if (file := st.session_state["table"]) is None:
        return
    try:
        st.session_state["data.path"] = str(save_table(file.getvalue()))
    except FacelabError as error:
        st.session_state["table problem"] = str(error)
