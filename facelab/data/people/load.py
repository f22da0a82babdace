"""Enrolled people as a source of faces, read from the folder of their key and from nowhere else."""

from pathlib import Path

import numpy as np

from facelab.data.album import Album, Progress
from facelab.data.folder import read_enough
from facelab.data.people.disk import listed, read_shot
from facelab.data.people.keys import folder_of
from facelab.data.people.people import digest
from facelab.data.photos import square
from facelab.data.specs import PeopleSpec
from facelab.errors import DataError


def load(spec: PeopleSpec, progress: Progress) -> Album:
    """The shots of everyone who has at least `spec.min_photos`; people in natural order, their shots by key.

    Raises:
        DataError: fewer than two people have as many.
    """
    people = listed(folder_of(spec.key))
    if sum(len(files) >= spec.min_photos for files in people.values()) < 2:
        raise DataError(
            f"A network needs two people or more with {spec.min_photos} photos each to learn from: enrol more people, "
            "or add photos of those whom you have."
        )
    return read_enough(people, spec, "those whom you enrolled", progress, _square)


def signature(spec: PeopleSpec) -> str:
    """Changes when a person or a shot is added, removed or renamed."""
    people = listed(folder_of(spec.key))
    return digest((name, [file.stem for file in files]) for name, files in people.items())


def counted(spec: PeopleSpec) -> dict[str, int]:
    """How many shots there are of everyone who has at least `spec.min_photos`."""
    people = listed(folder_of(spec.key))
    return {name: len(files) for name, files in people.items() if len(files) >= spec.min_photos}


def _square(file: Path, size: int, crop: float) -> np.ndarray:
    return square(read_shot(file).pixels, size, crop)
