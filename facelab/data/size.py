"""`size_of`: how large a dataset is and how it is divided, known before a photo is made or decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from facelab import paths
from facelab.data import folder, lfw, olivetti
from facelab.data.album import check_memory
from facelab.data.dataset import DataSpec
from facelab.data.pairs import PAIR_SOURCES, load_pairs
from facelab.data.people.load import counted
from facelab.data.points import POINT_SOURCES, load_points
from facelab.data.specs import FolderSpec, GeneratedSpec, LfwSpec, OlivettiSpec, OrlSpec
from facelab.data.splits import sizes
from facelab.errors import DataError


@dataclass(frozen=True)
class Size:
    """A dataset in numbers.

    Attributes:
        examples: all of them; of pairs the photos.
        train: those of the training split. Of pairs photos or pairs, whichever are more: from which a batch is drawn is
            the loss's to say, and no batch that can be trained is to be refused.
        input_shape: of one example: (C, H, W) or (D,).
        classes: people, or classes of points; of pairs two.
    """

    examples: int
    train: int
    input_shape: tuple[int, ...]
    classes: int


def size_of(spec: DataSpec) -> Size:
    """The size of what `load_dataset` gives for `spec`. Photos are counted, pairs and points loaded.

    In a folder every photo counts; those that turn out to be unreadable are left out only when it is loaded.

    Raises:
        DataError: one sentence saying what is missing, too small or too large, and what to do.
    """
    if spec.source in POINT_SOURCES:
        points = load_points(spec)
        return Size(len(points), len(points.splits["train"]), points.input_shape, points.classes)
    if spec.source in PAIR_SOURCES:
        pairs = load_pairs(spec)
        train = max(len(pairs.photos["train"]), len(pairs.pairs["train"]))
        return Size(len(pairs.images), train, pairs.input_shape, pairs.classes)
    photos = PHOTOS[spec.source](spec)
    if len(photos) < 2:
        raise DataError("Fewer than two people have photos enough: choose another folder, or ask for fewer photos.")
    check_memory(sum(photos.values()), spec.size)
    train = sum(sizes(count, spec.split, name)[0] for name, count in photos.items())
    return Size(sum(photos.values()), train, (3, spec.size, spec.size), len(photos))


def _generated(spec: GeneratedSpec) -> dict[str, int]:
    return {f"Person {number}": spec.photos for number in range(1, spec.people + 1)}


def _olivetti(spec: OlivettiSpec) -> dict[str, int]:
    if absent := olivetti.missing():
        raise DataError(absent)
    return {f"Person {number}": olivetti.PHOTOS for number in range(1, olivetti.PEOPLE + 1)}


def _orl(spec: OrlSpec) -> dict[str, int]:
    if absent := folder.missing_orl():
        raise DataError(absent)
    return _counted(folder.list_people(paths.data() / "orl"), 1)


def _folder(spec: FolderSpec) -> dict[str, int]:
    return _counted(folder.list_people(folder.find(spec.path)), spec.min_photos)


def _lfw(spec: LfwSpec) -> dict[str, int]:
    return {name: count for name, count in _all_lfw(lfw.signature(spec)).items() if count >= spec.min_photos}


@lru_cache(maxsize=1)
def _all_lfw(_signature: str) -> dict[str, int]:
    """Thousands of folders take a second to list."""
    return _counted(lfw.list_photos(lfw.find()), 1)


def _counted(people: dict[str, list], least: int) -> dict[str, int]:
    return {name: len(files) for name, files in people.items() if len(files) >= least}


PHOTOS: dict[str, Callable[[Any], dict[str, int]]] = {
    "generated": _generated,
    "lfw": _lfw,
    "olivetti": _olivetti,
    "orl": _orl,
    "folder": _folder,
    "people": counted,
}
"""How many photos there are of each person, by source."""
