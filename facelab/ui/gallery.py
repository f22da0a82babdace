"""Faces to look at: by person, in numbers, on average, and to take away."""

import math

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.data import SPLITS, Faces, Pairs
from facelab.data.generated import Photo
from facelab.runs import export
from facelab.ui.figures import cached, show
from facelab.ui.live import escape
from facelab.ui.studio import take
from facelab.ui.studio.sitter import choose_person

PEOPLE = 6
PHOTOS = 8
AVERAGES = 40
SAMPLE_PAIRS = 6
FACE = 64
ALBUM = (6, 5)
"""Columns and rows of one person's photos."""


def show_people(faces: Faces) -> None:
    """A page of people, one row each, with the split and the recorded parameters of every photo on hover; of generated
    people first one in large."""
    if take.is_generated(faces):
        _meet(faces)
    place = st.container()
    pages = math.ceil(faces.classes / PEOPLE)
    page = st.pagination(pages, key="page", bind="query-params") if pages > 1 else 1
    people = range((page - 1) * PEOPLE, min(page * PEOPLE, faces.classes))
    images, captions = [], []
    for person in people:
        rows = _rows(faces, person)[:PHOTOS]
        images += [*faces.images[rows].numpy(), *[_blank(faces)] * (PHOTOS - len(rows))]
        captions += [*_captions(faces, rows), *[""] * (PHOTOS - len(rows))]
    with place:
        show(
            plots.face_sheet(np.stack(images), captions, PHOTOS, [faces.names[person] for person in people], face=FACE),
            "people",
            f"{faces.source} Each row is one person: what changes along a row must not matter to a network that is to "
            "recognise them.",
        )


@st.fragment
def _meet(faces: Faces) -> None:
    """One person: a large portrait, and beside it their photos."""
    name = choose_person(faces.names)
    number = faces.names.index(name)
    person, rows = take.person_in(faces, number), _rows(faces, number)
    portrait, photos = st.columns([3, 5])
    with portrait:
        st.image(take.picture(person, Photo()), alt=take.describe(name, person, Photo()), width="stretch")
        st.caption(f"**{escape(name)}**, {person.age:.0f} years old, on a plain portrait.")
    with photos:
        every = f"All {len(rows)}" if len(rows) <= math.prod(ALBUM) else f"The first {math.prod(ALBUM)} of {len(rows)}"
        show(
            _album(faces.fingerprint, number, faces),
            "photos",
            f"{every} photos of {escape(name)}: a network is to know them by what these have in common.",
        )


@cached
def _album(fingerprint: str, person: int, _faces: Faces) -> Figure:
    rows = _rows(_faces, person)[: math.prod(ALBUM)]
    return plots.face_sheet(_faces.images[rows].numpy(), _captions(_faces, rows), ALBUM[0], face=FACE)


def show_sample(data: Faces | Pairs) -> None:
    """A few of what a network will learn from: one photo each of some people, or pairs of both kinds."""
    if isinstance(data, Pairs):
        _show_pairs(data)
    else:
        _show_faces(data)


def _show_pairs(data: Pairs) -> None:
    show(
        _pairs(data.fingerprint, data),
        "sample",
        f"{data.source} Above: pairs of one person; below: of two. The network is to say which; guessing is right half "
        "of the time.",
    )


@cached
def _pairs(fingerprint: str, _data: Pairs) -> Figure:
    same = _data.same("train").bool()
    kinds = [kind.nonzero().flatten()[:SAMPLE_PAIRS] for kind in (same, ~same)]
    rows = np.concatenate(kinds)
    images = _data.images[_data.pairs["train"][rows]].numpy()
    captions = [
        " and ".join(dict.fromkeys(_data.people[label] for label in _data.labels[pair].tolist()))
        for pair in _data.pairs["train"][rows]
    ]
    sheet = plots.pair_sheet(images, captions, columns=SAMPLE_PAIRS // 2, face=FACE)
    return sheet.update_layout(meta={"alt": f"{len(rows)} pairs of photos, half of one person and half of two."})


def _show_faces(faces: Faces) -> None:
    show(
        _sample(faces.fingerprint, faces),
        "sample",
        f"{faces.source} The network is to tell {faces.classes} people apart; guessing is right once in "
        f"{faces.classes} times.",
    )


@cached
def _sample(fingerprint: str, _faces: Faces) -> Figure:
    labels = _faces.labels.numpy()
    rows = [int(np.argmax(labels == person)) for person in range(min(_faces.classes, PHOTOS))]
    names = [_faces.names[labels[row]] for row in rows]
    return plots.face_sheet(_faces.images[rows].numpy(), names, PHOTOS, face=FACE)


def show_counts(faces: Faces) -> None:
    """Photos per person and split."""
    totals = ", ".join(f"{len(faces.splits[split]):,} to {use}" for split, use in USES.items())
    show(
        plots.split_counts(faces.names, faces.counts()),
        "counts",
        f"{totals}. A network that sees one person far more often than the others is right to guess that one.",
    )


def show_averages(faces: Faces) -> None:
    """The average face of each person."""
    people = range(min(faces.classes, AVERAGES))
    names = [plots.plain(faces.names[person]) for person in people]
    means = [faces.images[faces.labels == person].float().mean(0).byte().numpy() for person in people]
    show(
        plots.face_sheet(np.stack(means), names, columns=PHOTOS, face=FACE),
        "averages",
        "What a person's photos have in common survives the average; pose, light and background blur away. A network "
        "of one layer can do little more than compare with such pictures.",
    )


def show_download(faces: Faces) -> None:
    """The faces as a zip of PNGs."""
    st.markdown(
        "All photos as PNGs, one folder per split and in it one per person: what the PyTorch script of a run trains on."
    )
    st.download_button(
        "Download the faces (zip)",
        lambda: export.faces_zip(faces),
        "faces.zip",
        icon=":material/download:",
        on_click="ignore",
    )


USES = {"train": "train on", "validation": "choose by", "test": "test with"}
SHOWN_PARAMETERS = {"yaw": "yaw {:.0f}°", "pitch": "pitch {:.0f}°", "roll": "roll {:.0f}°"}


def _rows(faces: Faces, person: int) -> np.ndarray:
    return np.flatnonzero(faces.labels.numpy() == person)


def _captions(faces: Faces, rows: np.ndarray) -> list[str]:
    """Who is on each of these photos, its split, and what is known of how it was taken."""
    split_of = np.full(len(faces), "unused", dtype=object)
    for split in SPLITS:
        split_of[faces.splits[split].numpy()] = split
    known = {name: text for name, text in SHOWN_PARAMETERS.items() if name in faces.truth}
    return [
        "<br>".join(
            [
                faces.names[faces.labels[row]],
                split_of[row],
                *(text.format(faces.truth[name][row]) for name, text in known.items()),
            ]
        )
        for row in rows
    ]


def _blank(faces: Faces) -> np.ndarray:
    return np.full(faces.input_shape, 128, np.uint8)
