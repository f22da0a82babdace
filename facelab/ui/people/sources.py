"""Where photos come from: files, the camera, a zip, a folder, or three sample people."""

from collections.abc import Callable
from pathlib import Path, PurePath
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from facelab.data.archive import members
from facelab.data.folder import find, list_people
from facelab.data.people.disk import SHOT
from facelab.data.people.names import name_of
from facelab.errors import DataError, FacelabError
from facelab.ui.people import samples, session
from facelab.ui.people.enrol import NAME, Answer
from facelab.ui.people.incoming import Photos, refuse, take_in

TURN = "turn of the inputs"
LARGEST_ZIP = 500  # MB
FACE = 120  # pixels on the page


def choose() -> None:
    """The controls that let photos in."""
    origin = st.segmented_control("From", list(ORIGINS), default=next(iter(ORIGINS)), key="photos from", required=True)
    ORIGINS[origin]()


def show_samples() -> None:
    """What there is to do on this page, and people to begin with."""
    st.markdown(
        "Nobody is enrolled yet.\n\n"
        "1. Type a **name**, and add photos of that person by upload or with the camera. Each face is cut out, and "
        "nothing else of a photo stays.\n"
        "2. With **two photos** each, people are recognised on others.\n"
        "3. With **ten or more** each, a network of your own can be trained on them."
    )
    st.button(
        "Try it with three sample people",
        icon=":material/group_add:",
        key="samples",
        on_click=lambda: take_in(samples.photos(), samples.PEOPLE * samples.PHOTOS),
    )
    st.image(
        samples.portraits(),
        width=samples.PEOPLE * FACE,
        alt=f"{samples.PEOPLE} people who do not exist, drawn by facelab.",
    )
    st.caption("People who do not exist, drawn by facelab.")


def add_to(name: str) -> None:
    """Let further photos be of this person; a callback."""
    st.session_state[NAME] = name


def forget() -> None:
    """Begin with empty inputs; a callback."""
    st.session_state.pop(NAME, None)
    _empty_inputs()


def _upload() -> None:
    _name()
    key = _key("photos")
    st.file_uploader(
        "Photos of this person, many at once",
        accept_multiple_files=True,
        key=key,
        on_change=_take,
        args=(key, lambda files: (_of_files(_named(), files), len(files))),
    )


def _camera() -> None:
    _name()
    key = _key("camera")
    st.camera_input(
        "A picture of this person; take as many as you like",
        key=key,
        on_change=_take,
        args=(key, lambda file: (_of_files(_named(), [file], "The picture"), 1)),
    )


def _many() -> None:
    key = _key("zip")
    st.file_uploader(
        "A zip with one folder of photos per person",
        type="zip",
        max_upload_size=LARGEST_ZIP,
        key=key,
        on_change=_take,
        args=(key, _of_zip),
    )
    st.text_input("Or a folder on this computer", key="folder of people", help="It holds one folder per person.")
    st.button("Import the folder", icon=":material/drive_folder_upload:", key="import", on_click=_import_folder)


ORIGINS: dict[str, Callable[[], None]] = {"Upload": _upload, "Camera": _camera, "Zip or folder": _many}


def _name() -> None:
    st.text_input("Name", key=NAME, max_chars=60, placeholder=_free_name(), persist_state="session")


def _named() -> str:
    """Who further photos are of; somebody new where no name was typed."""
    st.session_state[NAME] = st.session_state.get(NAME, "").strip() or _free_name()
    return st.session_state[NAME]


def _free_name() -> str:
    taken, number = session.people().names, 1
    while f"Person {number}" in taken:
        number += 1
    return f"Person {number}"


def _take(key: str, photos_of: Callable[[Any], tuple[Photos, int]]) -> None:
    """Take in what an input was given, and give it a new key: it is empty again, and the camera ready."""
    if given := st.session_state[key]:
        _empty_inputs()
        try:
            take_in(*photos_of(given))
        except FacelabError as error:
            refuse(str(error))


def _of_files(name: str, files: list[Any], title: str = "") -> Photos:
    for file in files:
        yield name, title or file.name, file.getvalue()
        _release(file)


def _of_zip(file: Any) -> tuple[Photos, int]:
    total = sum(1 for _ in members(file, lambda left_out: None))

    def photos() -> Photos:
        left_out: list[str] = []
        for path, data in members(file, left_out.append):
            yield _in_folder(path, str(path), data)
        yield from (Answer("", sentence) for sentence in left_out)
        _release(file)

    return photos(), total


def _import_folder() -> None:
    try:
        people = list_people(find(st.session_state["folder of people"]))
    except FacelabError as error:
        refuse(str(error))
        return
    files = [file for own in people.values() for file in own]
    take_in((_in_folder(file, f"{file.parent.name}/{file.name}", file) for file in files), len(files))


def _in_folder(path: PurePath, title: str, photo: bytes | Path) -> tuple[str, str, bytes | Path] | Answer:
    """A photo of whoever its folder names. An underscore stands for a space, but in what was exported from here."""
    folder = path.parent.name
    try:
        return name_of(folder if SHOT.fullmatch(path.name) else folder.replace("_", " ")), title, photo
    except DataError:
        return Answer("", f"{title}: no folder says who this is. Put it into one with the person's name.")


def _release(file: Any) -> None:
    """Streamlit would hold an upload until the session ends."""
    context = get_script_run_ctx()
    context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _key(what: str) -> str:
    return f"{what} {st.session_state.get(TURN, 0)}"


def _empty_inputs() -> None:
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
