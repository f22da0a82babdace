"""People in a folder: `<Person>/<key>.png`, one PNG per shot."""

import io
import os
import re
import shutil
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image

from facelab.data.order import natural
from facelab.data.people import owner
from facelab.data.people.names import folders_of, name_of
from facelab.data.people.people import EMPTY, People, Shot
from facelab.data.photos import read_photo
from facelab.errors import DataError, PhotoError

SHOT = re.compile(r"([0-9a-f]{32})\.png")
_writing = threading.Lock()


def read(folder: Path) -> People:
    """Whoever is in a folder, people in natural order, their shots by key; nobody where there is no folder.

    Passed over is what `write` does not write: other files, and those whose picture is not the one that they name.

    Raises:
        DataError: the folder cannot be read, or holds too many.
    """
    people = EMPTY
    for name, files in listed(folder).items():
        for file in files:
            try:
                people = people.add(name, read_shot(file).pixels)
            except PhotoError:
                continue
    return people


def listed(folder: Path) -> dict[str, list[Path]]:
    """The files that look like shots, by person, in the order of `read`.

    Raises:
        DataError: the folder cannot be read.
    """
    people: dict[str, list[Path]] = {}
    with _explained("read"):
        for own in _folders(folder):
            files = [file for file in own.iterdir() if SHOT.fullmatch(file.name) and not file.is_symlink()]
            if files:
                people.setdefault(name_of(own.name), []).extend(files)
    return {name: sorted(people[name], key=lambda file: file.name) for name in sorted(people, key=natural)}


def read_shot(file: Path) -> Shot:
    """The shot in a file.

    Raises:
        PhotoError: its picture is not the one that it names.
    """
    try:
        shot = Shot.of(read_photo(file))
    except DataError as error:
        raise PhotoError(str(error)) from None
    if shot.key != file.stem:
        raise PhotoError("The photo was changed after it was enrolled: enrol it again.")
    return shot


def write(people: People, folder: Path) -> None:
    """Make a folder hold exactly these people, and say that this process has written it.

    Every file appears whole or not at all; photos that are there already are left alone.

    Raises:
        DataError: the folder cannot be written.
    """
    folders = folders_of(people.names)
    wanted = {folders[name]: {f"{shot.key}.png": shot for shot in people.shots(name)} for name in people.names}
    folded = {name.casefold() for name in wanted}
    with _writing, _explained("written"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        owner.sign(folder)
        for own in _folders(folder):
            # Where capitals make no difference, what is written next would come into this folder.
            if own.name not in wanted and own.name.casefold() in folded:
                shutil.rmtree(own)
        for name, shots in wanted.items():
            (folder / name).mkdir(exist_ok=True)
            for file, shot in shots.items():
                _write_whole(folder / name / file, shot)
        for own in _folders(folder):
            if own.name not in wanted:
                shutil.rmtree(own)
                continue
            for file in own.iterdir():
                if file.name not in wanted[own.name]:
                    file.unlink()


def pack(people: People) -> bytes:
    """A zip with a folder per person, as `write` makes them; equal people give equal bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as zipped:
        for name, folder in folders_of(people.names).items():
            for shot in people.shots(name):
                zipped.writestr(zipfile.ZipInfo(f"{folder}/{shot.key}.png"), _png(shot))
    return stream.getvalue()


def remove(folder: Path) -> None:
    """Leave no file of a folder; nothing happens where there is none.

    Raises:
        DataError: something in it cannot be removed.
    """
    with _explained("removed"), suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _folders(folder: Path) -> list[Path]:
    """What holds a person; a link to somewhere else does not."""
    if not folder.is_dir():
        return []
    return [
        entry
        for entry in folder.iterdir()
        if entry.is_dir() and not entry.is_symlink() and not entry.name.startswith(".")
    ]


def _png(shot: Shot) -> bytes:
    stream = io.BytesIO()
    # A quarter of the usual time, for a file that is a fifteenth larger.
    Image.fromarray(shot.pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _write_whole(file: Path, shot: Shot) -> None:
    if file.exists():
        return
    unfinished = file.with_suffix(".part")
    unfinished.write_bytes(_png(shot))
    os.replace(unfinished, file)


@contextmanager
def _explained(done: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or "no access").lower()
        raise DataError(f"The folder of enrolled people cannot be {done}: {reason}.") from None
