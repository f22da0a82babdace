"""What a ConvNet sees, layer by layer: filters, feature maps, receptive fields, and the patches a unit likes best."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import Peaks, cut_patches, feature_maps, field_boxes, find_peaks, map_layers, unit_images
from facelab.ui.figures import choose, show
from facelab.ui.photo import choose_photo, tell
from facelab.ui.trained import Trained

PATCHES, MOST_UNITS = 12, 128


def suits(trained: Trained) -> bool:
    """Whether it has feature maps."""
    return bool(map_layers(trained.model, trained.faces.input_shape))


def view(trained: Trained) -> None:
    """A photo on its way through the network."""
    layers = map_layers(trained.model, trained.faces.input_shape)
    pick, maps = st.columns([1, 3], gap="large")
    with pick:
        row = choose_photo(trained)
    if row is None:
        return
    images, _ = trained.faces.split("test")
    with maps:
        tell(trained, row)
        first = unit_images(trained.model, trained.faces.input_shape).numpy()
        show(
            plots.weight_wall(first, mode="colour"),
            "filters",
            "The filters of the first layer, each on its own scale: edges, spots and colours that it looks for "
            "everywhere on the photo.",
        )
        layer = st.selectbox(
            "Layer",
            list(layers),
            index=2 * len(layers) // 3,
            format_func=lambda name: f"{name}: {layers[name][0]} maps of {layers[name][1]} × {layers[name][2]}",
            key="maps.layer",
            bind="query-params",
        )
        found = feature_maps(trained.model, images[row], layer)[:MOST_UNITS]
        order = np.argsort(-found.max((1, 2)), kind="stable")
        unit = _unit(layer, int(order[0]))
        clicked = choose(
            plots.feature_wall(found[order], order, unit, layer),
            f"maps {layer}",
            "Where each unit of the layer answers on this photo, the strongest first. Click one to see what it sees.",
        )
        if clicked is not None and clicked != unit:
            st.session_state["maps.unit"] = layer, clicked
            st.rerun()
        _show_unit(trained, images[row].numpy(), layer, unit, found[unit])


def _unit(layer: str, strongest: int) -> int:
    """The unit that was clicked in this layer, by default the one that answers most."""
    known, unit = st.session_state.get("maps.unit", ("", 0))
    return unit if known == layer else strongest


def _show_unit(trained: Trained, photo: np.ndarray, layer: str, unit: int, answer: np.ndarray) -> None:
    """What one unit saw where it answered most, and what it likes best of all training photos."""
    place = tuple(int(index) for index in np.unravel_index(answer.argmax(), answer.shape))
    seen, liked = st.columns([4, 3], gap="large")
    with seen:
        st.subheader(f"What unit {unit} saw")
        show(
            plots.receptive_field(photo, field_boxes(trained.model, layer, place)),
            "field",
            "The frames are the receptive fields on this photo, layer by layer, of the place where it answers most.",
        )
    with liked:
        st.subheader("What it likes best")
        peaks = _peaks(trained.key, layer, trained)
        images, labels = trained.faces.split("train")
        patches = peaks.patches(unit, PATCHES)
        names = [trained.faces.names[labels[patch.photo]] for patch in patches]
        captions = [f"{name}<br>{patch.activation:.2f}" for name, patch in zip(names, patches, strict=True)]
        people = len(set(names))
        show(
            plots.face_sheet(cut_patches(images, patches), captions, 4),
            "patches",
            f"The patches of training photos that excite it most, at most one from each photo; they are of {people} "
            "people. What they have in common is what the unit looks for.",
        )


@st.cache_resource(show_spinner="Looking through the training photos", max_entries=16)
def _peaks(key: str, layer: str, _trained: Trained) -> Peaks:
    return find_peaks(_trained.model, _trained.faces.split("train")[0], layer)
