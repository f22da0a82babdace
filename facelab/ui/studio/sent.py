"""Pictures sent from the studio to another page: one for each place, in this session alone."""

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st

PICTURES = "sent pictures"
EXPLAIN, LEFT, RIGHT, WHO = "explain", "left", "right", "who"
"""The Explain page, the sides of the Pair page, and the page that says who it is."""


@dataclass(frozen=True, eq=False)
class Sent:
    """A picture on its way.

    Attributes:
        name: who is on it.
        pixels: uint8 [H, W, 3].
        key: different for every picture.
    """

    name: str
    pixels: np.ndarray
    key: str


def send(to: str, name: str, pixels: np.ndarray) -> None:
    """Put a picture, uint8 [3, H, W], in a place; it replaces the one that was there."""
    pixels = np.ascontiguousarray(pixels.transpose(1, 2, 0))
    key = hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
    st.session_state.setdefault(PICTURES, {})[to] = Sent(name, pixels, key)


def sent(to: str) -> Sent | None:
    """The picture in a place."""
    return st.session_state.get(PICTURES, {}).get(to)


def move(here: str, there: str) -> None:
    """Put the picture of one place, if there is one, into another."""
    pictures = st.session_state.get(PICTURES, {})
    if here in pictures:
        pictures[there] = pictures.pop(here)


def forget(place: str) -> None:
    """Take a picture away."""
    st.session_state.get(PICTURES, {}).pop(place, None)
