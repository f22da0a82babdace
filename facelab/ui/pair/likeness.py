"""Which regions of two faces made a network find them alike."""

import copy
import hashlib

import numpy as np
import streamlit as st
from torch import Tensor

from facelab import plots
from facelab.analysis.attribution import METHODS, Likeness, attribute, heat, refusals, strength
from facelab.models import Siamese
from facelab.recognition.embedders import Embedder, network_input
from facelab.ui.figures import show as show_figure

QUICK = ("grad_cam", "input_x_gradient")
"""The methods that answer at once; the first that suits the network is taken."""
HEIGHT = 230
"""px, for two pictures beside each other in a quarter of a wide page, or on a phone."""


def show(embedder: Embedder, pair: tuple[np.ndarray, np.ndarray], names: tuple[str, str] = ("A", "B")) -> None:
    """Both crops, uint8 [S, S, 3], each with what speaks for and against the other."""
    if embedder.network is None:
        st.caption("The reference does not let us see its layers, so there is no map of what made them alike.")
        return
    crops = [network_input(embedder.network, crop)[0].float() / 255 for crop in pair]
    branch = _one_view(embedder.network)
    method = next(name for name in QUICK if refusals(Likeness(branch, crops[0]), crops[0][None])[name] is None)
    with st.spinner("Asking which regions count"):
        maps = [
            _map(f"{embedder.id} {_digest(here)} {_digest(there)}", branch, here, there, method)
            for here, there in (crops, crops[::-1])
        ]
    limit = strength(np.stack(maps))
    titles = [f"What in {here} is like {there}" for here, there in (names, names[::-1])]
    for place, crop, values, title in zip(st.columns(2), pair, maps, titles, strict=True):
        with place:
            figure = plots.attribution_maps(crop, values[None], [title], [limit], [True])
            show_figure(figure.update_layout(height=HEIGHT), title)
    st.caption(
        f"Red marks what brings each face near the other ({METHODS[method].title}, {METHODS[method].paper}). Eyes, "
        "nose and mouth should count; hair and background that do are a warning."
    )


def _digest(pixels: Tensor) -> str:
    return hashlib.blake2b(pixels.numpy().tobytes(), digest_size=16).hexdigest()


def _one_view(network: Siamese) -> Siamese:
    """The network without its second look at the mirror image, whose map would lie mirrored over the photo."""
    view = copy.copy(network)
    view.config = network.config.model_copy(update={"mirror": False})
    return view


@st.cache_resource(show_spinner=False, max_entries=24, scope="session")
def _map(key: str, _branch: Siamese, _here: Tensor, _there: Tensor, method: str) -> np.ndarray:
    return heat(attribute(Likeness(_branch, _there), _here[None], 0, method), method)[0]
