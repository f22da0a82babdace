"""Photos that are there from the start: of somebody who is known, of a stranger, and of a group."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from facelab.data import lfw
from facelab.data.faces import SPLITS
from facelab.data.photos import read_photo, square
from facelab.recognition import Gallery
from facelab.recognition.warp import resize
from facelab.ui.classify.knows import Knows
from facelab.ui.given import source
from facelab.ui.given.source import Given
from facelab.ui.given.strangers import SIDE, draw_poses, shot
from facelab.ui.people.cards import CROP

SLOT, NAME = "who", "the photo"
NUMBER = "who.number"
ENDLESS = 1000
STRANGER = "somebody who is not known"
IN_GROUP = 3
"""Known people in a group, beside one stranger."""

Shot = tuple[np.ndarray, str]
"""A photo uint8 [`SIDE`, `SIDE`, 3], and who is on it."""


def choose(knows: Knows) -> Given | None:
    """The controls for a sample, and the sample."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.segmented_control(
            "Sample", list(KINDS), default=next(iter(KINDS)), key="who.sample", bind="query-params", required=True
        )
        number = st.number_input("Number", 1, ENDLESS, key=NUMBER, bind="query-params", width=130)
        st.button("Another photo", icon=":material/shuffle:", key="another", on_click=_another)
    pixels, truth = KINDS[kind](knows, number - 1)
    return source.of_pixels(SLOT, NAME, pixels, truth=truth)


def _known(knows: Knows, number: int) -> Shot:
    """A photo of somebody who is known: of the test split, or one of those enrolled."""
    if isinstance(knows.by, Gallery):
        shots = [(pixels, name) for name, own in knows.by.photos.items() for pixels in own]
        pixels, name = shots[_shuffled(number, len(shots))]
        pixels = square(pixels, SIDE, CROP)
    else:
        faces = knows.trained.faces
        rows = next(faces.splits[name] for name in SPLITS[::-1] if len(faces.splits[name]))
        row = rows[_shuffled(number, len(rows))]
        pixels, name = faces.images[row].permute(1, 2, 0).numpy(), faces.names[faces.labels[row]]
    return resize(np.ascontiguousarray(pixels), SIDE, SIDE), name


def _stranger(knows: Knows, number: int) -> Shot:
    """Somebody of Labeled Faces in the Wild beside real people, if it is here; else a generated person."""
    is_real = isinstance(knows.by, Gallery) or knows.trained.run.config.data.source != "generated"
    if is_real and lfw.missing() is None:
        others = [folder for folder in _people_of_lfw() if folder.name.replace("_", " ") not in knows.by.names]
        folder = others[number]
        return resize(read_photo(folder / f"{folder.name}_0001.jpg"), SIDE, SIDE), STRANGER
    return shot(number, draw_poses(np.random.default_rng(number)))[0], STRANGER


def _group(knows: Knows, number: int) -> Shot:
    """Some who are known, as different as can be, with a stranger among them."""
    known: dict[str, np.ndarray] = {}
    for at in range(number, number + 10 * IN_GROUP):
        pixels, name = _known(knows, at)
        known.setdefault(name, pixels)
    first, *others = list(known.values())[:IN_GROUP]
    return np.hstack([first, _stranger(knows, number)[0], *others]), ""


KINDS: dict[str, Callable[[Knows, int], Shot]] = {
    "Somebody it knows": _known,
    "A stranger": _stranger,
    "A group": _group,
}


def _shuffled(number: int, total: int) -> int:
    """A place among so many, so that numbers in a row lie apart."""
    return int(np.random.default_rng(0).permutation(total)[number % total])


@st.cache_resource(show_spinner=False)
def _people_of_lfw() -> list[Path]:
    """Their folders, always in the same order without order."""
    folders = sorted(folder for folder in lfw.find().iterdir() if folder.is_dir())
    return [folders[at] for at in np.random.default_rng(0).permutation(len(folders))]


def _another() -> None:
    st.session_state[NUMBER] = st.session_state[NUMBER] % ENDLESS + 1
