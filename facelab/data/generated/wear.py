"""What people put on for a photo: glasses, hats and scarves."""

import numpy as np

from facelab.data.generated import body, glasses, hats
from facelab.data.generated.colours import hls
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Part, Seen, Surface
from facelab.data.generated.solids import facing, sheet

AROUND, ACROSS = 44, 14


def parts(person: Person, points: np.ndarray, photo: Photo, turn: np.ndarray) -> list[Part]:
    """What a photo says is worn, on a head whose points, [V, 3] for the net of `face`, are given in its own frame."""
    worn = []
    if photo.glasses:
        worn += glasses.parts(person, points, photo, turn)
    if photo.hat:
        worn += hats.parts(person, photo, turn)
    if photo.scarf:
        worn += _scarf(person, photo)
    return worn


def _scarf(person: Person, photo: Photo) -> list[Part]:
    """Wound twice around the neck."""
    colour = hls(photo.wear_hue, 0.25 + 0.35 * (photo.grain % 11) / 10, 0.4)

    def placed(grid: np.ndarray) -> np.ndarray:
        return body.follow(grid, photo)

    def paint(seen: Seen) -> Surface:
        u, v = seen.traits
        fine = np.float32(min(1.0, 0.02 / seen.blur))
        knit = 1 + fine * 0.08 * np.sin(2 * np.pi * 90 * u + 12 * np.sin(2 * np.pi * 9 * v))
        surface = Surface.plain(colour[:, None] * knit, facing(seen))
        surface.gloss[:] = 0.02
        return surface

    return [sheet(_wound(person, photo, *loop), placed, paint) for loop in ((-1.24, 0.60, 0), (-1.44, 0.74, 2))]


def _wound(person: Person, photo: Photo, height: float, wide: float, phase: float) -> np.ndarray:
    """A soft ring of cloth with folds along it, [ACROSS, AROUND, 3]."""
    around = np.linspace(0, 2 * np.pi, AROUND)[None, :]
    section = np.linspace(0, 2 * np.pi, ACROSS)[:, None]
    phase = phase + photo.grain % 6
    thick = 0.125 * (1 + 0.10 * np.sin(4 * section + 2 * around + phase) + 0.12 * np.sin(3 * around + phase))
    ring = wide * person.neck + thick * np.cos(section)
    lower = height - 0.07 * np.cos(around) + 0.03 * np.sin(2 * around + phase)
    up = lower + 1.1 * thick * np.sin(section)
    return np.stack([ring * np.sin(around), up, 0.98 * ring * np.cos(around) - 0.28], 2)
