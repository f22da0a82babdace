"""Faces of people that do not exist, modelled in three dimensions and photographed under every pose and light.

`people` says who they are and how each photo was taken, `geometry` gives them a head, `paint` its colours, and `camera`
takes the picture. Each photo has a random generator of its own, seeded by (seed, person, photo), and is rendered on its
own, so the same seed gives the same bytes whatever else is asked for and however many threads work on it.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import Tensor

from facelab.data.generated.camera import render
from facelab.data.generated.first_names import names
from facelab.data.generated.geometry import relief
from facelab.data.generated.people import Person, Photo

__all__ = ["Generated", "Person", "Photo", "generate", "names", "relief", "render"]


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
    people: int, photos: int, size: int, seed: int, progress: Callable[[float], None] | None = None
) -> Generated:
    """Draw `people` persons and take `photos` pictures of each, `size` pixels wide and high.

    `progress` is called after each person with the share that is done, rising to 1.
    """
    images = np.empty((people * photos, 3, size, size), np.uint8)
    rows: list[dict[str, float]] = []
    for number in range(people):
        person = Person.draw(np.random.default_rng([seed, number, 0]))
        head = relief(person)
        identity = {f"person.{name}": value for name, value in asdict(person).items()}
        for shot in range(photos):
            # The person's generator is [seed, number, 0], so photos count from 1.
            photo = Photo.draw(np.random.default_rng([seed, number, shot + 1]))
            images[len(rows)] = render(person, head, photo, size)
            rows.append(asdict(photo) | identity)
        if progress:
            progress((number + 1) / people)
    return Generated(
        images=torch.from_numpy(images),
        labels=torch.arange(people).repeat_interleave(photos),
        names=names(people, seed),
        parameters={name: np.array([row[name] for row in rows], np.float32) for name in rows[0]},
    )
