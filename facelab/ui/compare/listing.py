"""Names in a list: told apart where they are the same, and those of what was done before to choose from."""

from collections.abc import Callable, Sequence

import streamlit as st


def numbered(names: Sequence[str]) -> list[str]:
    """The names, with a number behind each that several have."""
    return [f"{name} ({names[: i + 1].count(name)})" if names.count(name) > 1 else name for i, name in enumerate(names)]


def choose_earlier(label: str, names: dict[str, str], key: str, reopen: Callable[[str], None]) -> None:
    """A list of what was done before; nothing where that is nothing.

    Args:
        names: by id, the newest first.
        reopen: is called with the chosen id, before any control is drawn.
    """
    if not names:
        return
    # The oldest is number one, so that a number stays with its name.
    titles = dict(zip(names, numbered(list(names.values())[::-1])[::-1], strict=True))
    st.selectbox(
        label,
        list(names),
        index=None,
        format_func=titles.get,
        placeholder=label,
        key=key,
        label_visibility="collapsed",
        width=320,
        on_change=_take,
        args=(key, reopen),
    )


def _take(key: str, reopen: Callable[[str], None]) -> None:
    if chosen := st.session_state[key]:
        # What is open stands below; the list is free for the next choice.
        st.session_state[key] = None
        reopen(chosen)
