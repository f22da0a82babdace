"""Everybody who is enrolled, a card each: their crops, and what can be done with them."""

import math

import numpy as np
import streamlit as st

from facelab.data.people import Shot
from facelab.data.photos import square
from facelab.errors import FacelabError
from facelab.plots.frame import count
from facelab.ui.live import escape
from facelab.ui.people import incoming, session, sources

RECOGNISED, TRAINED = 2, 10
"""Photos that are enough to be recognised, and to train a network on."""
CROP, SIDE = 0.5, 88  # of the aligned picture, as networks see it; pixels on the page
SHOWN = 24


def show() -> None:
    """A card per person."""
    people = session.people()
    for number, name in enumerate(people.names):
        with st.container(border=True, key=f"person {number}"):
            _head(name, number, len(people.shots(name)))
            _crops(name, number, people.shots(name))


def _head(name: str, number: int, shots: int) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{escape(name)}**", width="content")
        st.caption(_ready(shots))
        st.button(
            "Add photos",
            icon=":material/add:",
            key=f"more {number}",
            on_click=sources.add_to,
            args=(name,),
            type="tertiary",
        )
        with st.popover("Rename", icon=":material/edit:", type="tertiary"):
            st.text_input("New name", name, max_chars=60, key=f"new name {name}")
            st.button("Rename", key=f"rename {number}", on_click=_rename, args=(name,))
        with st.popover("Forget", icon=":material/delete:", type="tertiary"):
            st.write(f"All photos of {escape(name)} are gone for good, and all networks trained on these people.")
            st.button("Forget this person", type="primary", key=f"forget {number}", on_click=forget, args=(name,))


def _ready(shots: int) -> str:
    photos = count(shots, "photo")
    if shots < RECOGNISED:
        return f"{photos}; one more, and this person is recognised"
    if shots < TRAINED:
        return f"{photos}: ready to be recognised"
    return f"{photos}: ready to be recognised, and to train on"


def _crops(name: str, number: int, shots: tuple[Shot, ...]) -> None:
    """The newest first, a page at a time, each with a button to throw it out."""
    pages = math.ceil(len(shots) / SHOWN)
    place = st.container(horizontal=True, gap="small")
    page = min(st.pagination(pages, key=f"page of {number}"), pages) if pages > 1 else 1
    newest = shots[::-1][(page - 1) * SHOWN :][:SHOWN]
    with place:
        for shot in newest:
            with st.container(width=SIDE, gap=None, horizontal_alignment="center"):
                st.image(_crop(shot), width=SIDE, alt=f"A face of {name}.")
                st.button(
                    "Throw out",
                    icon=":material/close:",
                    key=f"throw out {shot.key}",
                    help="Throw this photo out",
                    type="tertiary",
                    on_click=_drop,
                    args=(name, shot.key),
                )


def _crop(shot: Shot) -> np.ndarray:
    return square(shot.pixels, 2 * SIDE, CROP)


def forget(name: str | None = None) -> None:
    """Forget a person, or everybody, with what inputs and answers still hold; a callback."""
    _try(session.forget, name)
    incoming.forget()
    sources.forget()


def _drop(name: str, key: str) -> None:
    _try(lambda: session.change(session.people().drop(name, key)))


def _rename(name: str) -> None:
    _try(lambda: session.change(session.people().rename(name, st.session_state[f"new name {name}"])))


def _try(action, *args) -> None:
    try:
        action(*args)
    except FacelabError as error:
        st.toast(escape(str(error)), icon=":material/error:")
