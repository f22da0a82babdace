"""Pairs of photos that are there from the start: generated people, LFW's official test, the test pairs of a run."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
import streamlit as st

from facelab.data import Pairs, lfw
from facelab.data.generated import Person
from facelab.data.pairs.lfw import TEST, missing, read_pairs
from facelab.data.photos import read_photo
from facelab.errors import FacelabError
from facelab.recognition import FoundFace, find
from facelab.recognition.embedders import embedder
from facelab.ui.given.strangers import SEED, draw_poses, person, shot, upright
from facelab.ui.services import data_of, store

KINDS = ("Same person", "Different people", "Hard")
PEOPLE = 300
"""Generated people to draw from."""
ENDLESS = 10_000


@dataclass(frozen=True, eq=False)
class Sample:
    """A pair whose truth is known.

    Attributes:
        photos: two of uint8 [H, W, 3].
        same: whether they show one person.
        names: who is on them.
        faces: those found on each photo, if they are known already.
        owner: the run whose network has seen these photos as they are, in its test, or "".
    """

    photos: tuple[np.ndarray, np.ndarray]
    same: bool
    names: tuple[str, str]
    faces: tuple[list[FoundFace], list[FoundFace]] | None = None
    owner: str = ""


@dataclass(frozen=True)
class Source:
    """Where sample pairs come from.

    Attributes:
        kinds: those of `KINDS` that it has; none where its pairs only have numbers.
        count: pairs of a kind.
        take: the pair of a kind with a number from 0 on.
    """

    kinds: tuple[str, ...]
    count: Callable[[str], int]
    take: Callable[[str, int], Sample]


GENERATED, LFW, OF_RUN = "Generated people", "Labeled Faces in the Wild", "Test pairs of this network"


def sources(embedder_id: str) -> dict[str, Source]:
    """Those that can be had now, by title; the best first."""
    found = {GENERATED: Source(KINDS, lambda kind: ENDLESS, _generated)}
    if missing() is None:
        kinds = tuple(kind for kind in KINDS if _official(kind))
        found = {LFW: Source(kinds, lambda kind: len(_official(kind)), _from_lfw)} | found
    if (pairs := _test_pairs(embedder_id)) is not None:
        count = len(pairs.pairs["test"])
        found[OF_RUN] = Source((), lambda kind: count, lambda kind, number: _of_run(embedder_id, pairs, number))
    return found


@st.cache_resource(show_spinner=False, max_entries=32)
def _generated(kind: str, number: int) -> Sample:
    rng = np.random.default_rng([SEED, KINDS.index(kind), number])
    first = int(rng.integers(PEOPLE))
    same = kind == KINDS[0] or (kind == KINDS[2] and number % 2 == 0)
    if same:
        second = first
    else:
        second = _likeness(first) if kind == KINDS[2] else int((first + rng.integers(1, PEOPLE)) % PEOPLE)
    if kind == KINDS[2] and same:
        turned = sorted(draw_poses(rng), key=lambda photo: photo.yaw)  # the two that are turned farthest apart
        shots = [shot(first, turned), shot(first, turned[::-1])]
    else:
        shots = [shot(number, draw_poses(rng)) for number in (first, second)]
    photos, faces = zip(*shots, strict=True)
    return Sample(photos, same, (f"generated person {first}", f"generated person {second}"), faces)


@st.cache_resource(show_spinner=False)
def _traits() -> np.ndarray:
    """What makes every person look as they do, in standard units: float [people, traits]."""
    measures = [field.name for field in fields(Person) if field.type is float]
    traits = np.array([[getattr(person(number), name) for name in measures] for number in range(PEOPLE)])
    return (traits - traits.mean(0)) / traits.std(0)


def _likeness(number: int) -> int:
    """The other person who is most like this one."""
    apart = np.linalg.norm(_traits() - _traits()[number], axis=1)
    apart[number] = np.inf
    return int(apart.argmin())


@st.cache_resource(show_spinner=False, max_entries=8)
def _official(kind: str) -> list[tuple]:
    """LFW's official test pairs of one kind; the hard ones are those that the ready-made network takes worst."""
    pairs = read_pairs(lfw.find().parent / TEST)
    same = np.array([first[0] == second[0] for first, second in pairs])
    if kind != KINDS[2]:
        return [pair for pair, one in zip(pairs, same, strict=True) if one == (kind == KINDS[0])]
    ready = embedder("starter", store())
    if not np.array_equal(ready.known.same, same):
        return []  # tested on other pairs
    beyond = ready.known.distances - ready.calibration.threshold
    worst_first = np.argsort(np.where(same, -beyond, beyond))
    return [pairs[index] for index in worst_first[: len(pairs) // 5]]


@st.cache_resource(show_spinner=False, max_entries=32)
def _from_lfw(kind: str, number: int) -> Sample:
    folder = lfw.find()
    pair = _official(kind)[number]
    photos = tuple(read_photo(folder / name / f"{name}_{at:04}.jpg") for name, at in pair)
    names = tuple(name.replace("_", " ") for name, _ in pair)
    # Whom a photo is named after stands in its middle, others may be nearer to the camera.
    faces = tuple(sorted(find(photo), key=lambda face: _off_centre(photo, face)) for photo in photos)
    return Sample(photos, names[0] == names[1], names, faces)


def _off_centre(photo: np.ndarray, face: FoundFace) -> float:
    """How far a face is from the middle of a photo, in px."""
    (left, top, right, bottom), (height, width) = face.box, photo.shape[:2]
    return float(np.hypot(left + right - width, top + bottom - height) / 2)


def _test_pairs(run_id: str) -> Pairs | None:
    """The pairs that a run was tested on, if it is one and they are still the same."""
    try:
        run = store().get(run_id)
    except FacelabError:
        return None
    return data_of(run)


def _of_run(run_id: str, pairs: Pairs, number: int) -> Sample:
    rows = pairs.pairs["test"][number]
    people = pairs.labels[rows].tolist()
    return Sample(
        tuple(upright(image) for image in pairs.images[rows].numpy()),
        people[0] == people[1],
        (pairs.people[people[0]], pairs.people[people[1]]),
        owner=run_id,
    )
