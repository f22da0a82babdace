"""The map of faces: where the network puts them before it decides."""

import numpy as np
import streamlit as st
import torch

from facelab import plots
from facelab.analysis import embed, pca, sample_rows, tsne
from facelab.analysis.embedding import Projection
from facelab.data import SPLITS
from facelab.errors import DataError
from facelab.plots import palette
from facelab.training import predict
from facelab.ui.faces_map import Group, Sprite, View, draw_sprite, faces_map
from facelab.ui.figures import show
from facelab.ui.live import escape
from facelab.ui.results import percent
from facelab.ui.trained import Trained

METHODS = {"PCA": pca, "t-SNE": tsne}
COLOURS = ("Person", "Split", "Right and wrong")
SPLIT_GROUPS = tuple(
    Group(split, palette.SPLITS[split], symbol)
    for split, symbol in zip(SPLITS, ("circle", "square", "diamond"), strict=True)
)
VERDICTS = (Group("right", palette.RIGHT), Group("wrong", palette.WRONG, "cross"))
FACE, ALIKE = 128, 6
"""px, the face beside the map, and how many others it is shown with."""


def view(trained: Trained) -> None:
    """All faces in two dimensions."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
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
    try:
        with st.spinner("Laying out the faces"):
            found = _projection(trained.key, method, trained)
    except DataError as error:
        st.error(str(error), icon=":material/error:")
        return
    plane, face = st.columns([4, 1], gap="large")
    with plane:
        chosen = faces_map(_view(trained, found, method, colour, with_faces), f"map {trained.key}")
        st.caption(
            "Each point is a photo, where the network's last hidden layer puts it: what lies together it finds alike. "
            "Training photos of one person gather first; a test photo among strangers is a mistake in the making. "
            "Point at a photo to see the face, click to keep it; drag to move, turn the wheel to come nearer."
        )
    with face:
        if chosen is None:
            st.caption("Click a face to see here what the network finds most like it.")
        else:
            _show_alike(trained, chosen)


def _view(trained: Trained, found: Projection, method: str, colour: str, with_faces: bool) -> View:
    rows, probabilities = _answers(trained.key, trained)
    labels, answers = trained.faces.labels.numpy()[rows], probabilities.argmax(1)
    splits = _splits(trained, rows)
    groups, grouped = {
        "Person": lambda: (tuple(map(Group.category, trained.faces.names, range(trained.faces.classes))), labels),
        "Split": lambda: (SPLIT_GROUPS, [SPLITS.index(split) for split in splits]),
        "Right and wrong": lambda: (VERDICTS, labels != answers),
    }[colour]()
    titles = None
    if found.explained:
        titles = tuple(
            f"Component {number} ({percent(share)} of the variance)" for number, share in enumerate(found.explained, 1)
        )
    return View(
        found.points,
        _sprite(trained.key, trained),
        trained.faces.names,
        labels,
        answers,
        probabilities.max(1),
        splits,
        groups,
        np.asarray(grouped),
        f"A map of {len(rows):,} faces by {method}, coloured by {colour.lower()}; faces that the network finds alike "
        "lie near one another.",
        titles,
        with_faces,
    )


def _show_alike(trained: Trained, chosen: int) -> None:
    """The face that was chosen, and those whose embeddings lie nearest to its own, in all dimensions."""
    rows, embeddings = _embeddings(trained.key, trained)
    names, labels = [plots.plain(name) for name in trained.faces.names], trained.faces.labels.numpy()[rows]
    splits = _splits(trained, rows)
    distances = np.linalg.norm(embeddings - embeddings[chosen], axis=1)
    distances[chosen] = np.inf
    near = np.argsort(distances, kind="stable")[: min(ALIKE, len(rows) - 1)]
    name = escape(trained.faces.names[labels[chosen]])
    show(
        plots.face_sheet(trained.faces.images[rows[chosen]][None].numpy(), [names[labels[chosen]]], 1, face=FACE),
        "map face",
        f"**{name}**, a {splits[chosen]} photo.",
    )
    same = labels[near] == labels[chosen]
    show(
        plots.face_sheet(
            trained.faces.images[rows[near]].numpy(),
            [f"{names[labels[index]]}<br>{splits[index]} photo" for index in near],
            3,
            face=56,
        ),
        "map alike",
        f"What the network finds most like it; {same.sum()} of {len(near)} show the same person.",
    )


@st.cache_resource(show_spinner=False, max_entries=16)
def _embeddings(key: str, _trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the faces on the map, and their embeddings."""
    used = torch.cat([_trained.faces.splits[split] for split in SPLITS]).numpy()
    rows = np.sort(used[sample_rows(len(used))])
    return rows, embed(_trained.model, _trained.faces.images[rows])


@st.cache_resource(show_spinner=False, max_entries=16)
def _projection(key: str, method: str, _trained: Trained) -> Projection:
    return METHODS[method](_embeddings(key, _trained)[1])


@st.cache_resource(show_spinner=False, max_entries=16)
def _answers(key: str, _trained: Trained) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the faces on the map, and the network's probabilities for them."""
    rows, _ = _embeddings(key, _trained)
    return rows, predict(_trained.model, _trained.faces.images[rows]).softmax(1).numpy()


@st.cache_resource(show_spinner=False, max_entries=8)
def _sprite(key: str, _trained: Trained) -> Sprite:
    return draw_sprite(_trained.faces.images[_embeddings(key, _trained)[0]].numpy())


def _splits(trained: Trained, rows: np.ndarray) -> tuple[str, ...]:
    found = np.empty(len(trained.faces), dtype=object)
    for split in SPLITS:
        found[trained.faces.splits[split].numpy()] = split
    return tuple(found[rows])
