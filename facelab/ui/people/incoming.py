"""Photos on their way in: taken one by one with progress on the page, and each answered.

They wait in the session, so that whatever interrupts the page, a click or a walk to another page, loses none of them.
"""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np
import streamlit as st

from facelab.errors import FacelabError
from facelab.plots.frame import count
from facelab.ui.live import escape
from facelab.ui.people.enrol import NAME, Answer, enrol, move

COMING, ANSWERS, ANOTHER = "photos coming in", "answers to photos", "name of somebody else"
LISTED = 12
REDRAW = 3.0
"""Seconds after which the page is drawn anew, with the faces that have come."""

Photos = Iterator[tuple[str, str, bytes | Path | np.ndarray] | Answer]
"""Of whom each is, what it is called, and the file, its bytes or pixels, uint8 [H, W, 3]; or what became of one."""


@dataclass(eq=False)
class _Incoming:
    photos: Photos
    total: int
    answers: list[Answer] = field(default_factory=list)
    done: int = 0


def take_in(photos: Photos, total: int) -> None:
    """Let so many photos come in, after those that are still on their way; a callback."""
    st.session_state.pop(ANSWERS, None)
    coming = st.session_state.get(COMING) or _Incoming(iter(()), 0)
    coming.photos, coming.total = chain(coming.photos, photos), coming.total + total
    st.session_state[COMING] = coming


def refuse(sentence: str) -> None:
    """Say why nothing comes in; a callback."""
    st.session_state[ANSWERS] = [Answer("", sentence)]


def show() -> None:
    """Take in what is on its way, or say what became of what was."""
    if coming := st.session_state.get(COMING):
        _work(coming)
    elif answers := st.session_state.get(ANSWERS):
        _tell(answers)


def forget() -> None:
    """Nothing is on its way any more, and nothing was; a callback."""
    for name in (COMING, ANSWERS):
        st.session_state.pop(name, None)


def _work(coming: _Incoming) -> None:
    start = time.monotonic()
    with st.container(border=True):
        bar = st.progress(_share(coming), _pace(coming))
        st.button("Stop", icon=":material/stop:", key="stop taking in", on_click=_stop)
    try:
        for photo in coming.photos:
            if isinstance(photo, Answer):
                coming.answers.append(photo)
                continue
            coming.answers.append(enrol(*photo))
            coming.done += 1
            bar.progress(_share(coming), _pace(coming))
            if time.monotonic() > start + REDRAW:
                st.rerun()
    except FacelabError as error:
        coming.answers.append(Answer("", str(error)))
    _end(coming)
    st.rerun()


def _share(coming: _Incoming) -> float:
    return min(coming.done / max(coming.total, 1), 1.0)


def _pace(coming: _Incoming) -> str:
    return f"Finding faces: {coming.done:,} of {coming.total:,} photos"


def _stop() -> None:
    if coming := st.session_state.get(COMING):
        coming.answers.append(Answer("", f"Stopped: {coming.total - coming.done:,} photos were not looked at."))
        _end(coming)


def _end(coming: _Incoming) -> None:
    st.session_state.pop(COMING, None)
    st.session_state[ANSWERS] = coming.answers


def _tell(answers: list[Answer]) -> None:
    added = Counter(answer.person for answer in answers if answer.person)
    if added:
        whom = ", ".join(f"{count(number, 'photo')} of {escape(name)}" for name, number in added.items())
        with st.container(horizontal=True, vertical_alignment="center"):
            st.success(f"Added {whom}.", icon=":material/check:", width="stretch")
            if len(added) == 1:
                _offer_another(next(iter(added)))
    said = [answer.said for answer in answers if answer.said]
    if said:
        more = [f"And {len(said) - LISTED} more."] if len(said) > LISTED else []
        sentences = "\n".join(f"- {escape(sentence)}" for sentence in [*said[:LISTED], *more])
        st.warning(sentences, icon=":material/info:")


def _offer_another(name: str) -> None:
    """A name that is still being typed when photos are dropped is not theirs yet."""
    with st.popover("Somebody else?", icon=":material/move_item:", type="tertiary"):
        st.text_input("Name", key=ANOTHER, max_chars=60, placeholder=name)
        st.button("Move these photos", key="move", type="primary", on_click=_move)


def _move() -> None:
    name = st.session_state[ANOTHER]
    try:
        st.session_state[ANSWERS] = move(st.session_state[ANSWERS], name)
        st.session_state[NAME], st.session_state[ANOTHER] = name.strip(), ""
    except FacelabError as error:
        st.toast(escape(str(error)), icon=":material/error:")
