"""Faces of people that do not exist, modelled in three dimensions and photographed under every pose and light.

`people` says who they are and `photos` how each photo was taken. A `head` has a `face`, `hair` and a `body`, painted by
`skin`, and may `wear` something; `camera` takes the picture. Each photo has a random generator of its own, seeded by
(seed, person, photo), and is rendered on its own, so the same seed gives the same bytes whatever else is asked for and
however many threads work on it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from facelab.data.generated.camera import render
from facelab.data.generated.first_names import names
from facelab.data.generated.head import Head, sculpt
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.specs import Difficulty, Vary

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "PERSON",
    "Generated",
    "Head",
    "Person",
    "Photo",
    "generate",
    "names",
    "person_of",
    "photo_of",
    "recorded",
    "render",
    "sculpt",
]

THREADS = 2
"""More wait for each other: between its compiled parts, drawing needs the interpreter's lock."""
PERSON = "person."
"""Before the fields of `Person` among the recorded parameters."""
FOUNDER = 1
"""What tells the generator of a family's founder, who is not in the dataset, from that of a person."""


@dataclass(frozen=True, eq=False)
class Generated:
    """Photos in order of their people: those of person 0 first.

    Attributes:
        images: uint8 [people * photos, 3, size, size], RGB.
        labels: int64 [people * photos].
        names: one per person.
        parameters: float32 [people * photos] for every field of `Photo`, and, as `person.<field>`, of `Person`.
    """

    images: Tensor
    labels: Tensor
    names: tuple[str, ...]
    parameters: dict[str, np.ndarray]


def generate(
    people: int,
    photos: int,
    size: int,
    seed: int,
    progress: Callable[[float], None] | None = None,
    vary: Vary = "everything",
    difficulty: Difficulty = "normal",
    family: int = 1,
) -> Generated:
    """Draw `people` persons and take `photos` pictures of each, `size` pixels wide and high.

    Args:
        progress: is called after each person with the share that is done, rising to 1.
        vary, difficulty: what differs between a person's photos, and how far.
        family: so many people in a row look alike; 1 for nobody.
    """
    images = np.empty((people * photos, 3, size, size), np.uint8)

    def portray(number: int) -> list[dict[str, float]]:
        person = person_of(seed, number, family)
        head = sculpt(person)
        identity = {PERSON + name: value for name, value in asdict(person).items()}
        rows = []
        for shot in range(photos):
            photo = photo_of(seed, number, shot, vary, difficulty)
            images[number * photos + shot] = render(head, photo, size)
            rows.append(asdict(photo) | identity)
        return rows

    rows: list[dict[str, float]] = []
    with ThreadPoolExecutor(THREADS) as pool:
        for number, portrayed in enumerate(pool.map(portray, range(people))):
            rows += portrayed
            if progress:
                progress((number + 1) / people)
    return Generated(
        images=torch.from_numpy(images),
        labels=torch.arange(people).repeat_interleave(photos),
        names=names(people, seed),
        parameters={name: np.array([row[name] for row in rows], np.float32) for name in rows[0]},
    )


def person_of(seed: int, number: int, family: int = 1) -> Person:
    """The person with this number in the population of a seed, where `family` people in a row look alike."""
    rng = np.random.default_rng([seed, number, 0])
    if family == 1:
        return Person.draw(rng)
    return Person.draw(np.random.default_rng([seed, number // family, 0, FOUNDER])).alike(rng)


def photo_of(seed: int, number: int, shot: int, vary: Vary = "everything", difficulty: Difficulty = "normal") -> Photo:
    """How this photo of this person, both counted from 0, was taken."""
    return Photo.draw(np.random.default_rng([seed, number, 1 + shot]), vary, difficulty)  # 0 is the person's own


def recorded(truth: "pd.DataFrame", row: int) -> tuple[Person, Photo]:
    """Who is on a photo and how it was taken, by its row of `Faces.truth`."""
    kinds = ((Person, PERSON), (Photo, ""))
    return tuple(
        kind(**{field.name: field.type(truth[prefix + field.name].iat[row]) for field in fields(kind)})
        for kind, prefix in kinds
    )
