"""Three people who do not exist, so that everything can be tried without a photo of one's own."""

from collections.abc import Iterator

import numpy as np
import streamlit as st

from facelab.data.generated import Photo, names, render, sculpt
from facelab.ui.given.strangers import SEED, SIDE, draw_poses, person, shot, upright

PEOPLE, PHOTOS = 3, 4


def photos() -> Iterator[tuple[str, str, np.ndarray]]:
    """For each photo to be enrolled: whose it is, what it is called, and its pixels, uint8 [`SIDE`, `SIDE`, 3]."""
    for number, name in enumerate(names(PEOPLE, SEED)):
        for which in range(PHOTOS):
            yield name, f"Photo {which + 1} of {name}", photo(number, which)


@st.cache_resource(show_spinner=False)
def portraits() -> np.ndarray:
    """All of them side by side on plain portraits: uint8 [`SIDE`, `PEOPLE` * `SIDE`, 3]."""
    return np.concatenate([upright(render(sculpt(person(n)), Photo(), SIDE)) for n in range(PEOPLE)], axis=1)


@st.cache_resource(show_spinner=False, max_entries=64)
def photo(number: int, which: int) -> np.ndarray:
    """One of a sample person's photos, uint8 [`SIDE`, `SIDE`, 3]; those from `PHOTOS` on are never enrolled."""
    pixels, _ = shot(number, draw_poses(np.random.default_rng([SEED, number, which])))
    return pixels
