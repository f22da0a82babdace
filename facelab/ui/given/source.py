"""Where a photo comes from: a sample, a file, the camera or the studio; and what is wrong with it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from facelab.data.photos import read_photo
from facelab.errors import FacelabError
from facelab.recognition import FoundFace
from facelab.recognition.given import SHORTER_SIDE
from facelab.ui.studio import sent

FROM = ("Sample", "Upload", "Camera", "Studio")
PRIVATE = "It stays in this session: it is not kept, and nothing leaves this computer."


@dataclass(frozen=True, eq=False)
class Given:
    """A photo that was given.

    Attributes:
        slot: the place of the page that it is for.
        name: what it is called there.
        key: different for every photo.
        pixels: uint8 [H, W, 3].
        owner: the run that has seen it as it is, in its test, or "".
        faces: those found on it, if they are known already.
        truth: who is on it, where that is known.
    """

    slot: str
    name: str
    key: str
    pixels: np.ndarray
    owner: str = ""
    faces: list[FoundFace] | None = None
    truth: str = ""


def origin(slot: str) -> str:
    """Which of `FROM` a slot is set to."""
    return st.session_state.get(f"from {slot}", FROM[3] if sent.sent(slot) else FROM[0])


def choose(slot: str, name: str, sample: Callable[[], Given | None], label: str = "") -> Given | None:
    """The control for a slot's source, and the photo from there; None where there is none yet, the page saying why.

    Args:
        name: of the photo, for those who read of it.
        sample: draws the controls of the samples, if they have any, and takes one.
        label: of the control; the photo's name if not given.
    """
    st.session_state.setdefault(f"from {slot}", origin(slot))
    chosen = st.segmented_control(label or name, FROM, key=f"from {slot}", required=True)
    if chosen == FROM[0]:
        return sample()
    if chosen == FROM[3]:
        return _from_studio(slot, name)
    if chosen == FROM[1]:
        file = st.file_uploader(f"A file for {name}", key=f"upload {slot}", label_visibility="collapsed")
    else:
        file = st.camera_input(f"A picture for {name}", key=f"camera {slot}", label_visibility="collapsed")
    if file is None:
        st.caption(f"{'A JPEG, PNG or WebP with a face on it.' if chosen == FROM[1] else ''} {PRIVATE}")
        return None
    data = file.getvalue()
    key = hashlib.blake2b(data, digest_size=16).hexdigest()
    try:
        return Given(slot, name, key, _read(key, data))
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def of_pixels(slot: str, name: str, pixels: np.ndarray, **known: Any) -> Given:
    """A photo that is there already, uint8 [H, W, 3], with what else is known of it."""
    return Given(slot, name, hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest(), pixels, **known)


def _from_studio(slot: str, name: str) -> Given | None:
    picture = sent.sent(slot)
    if picture is None:
        st.caption("Direct a photo in the studio, which is on the Data page for generated faces, and send it here.")
        return None
    st.caption(picture.name)
    return Given(slot, name, picture.key, picture.pixels)


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=6, scope="session")
def _read(key: str, _data: bytes) -> np.ndarray:
    return read_photo(_data, SHORTER_SIDE)
