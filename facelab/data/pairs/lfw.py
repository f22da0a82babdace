"""The official pairs of Labeled Faces in the Wild, view 1 (Huang, Ramesh, Berg, Learned-Miller 2007)."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facelab.data import lfw
from facelab.data.album import Album, Progress
from facelab.data.folder import read_people
from facelab.data.pairs.draw import draw_pairs
from facelab.data.pairs.pairs import Pairs, grey
from facelab.data.pairs.specs import LfwPairsSpec
from facelab.errors import DataError

DEVELOPMENT, TEST, PEOPLE = "pairsDevTrain.txt", "pairsDevTest.txt", "peopleDevTrain.txt"
HELD_OUT = 0.1
"""The share of the development set that is validation."""
VALIDATION_PAIRS = 1000

Photo = tuple[str, int]
"""A person's name as in the file, and the photo's number from 1 on."""


@dataclass(frozen=True)
class Protocol:
    """The files of view 1: its pairs, and everybody who may be trained on with all their photos."""

    development: list[tuple[Photo, Photo]]
    test: list[tuple[Photo, Photo]]
    people: list[str]


def load(spec: LfwPairsSpec, progress: Progress) -> Album:
    """All photos that `make_pairs` needs, with their `number`s; people by the names of their folders.

    Raises:
        DataError: LFW or its protocol is not on this computer, or only a part of it is.
    """
    folder = lfw.find()
    protocol = read_protocol(folder.parent)
    listed = {files[0].parent.name: files for files in lfw.list_photos(folder).values()}
    wanted: dict[str, set[int]] = {}
    for name, number in (photo for pair in (*protocol.development, *protocol.test) for photo in pair):
        wanted.setdefault(name, set()).add(number)
    for name, numbers in wanted.items():
        if not 1 <= min(numbers) <= max(numbers) <= len(listed.get(name, ())):
            raise DataError(f"The LFW protocol names a photo of {name} that is not there: get LFW again.")
    if spec.validation == "people":
        wanted |= {name: set(range(1, len(listed[name]) + 1)) for name in protocol.people if name in listed}
    people = {name: [listed[name][number - 1] for number in sorted(wanted[name])] for name in sorted(wanted)}
    title = f"Labeled Faces in the Wild ({lfw.ALIGNED[folder.name]})"
    album = read_people(people, spec.size, spec.crop, 1, title, progress)
    numbers = np.array([number for name in people for number in sorted(wanted[name])], np.float32)
    if len(album.images) != len(numbers):
        raise DataError(f"Photos of LFW cannot be read, and its pairs need them: {album.notes[0]}")
    return replace(album, parameters={"number": numbers})


def signature(spec: LfwPairsSpec) -> str:
    """Changes when another copy of LFW or of its protocol would be read."""
    folder = lfw.find()
    files = [folder, *(folder.parent / name for name in (DEVELOPMENT, TEST, PEOPLE))]
    return " ".join(f"{file} {file.stat().st_mtime_ns}" for file in files if file.exists())


def missing() -> str | None:
    """None where LFW and its pairs are on this computer, else what to do."""
    try:
        read_protocol(lfw.find().parent)
    except DataError as error:
        return str(error)
    return None


def make_pairs(spec: LfwPairsSpec, album: Album) -> Pairs:
    """The official pairs, over the album that `load` gave."""
    protocol = read_protocol(lfw.find().parent)
    owners = [album.names[label] for label in album.labels.tolist()]
    row = {photo: index for index, photo in enumerate(zip(owners, album.parameters["number"].tolist(), strict=True))}
    development, test = (
        torch.tensor([[row[photo] for photo in pair] for pair in pairs])
        for pairs in (protocol.development, protocol.test)
    )
    divide = {"pairs": _hold_out_pairs, "people": _hold_out_people}[spec.validation]
    photos, pairs, notes = divide(album.labels, development, test, np.random.default_rng(spec.seed))
    images = grey(album.images) if spec.grey else album.images
    source = (
        f"Labeled Faces in the Wild, view 1: {len(pairs['train']):,} pairs and {len(photos['train']):,} photos to "
        f"train on, {len(pairs['validation']):,} pairs for validation, the {len(test):,} official ones of other "
        "people for the test."
    )
    people = tuple(name.replace("_", " ") for name in album.names)
    return Pairs.of(images, album.labels, people, photos, pairs, source, notes)


Divided = tuple[dict[str, Tensor], dict[str, Tensor], tuple[str, ...]]
"""Photos and pairs of each split, and notes."""


def _hold_out_pairs(labels: Tensor, development: Tensor, test: Tensor, rng: np.random.Generator) -> Divided:
    """A tenth of the pairs of one person, and a tenth of those of two, is validation."""
    same = (labels[development[:, 0]] == labels[development[:, 1]]).numpy()
    orders = [torch.from_numpy(rng.permutation(np.flatnonzero(kind))) for kind in (same, ~same)]
    cuts = [round(len(order) * HELD_OUT) for order in orders]
    held = torch.cat([order[:cut] for order, cut in zip(orders, cuts, strict=True)]).sort().values
    kept = torch.cat([order[cut:] for order, cut in zip(orders, cuts, strict=True)]).sort().values
    pairs = {"train": development[kept], "validation": development[held], "test": test}
    photos = {name: own.unique() for name, own in pairs.items()}
    both = len(np.intersect1d(labels[photos["train"]], labels[photos["validation"]]))
    note = f"{both:,} people of the validation pairs are in training pairs too, so validation flatters a little."
    return photos, pairs, (note,)


def _hold_out_people(labels: Tensor, development: Tensor, test: Tensor, rng: np.random.Generator) -> Divided:
    """A tenth of the people is validation, with pairs of their own; official pairs that they are in are left out."""
    tested = labels[test].unique()
    others = rng.permutation(np.setdiff1d(labels.numpy(), tested.numpy()))
    held = torch.from_numpy(others[: round(len(others) * HELD_OUT)])
    is_test, is_held = torch.isin(labels, tested), torch.isin(labels, held)
    masks = {"train": ~is_test & ~is_held, "validation": is_held, "test": is_test}
    photos = {name: mask.nonzero().flatten() for name, mask in masks.items()}
    pairs = {
        "train": development[~is_held[development].any(1)],
        "validation": draw_pairs(labels, photos["validation"], VALIDATION_PAIRS, rng),
        "test": test,
    }
    return photos, pairs, ()


def read_protocol(folder: Path) -> Protocol:
    """The files of view 1 in `folder`. Without the list of people, they are those in the pairs of development.

    Raises:
        DataError: a file is missing or is not what it should be.
    """
    development, test = read_pairs(folder / DEVELOPMENT), read_pairs(folder / TEST)
    listed = folder / PEOPLE
    if listed.is_file():
        people = [line.split("\t")[0] for line in listed.read_text("utf-8").splitlines()[1:] if line.strip()]
    else:
        people = sorted({name for pair in development for name, _ in pair})
    if both := {name for pair in test for name, _ in pair} & set(people):
        raise DataError(f"{min(both)} is in the LFW test and in its development set: get its protocol again.")
    return Protocol(development, test, people)


def read_pairs(file: Path) -> list[tuple[Photo, Photo]]:
    """The pairs of an official file: of one person `name, number, number`, of two `name, number, name, number`.

    Raises:
        DataError: it is not there, or a line is neither.
    """
    try:
        lines = file.read_text("utf-8").splitlines()[1:]
    except (OSError, UnicodeDecodeError):
        raise DataError(
            f"The official LFW pairs are not on this computer: put {file.name} beside the folder of photos, or "
            "download Labeled Faces in the Wild."
        ) from None
    pairs = []
    for number, line in enumerate(lines, start=2):
        parts = line.split("\t")
        try:
            if len(parts) == 3:
                pairs.append(((parts[0], int(parts[1])), (parts[0], int(parts[2]))))
            else:
                first, at, second, there = parts
                pairs.append(((first, int(at)), (second, int(there))))
        except ValueError:
            raise DataError(f"Line {number} of {file.name} names no pair of photos: get the file again.") from None
    return pairs
