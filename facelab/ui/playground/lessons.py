"""Lessons on the Playground: one click sets everything, one sentence says what to watch."""

import streamlit as st

from facelab.labs import LESSONS, Lesson
from facelab.ui.playground.restart import forget_units, restart

KEY = "lesson"
WELCOME = (
    "A network on points in the plane, whose whole function can be seen: press **Play** and watch its borders, its "
    "units and its weights move, or take a lesson."
)


def show() -> None:
    """The lessons to choose from; what to watch in the chosen one, and the change to make then."""
    titles = {name: lesson.title for name, lesson in LESSONS.items()}
    name = st.pills(
        "Lessons",
        list(LESSONS),
        format_func=titles.get,
        key=KEY,
        bind="query-params",
        on_change=_begin,
        wrap=True,
        label_visibility="collapsed",
    )
    lesson = LESSONS.get(name)
    if lesson is None:
        st.markdown(WELCOME)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/school: {lesson.watch}", width="content")
        words, _ = lesson.turn
        if words:
            st.button(words, icon=":material/arrow_forward:", key="turn", on_click=_set, args=(lesson, True))


def _begin() -> None:
    if lesson := LESSONS.get(st.session_state[KEY]):
        _set(lesson, False)


def _set(lesson: Lesson, turned: bool) -> None:
    """Put the lesson's settings into the controls, and start from the beginning."""
    restart(lesson.config(turned).flat() | {"mode": lesson.mode})
    forget_units()
