"""One photo, and what becomes of it: a crop of a person, or a sentence that says why not."""

from dataclasses import dataclass, replace
from pathlib import Path, PurePath

import numpy as np

from facelab.data.people import SIDE, People, Shot
from facelab.data.people.names import proper
from facelab.data.photos import read_photo
from facelab.errors import FacelabError
from facelab.recognition import align, find
from facelab.recognition.given import SHORTER_SIDE
from facelab.ui.people import session

NAME = "person's name"
"""Of whom further photos are, in the session."""


@dataclass(frozen=True)
class Answer:
    """What became of a photo.

    Attributes:
        person: who it was added to; "" where it was not.
        said: what there is to say of it, a sentence; "" where nothing.
        key: of the shot that was added; "" where none was.
    """

    person: str
    said: str = ""
    key: str = ""


def enrol(name: str, title: str, photo: bytes | Path | np.ndarray) -> Answer:
    """Add the largest face of a photo to the people of this session.

    Args:
        name: of whom the photo is.
        title: the photo's name, of a file most often.
        photo: a file, its bytes, or pixels uint8 [H, W, 3].
    """
    try:
        name = proper(name)
        aligned, faces = _aligned(title, photo)
        if aligned is None:
            return Answer("", f"{title}: no face was found. It should look towards the camera and stand upright.")
        people, shot = session.people(), Shot.of(aligned)
        if owner := _owner(people, shot.key):
            return Answer("", f"{title}: {owner} has this photo already.")
        session.change(people.add(name, aligned))
    except FacelabError as error:
        return Answer("", f"{title}: {error}")
    return Answer(name, f"{title}: {faces} faces were found, and the largest was taken." if faces > 1 else "", shot.key)


def move(answers: list[Answer], to: str) -> list[Answer]:
    """Let what was added be of somebody else; the answers with their name.

    Raises:
        DataError: the name cannot be one, or the people cannot be written.
    """
    to, people = proper(to), session.people()
    for answer in answers:
        owner = _owner(people, answer.key)
        if owner and owner != to:
            (shot,) = (shot for shot in people.shots(owner) if shot.key == answer.key)
            people = people.add(to, shot.pixels).drop(owner, shot.key)
    session.change(people)
    return [replace(answer, person=to) if answer.person else answer for answer in answers]


def _owner(people: People, key: str) -> str | None:
    """Who has a shot."""
    return next((name for name in people.names if key in {shot.key for shot in people.shots(name)}), None)


def _aligned(title: str, photo: bytes | Path | np.ndarray) -> tuple[np.ndarray | None, int]:
    """The largest face, uint8 [SIDE, SIDE, 3], and how many there are. What was aligned and exported is taken as it is.

    Raises:
        PhotoError: the photo cannot be read.
        RecognitionError: dlib or its models are missing.
    """
    pixels = photo if isinstance(photo, np.ndarray) else read_photo(photo, SHORTER_SIDE)
    if pixels.shape == (SIDE, SIDE, 3) and Shot.of(pixels).key == PurePath(title).stem:
        return pixels, 1
    found = find(pixels)
    return (align(pixels, found[0], SIDE), len(found)) if found else (None, 0)
