"""The two sides of the page: where each photo comes from, and what is wrong with it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from facelab.data.photos import read_photo
from facelab.errors import FacelabError
from facelab.recognition import FoundFace
from facelab.recognition.verify import SHORTER_SIDE
from facelab.ui.pair.samples import Sample
from facelab.ui.studio import sent

FROM = ("Sample", "Upload", "Camera", "Studio")
SLOTS = ("one", "two")
PRIVATE = "It stays in this session: it is not kept, and nothing leaves this computer."


@dataclass(frozen=True, eq=False)
class Given:
    """A photo that was given.

    Attributes:
        slot: one of `SLOTS`, which stays with a photo when the sides are swapped.
        name: "Photo A" or "Photo B", by where it is now.
        key: different for every photo.
        pixels: uint8 [H, W, 3].
        owner: the run that has seen it as it is, in its test, or "".
        faces: those found on it, if they are known already.
    """

    slot: str
    name: str
    key: str
    pixels: np.ndarray
    owner: str = ""
    faces: list[FoundFace] | None = None


def slots() -> tuple[str, str]:
    """Left and right."""
    return SLOTS[::-1] if st.session_state.get("swapped") else SLOTS


def needs_sample() -> bool:
    """Whether a side shows a sample."""
    return FROM[0] in _origins()


def truth(sample: Sample | None, shown: Sequence[Any]) -> Sample | None:
    """The sample, where both sides show it and its own faces are compared, so that its truth is the pair's."""
    own = all(side.face is None or side.face is next(iter(side.given.faces or [side.face])) for side in shown)
    return sample if own and all(origin == FROM[0] for origin in _origins()) else None


def choose_both() -> None:
    """The control for the source of both photos; it shows none where they differ."""
    _receive()
    origins = _origins()
    st.session_state["both"] = origins[0] if len(set(origins)) == 1 else None
    st.segmented_control("Both photos", FROM, key="both", on_change=_set_both)


def choose(slot: str, name: str, sample: Sample | None) -> Given | None:
    """The control for one side's source, and the photo from there; None where there is none yet, the page saying why.

    Args:
        sample: needed where `needs_sample`; None where it cannot be had.
    """
    st.session_state.setdefault(f"from {slot}", _origin(slot))
    origin = st.segmented_control(name, FROM, key=f"from {slot}", required=True)
    if origin == FROM[0]:
        return sample and _sampled(slot, name, sample)
    if origin == FROM[3]:
        return _from_studio(slot, name)
    if origin == FROM[1]:
        file = st.file_uploader(f"A file for {name}", key=f"upload {slot}", label_visibility="collapsed")
    else:
        file = st.camera_input(f"A picture for {name}", key=f"camera {slot}", label_visibility="collapsed")
    if file is None:
        st.caption(f"{'A JPEG, PNG or WebP with a face on it.' if origin == FROM[1] else ''} {PRIVATE}")
        return None
    data = file.getvalue()
    key = hashlib.blake2b(data, digest_size=16).hexdigest()
    try:
        return Given(slot, name, key, _read(key, data))
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def swap() -> None:
    """Left becomes right; the controls go with their photos."""
    st.session_state["swapped"] = not st.session_state.get("swapped", False)


def _sampled(slot: str, name: str, sample: Sample) -> Given:
    side = SLOTS.index(slot)
    pixels = sample.photos[side]
    key = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
    return Given(slot, name, key, pixels, sample.owner, sample.faces and sample.faces[side])


def _from_studio(slot: str, name: str) -> Given | None:
    picture = sent.sent(slot)
    if picture is None:
        st.caption("Direct a photo in the studio, which is on the Data page for generated faces, and send it here.")
        return None
    st.caption(picture.name)
    return Given(slot, name, picture.key, picture.pixels)


def _receive() -> None:
    """What has come from the studio goes to the side that it was sent to."""
    for side, slot in zip((sent.LEFT, sent.RIGHT), slots(), strict=True):
        sent.move(side, slot)


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=6, scope="session")
def _read(key: str, _data: bytes) -> np.ndarray:
    return read_photo(_data, SHORTER_SIDE)


def _origin(slot: str) -> str:
    return st.session_state.get(f"from {slot}", FROM[3] if sent.sent(slot) else FROM[0])


def _origins() -> list[str]:
    return [_origin(slot) for slot in SLOTS]


def _set_both() -> None:
    for slot in SLOTS:
        st.session_state[f"from {slot}"] = st.session_state["both"] or _origin(slot)
