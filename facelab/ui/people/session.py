"""The people of this browser session: in its memory alone, unless they are kept on this computer.

A session has a token that nobody can guess. Under it lie the copies of its people that workers train on, and the runs
trained on them; both go when the session ends. People that are kept lie under `KEPT`, and every session sees them.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.caching import clear_session_resource_cache
from streamlit.runtime.scriptrunner import get_script_run_ctx

from facelab.data.people import EMPTY, KEPT, People, folder_of, new_key, read, write
from facelab.data.people.disk import listed
from facelab.data.people.people import digest
from facelab.errors import FacelabError
from facelab.runs import RunStore
from facelab.runs.people import forget as forget_key
from facelab.runs.people import forget_runs

OWN = "own people"
STAYS = 150.0
"""Seconds from the end of a connection to the end of its session: for 120 of them a browser may come back to it."""
EVERYBODYS = None
"""Under which Streamlit caches what no session has for itself, such as figures with faces."""

_writing = threading.RLock()


@dataclass(eq=False)
class _Own:
    """What a session has of its own: its token, its people, and whether they are those that are kept."""

    token: str
    people: People
    kept: bool


def token() -> str:
    """This session's own key, which no other session knows."""
    return _own().token


def key() -> str:
    """The key of the people that this session sees: `KEPT`, or its token."""
    own = _own()
    return KEPT if own.kept else own.token


def is_kept() -> bool:
    """Whether this session sees, and changes, the people that are kept on this computer."""
    return key() == KEPT


def people() -> People:
    """The people that this session sees.

    Raises:
        DataError: those that are kept cannot be read.
    """
    own = _own()
    if own.kept:
        files = listed(folder_of(KEPT)).items()
        if digest((name, [file.stem for file in shots]) for name, shots in files) != own.people.digest:
            own.people = read(folder_of(KEPT))  # another session has changed them
    return own.people


def change(to: People) -> None:
    """From now on these are the people; where they are kept, or copied for workers, they are written at once.

    Raises:
        DataError: they cannot be written.
    """
    own = _own()
    with _writing:
        if own.kept or folder_of(own.token).is_dir():
            write(to, folder_of(key()))
    own.people = to


def copy() -> None:
    """Write the people where a worker finds them, if they are not there; they go when the session ends.

    Raises:
        DataError: they cannot be written.
    """
    own = _own()
    with _writing:
        if not own.kept and not folder_of(own.token).is_dir():
            write(own.people, folder_of(own.token))


def keep() -> None:
    """Keep the people of this session on this computer, beside those who are kept already.

    Raises:
        DataError: they cannot be written.
    """
    own = _own()
    with _writing:
        kept = read(folder_of(KEPT))
        for name, shots in own.people.photos().items():
            for pixels in shots:
                kept = kept.add(name, pixels)
        write(kept, folder_of(KEPT))
    own.people, own.kept = kept, True


def forget(name: str | None = None) -> None:
    """Forget a person, or everybody: photos, what was computed of them, and all runs trained on these people.

    Raises:
        DataError, StoreError: something could not be removed.
    """
    own, store = _own(), RunStore()
    rest = EMPTY if name is None else people().without(name)
    with _writing:
        if own.kept and len(rest):
            write(rest, folder_of(KEPT))
            forget_runs(KEPT, store)
        elif own.kept:
            forget_key(KEPT, store)
            own.kept = False
        _forget_copies(own.token, store)
    own.people = rest
    _forget_what_streamlit_holds()


def _forget_copies(own_token: str, store: RunStore) -> None:
    if folder_of(own_token).is_dir():  # else nothing was trained on them, nor shown of what is
        forget_key(own_token, store)
        clear_session_resource_cache(EVERYBODYS)


def _forget_what_streamlit_holds() -> None:
    """Files that were uploaded in this session, also on other pages, and whatever was cached for it or for all."""
    context = get_script_run_ctx()
    context.uploaded_file_mgr.remove_session_files(context.session_id)
    for whose in (context.session_id, EVERYBODYS):
        clear_session_resource_cache(whose)


def _own() -> _Own:
    own = st.session_state.get(OWN)
    if own is None:
        own = st.session_state[OWN] = _Own(new_key(), EMPTY, folder_of(KEPT).is_dir())
    if own.kept and not folder_of(KEPT).is_dir():  # another session has forgotten them
        own.people, own.kept = EMPTY, False
    if get_script_run_ctx():  # outside of pages there is no session to end
        _stay(own.token)
    return own


def _leave(who: tuple[str, str]) -> None:
    """Forget a session's people once it is sure that it has ended."""
    timer = threading.Timer(STAYS, _end, [who])
    timer.daemon = True
    timer.start()


def _end(who: tuple[str, str]) -> None:
    session_id, own_token = who
    if runtime.exists() and runtime.get_instance().is_active_session(session_id):
        _leave(who)  # it was back in time
    else:
        with suppress(FacelabError):  # the next start of the server sweeps up
            _forget_copies(own_token, RunStore())


@st.cache_resource(show_spinner=False, scope="session", on_release=_leave)
def _stay(own_token: str) -> tuple[str, str]:
    """The session's id and token, for as long as it is connected."""
    return get_script_run_ctx().session_id, own_token
