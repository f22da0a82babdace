"""Generated people who are in no dataset, photographed so that their faces are found."""

import numpy as np

from facelab.data.generated import Person, Photo, person_of, render, sculpt
from facelab.recognition import FoundFace, find

SIDE, SEED = 256, 6
"""px, of their photos; and what they are drawn from."""
POSES = 12
"""Photos of a person that are tried."""


def person(number: int) -> Person:
    """The same for the same number, from 0 on."""
    return person_of(SEED, number)


def shot(number: int, poses: list[Photo]) -> tuple[np.ndarray, list[FoundFace]]:
    """The first of these photos of a person on which the face is found, else the last, and what is found on it."""
    head = sculpt(person(number))
    for pose in poses:
        photo = upright(render(head, pose, SIDE))
        if faces := find(photo):
            break
    return photo, faces


def draw_poses(rng: np.random.Generator) -> list[Photo]:
    """As many as are tried."""
    return [Photo.draw(rng) for _ in range(POSES)]


def upright(image: np.ndarray) -> np.ndarray:
    """Uint8 [C, H, W], grey or RGB, as [H, W, 3]."""
    return np.ascontiguousarray(np.broadcast_to(image, (3, *image.shape[1:])).transpose(1, 2, 0))
