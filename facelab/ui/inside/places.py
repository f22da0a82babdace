"""The map of faces: where the network puts them before it decides."""

import numpy as np
import streamlit as st
import torch

from facelab import plots
from facelab.analysis import embed, pca, sample_rows, tsne
from facelab.analysis.embedding import Projection
from facelab.data import SPLITS
from facelab.plots import palette
from facelab.training import predict
from facelab.ui.figures import choose, show
from facelab.ui.results import percent
from facelab.ui.trained import Trained

METHODS = {"PCA": pca, "t-SNE": tsne}
COLOURS = ("Person", "Split", "Right and wrong")
BESIDE = 160
"""px, the face beside the map."""


def view(trained: Trained) -> None:
    """All faces in two dimensions."""
    with st.container(horizontal=True):
        method = st.segmented_control(
            "Method",
            list(METHODS),
            default="PCA",
            key="map.method",
            bind="query-params",
            required=True,
            help="PCA keeps the directions in which faces differ most. t-SNE keeps neighbours together; distances "
            "between groups mean nothing in it.",
        )
        colour = st.segmented_control(
            "Colour by", COLOURS, default="Person", key="map.colour", bind="query-params", required=True
        )
        with_faces = st.toggle("Draw faces", True, key="map.faces", bind="query-params")
    with st.spinner("Laying out the faces"):
        rows, found = _places(trained.key, method, trained)
    groups, colours = _groups(trained, rows, colour)
    names = trained.faces.names
    split_of = _splits(trained)[rows]
    labels = trained.faces.labels.numpy()[rows]
    captions = [f"{names[label]}<br>{split}" for label, split in zip(labels, split_of, strict=True)]
    titles = tuple(f"Component {number} ({percent(share)} of the variance)" for number, share in _shares(found))
    plane, face = st.columns([4, 1], gap="large")
    with plane:
        chosen = choose(
            plots.face_map(
                found.points,
                groups,
                captions,
                colours,
                trained.faces.images[rows].numpy() if with_faces else None,
                rows,
                titles or ("", ""),
                colour.lower(),
            ),
            "map",
            "Each point is a photo, where the network's last hidden layer puts it. What lies together it finds alike: "
            "training photos of one person gather first, and a test photo among strangers is a mistake in the making. "
            "Click a point to see its face.",
        )
    with face:
        if chosen is not None:
            label = int(trained.faces.labels[chosen])
            show(
                plots.face_sheet(trained.faces.images[chosen][None].numpy(), [names[label]], 1, face=BESIDE),
                "map face",
                f"{names[label]}, from the {_splits(trained)[chosen]} split.",
            )


@st.cache_resource(show_spinner=False, max_entries=16)
def _places(key: str, method: str, _trained: Trained) -> tuple[np.ndarray, Projection]:
    """Rows of the faces, and where they lie."""
    used = torch.cat([_trained.faces.splits[split] for split in SPLITS]).numpy()
    rows = np.sort(used[sample_rows(len(used))])
    return rows, METHODS[method](embed(_trained.model, _trained.faces.images[rows]))


def _shares(found: Projection) -> list[tuple[int, float]]:
    return list(enumerate(found.explained, 1)) if found.explained else []


def _splits(trained: Trained) -> np.ndarray:
    found = np.full(len(trained.faces), "unused", dtype=object)
    for split in SPLITS:
        found[trained.faces.splits[split].numpy()] = split
    return found


def _groups(trained: Trained, rows: np.ndarray, colour: str) -> tuple[list[str], dict[str, str] | None]:
    """What each point is coloured by, and the colours where they mean something."""
    if colour == "Split":
        return list(_splits(trained)[rows]), palette.SPLITS
    labels = trained.faces.labels.numpy()[rows]
    if colour == "Person":
        return [trained.faces.names[label] for label in labels], None
    right = predict(trained.model, trained.faces.images[rows]).argmax(1).numpy() == labels
    return [("wrong", "right")[int(each)] for each in right], {"right": palette.RIGHT, "wrong": palette.WRONG}
