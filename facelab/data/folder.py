"""Any folder with one folder of photos per person; the AT&T (ORL) Database of Faces is one."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Container, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain, count
from pathlib import Path

import numpy as np
import torch

from facelab import paths
from facelab.data.album import Album, Progress, check_memory
from facelab.data.order import natural
from facelab.data.photos import read_square
from facelab.data.specs import FolderSpec, OrlSpec, PeopleSpec
from facelab.errors import DataError, PhotoError

MAX_LISTED = 20  # unreadable files listed one by one
ORL_PEOPLE, ORL_PHOTOS = 40, 10

Read = Callable[[Path, int, float], np.ndarray]
"""(file, size, crop) -> uint8 [size, size, 3]; raises PhotoError."""


def load(spec: FolderSpec, progress: Progress) -> Album:
    """The photos of everyone who has at least `spec.min_photos` readable ones.

    Raises:
        DataError: there is no such folder, or fewer than two such people in it.
    """
    root = find(spec.path)
    return read_enough(list_people(root), spec, f"the folder {_text(root.name)}", progress)


def signature(spec: FolderSpec) -> str:
    """Changes when a photo in the folder is added, removed or written anew."""
    return listing_signature(find(spec.path))


def load_orl(spec: OrlSpec, progress: Progress) -> Album:
    """The AT&T faces from the folder `orl` of `FACELAB_DATA`.

    Raises:
        DataError: it is not there or not whole.
    """
    people = list_people(_orl())
    photos = sum(len(files) for files in people.values())
    if len(people) != ORL_PEOPLE or photos != ORL_PEOPLE * ORL_PHOTOS:
        raise DataError(
            f"The folder orl holds {photos} photos of {len(people)} people instead of {ORL_PEOPLE * ORL_PHOTOS} of "
            f"{ORL_PEOPLE}: copy the AT&T Database of Faces into it again."
        )
    return read_people(people, spec.size, spec.crop, 1, "the AT&T (ORL) Database of Faces, in grey", progress)


def signature_orl(spec: OrlSpec) -> str:
    """As `signature`."""
    return listing_signature(_orl())


def missing_orl() -> str | None:
    """None where the folder is there, else what to do."""
    data = paths.data()
    if data and (data / "orl").is_dir():
        return None
    return (
        "The AT&T (ORL) faces are not on this computer: put them in a folder orl, with one folder per person, inside "
        "the folder that FACELAB_DATA names."
    )


def find(path: str) -> Path:
    """The folder that `path` means: as given, else inside the folder that `FACELAB_DATA` names.

    Raises:
        DataError: neither is there.
    """
    if not path.strip():
        raise DataError("Name the folder that holds one folder of photos per person.")
    try:
        for folder in paths.candidates(path):
            if folder.is_dir():
                return folder.resolve()
    except (OSError, RuntimeError, ValueError):  # too long a name, no such user, a null character
        pass
    raise DataError(f"There is no folder {_text(path)}: check its name, or give its whole path.")


def list_people(root: Path) -> dict[str, list[Path]]:
    """The files of each person, people and files in natural order (s2 before s10).

    A person's name is the folder's, with underscores as spaces. Hidden files, what a Mac adds to archives, and links
    that lead out of `root` are left out; so are folders without files.
    """
    people: dict[str, list[Path]] = {}
    root = root.resolve()
    for folder in _entries(root, root):
        if folder.is_dir():
            files = [Path(file.path) for file in _entries(Path(folder.path), root) if file.is_file()]
            if files:
                people[_person(folder.name, people)] = files
    return people


def listing_signature(root: Path) -> str:
    """SHA-256 (hex) over where the folder lies and (relative path, size, time of change) of every photo in it."""
    digest = hashlib.sha256(os.fsencode(root))
    for files in list_people(root).values():
        for file in files:
            with contextlib.suppress(FileNotFoundError):  # removed just now
                state = file.stat()
                name = os.fsencode(file.relative_to(root))
                digest.update(name + f"\0{state.st_size}\0{state.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def read_enough(
    people: dict[str, list[Path]],
    spec: FolderSpec | PeopleSpec,
    title: str,
    progress: Progress,
    read: Read = read_square,
) -> Album:
    """As `read_people`, by a spec, with a note on how many were left out."""
    album = read_people(people, spec.size, spec.crop, spec.min_photos, title, progress, read)
    left_out = len(people) - len(album.names)
    if not left_out:
        return album
    who = "1 person was" if left_out == 1 else f"{left_out:,} people were"
    note = f"{who} left out for having fewer than {spec.min_photos} photos."
    return replace(album, notes=(note, *album.notes))


def read_people(
    people: dict[str, list[Path]],
    size: int,
    crop: float,
    min_photos: int,
    title: str,
    progress: Progress,
    read: Read = read_square,
) -> Album:
    """Decode everyone who has at least `min_photos` files, and keep who has as many readable ones.

    Files that cannot be read are noted and skipped.

    Args:
        read: how a file becomes a square.

    Raises:
        DataError: fewer than two people remain.
    """
    people = {name: files for name, files in people.items() if len(files) >= min_photos}
    files = [file for own in people.values() for file in own]
    owner = np.repeat(np.arange(len(people)), [len(own) for own in people.values()])
    check_memory(len(files), size)
    images, problems = _decode(files, size, crop, progress, read)
    readable = np.array([problem is None for problem in problems], dtype=bool)
    enough = np.bincount(owner[readable], minlength=len(people)) >= min_photos
    if enough.sum() < 2:
        raise DataError(
            f"Fewer than two people with at least {min_photos} readable photos are in {title}: it must hold one folder "
            f"of photos per person.{_first(files, problems)}"
        )
    keep = readable & enough[owner]
    names = tuple(name for name, kept in zip(people, enough, strict=True) if kept)
    labels = (np.cumsum(enough) - 1)[owner[keep]]
    return Album(
        images=torch.from_numpy(images if keep.all() else images[keep]),
        labels=torch.from_numpy(labels.astype(np.int64)),
        names=names,
        source=f"{keep.sum():,} photos of {len(names):,} people from {title}.",
        notes=_notes(files, problems),
    )


def _decode(
    files: list[Path], size: int, crop: float, progress: Progress, read: Read
) -> tuple[np.ndarray, list[str | None]]:
    """All squares, uint8 [n, 3, size, size], and per file what was wrong with it."""
    images = np.zeros((len(files), 3, size, size), dtype=np.uint8)

    def decode(row: int) -> str | None:
        try:
            images[row] = read(files[row], size, crop).transpose(2, 0, 1)
        except PhotoError as error:
            return str(error)
        return None

    problems = []
    pool = ThreadPoolExecutor(max_workers=min(os.cpu_count() or 1, 8))  # Pillow decodes without the interpreter's lock
    try:
        for done, problem in enumerate(pool.map(decode, range(len(files))), start=1):
            problems.append(problem)
            progress(done / len(files))
    finally:
        pool.shutdown(cancel_futures=True)
    return images, problems


def _entries(folder: Path, root: Path) -> Iterator[os.DirEntry]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: natural(entry.name))
    except OSError as error:
        raise DataError(f"The folder {_text(folder.name)} cannot be read: {error.strerror}.") from None
    for entry in found:
        if entry.name.startswith(".") or entry.name == "__MACOSX":
            continue
        if entry.is_symlink() and not Path(entry.path).resolve().is_relative_to(root):
            continue
        yield entry


def _person(folder: str, taken: Container[str]) -> str:
    """The name that a folder gives its person, told apart from equal ones (`A_B` beside `A B`)."""
    name = " ".join(_text(folder).replace("_", " ").split()) or _text(folder)
    names = chain([name], (f"{name} ({number})" for number in count(2)))
    return next(free for free in names if free not in taken)


def _text(name: str) -> str:
    """A file's name as text, also where its bytes are no valid UTF-8."""
    return os.fsencode(name).decode("utf-8", "replace")


def _orl() -> Path:
    missing = missing_orl()
    if missing:
        raise DataError(missing)
    return find(str(paths.data() / "orl"))


def _notes(files: list[Path], problems: list[str | None]) -> tuple[str, ...]:
    bad = [(file, problem) for file, problem in zip(files, problems, strict=True) if problem]
    listed = [f"Skipped {_text(file.parent.name)}/{_text(file.name)}: {problem}" for file, problem in bad[:MAX_LISTED]]
    more = [f"Skipped {len(bad) - MAX_LISTED:,} more files that cannot be read."] if len(bad) > MAX_LISTED else []
    return (*listed, *more)


def _first(files: list[Path], problems: list[str | None]) -> str:
    notes = _notes(files, problems)
    return f" {notes[0]}" if notes else ""
