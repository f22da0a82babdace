"""Glasses: thin frames before the eyes, with a bridge over the nose and temples to the ears."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facelab.data.generated.colours import hls
from facelab.data.generated.people import Person
from facelab.data.generated.photos import GLASSES, Photo
from facelab.data.generated.scene import Part, Seen, Surface, step
from facelab.data.generated.solids import facing, sheet, tube

CURVE = 0.42  # how fast a frame bends back to the sides
CORNERS = 28


@dataclass(frozen=True)
class Frame:
    """Half width and half height of a lens in head units, the exponent of its superellipse (2 is round), how far its
    lower outer corner hangs, the thickness of the rim, and whether the lenses are dark."""

    wide: float
    high: float
    power: float
    droop: float
    rim: float
    dark: bool = False


FRAMES: dict[str, Frame] = {
    "round": Frame(0.185, 0.175, 2.0, 0.0, 0.014),
    "square": Frame(0.215, 0.14, 4.0, 0.0, 0.020),
    "sunglasses": Frame(0.225, 0.165, 2.8, 0.025, 0.018, dark=True),
}
assert tuple(FRAMES) == GLASSES[1:]


def parts(person: Person, points: np.ndarray, photo: Photo, turn: np.ndarray) -> list[Part]:
    """Glasses on a head whose points, [V, 3] in its own frame, are given."""
    frame = FRAMES[GLASSES[photo.glasses]]
    eye, middle = person.eye_height - 0.02, max(person.eye_spacing, frame.wide + 0.075)

    def placed(grid: np.ndarray) -> np.ndarray:
        return grid @ turn.T

    x, y, z = points.T
    around = (np.abs(y - eye) < 0.2) & (np.abs(x) > 0.1) & (np.abs(x) < middle + frame.wide) & (z > 0)
    front = float((z + CURVE * x * x)[around].max()) + 0.025
    bridge = float(z[(np.abs(x) < 0.05) & (np.abs(y - eye - 0.06) < 0.05)].max()) + 0.02
    paint = _rim_paint(photo)

    def bent(across: np.ndarray, up: np.ndarray) -> np.ndarray:
        return np.stack([across, up, front - CURVE * across**2], 1)

    angle = np.linspace(0, 2 * np.pi, CORNERS + 1)
    out = np.abs(np.cos(angle)) ** (2 / frame.power) * np.sign(np.cos(angle)) * frame.wide
    up = np.abs(np.sin(angle)) ** (2 / frame.power) * np.sign(np.sin(angle)) * frame.high
    up = up - frame.droop * step(-0.1, 0.2, out) * step(0.05, -0.1, up)
    found = []
    for side in (-1, 1):
        outline = bent(side * (middle + out), eye + up)
        found.append(sheet(tube(outline, frame.rim, closed=True), placed, paint))
        found.append(sheet(tube(_temple(points, outline, eye, side), frame.rim), placed, paint))
        if frame.dark:
            centre = outline[:-1].mean(0)
            lens = np.stack([centre + share * (outline - centre) for share in (1.0, 0.66, 0.33, 0.02)])
            found.append(sheet(lens, placed, _lens_paint))
    inner = middle - frame.wide
    across = np.linspace(-inner, inner, 9)
    arch = bent(across, eye + 0.05 + 0.03 * np.cos(across / inner * np.pi / 2))
    arch[:, 2] = np.maximum(arch[:, 2], bridge - 2.5 * across**2)
    return [*found, sheet(tube(arch, frame.rim), placed, paint)]


def _temple(points: np.ndarray, outline: np.ndarray, eye: float, side: int) -> np.ndarray:
    """From the outer edge of a lens along the head over the ear, [n, 3]."""
    height = eye + 0.07
    near = points[(side * points[:, 0] > 0) & (np.abs(points[:, 1] - height) < 0.06)]
    x, z = near[:, 0], near[:, 2]
    hinge = outline[np.argmax(side * outline[:, 0] + 0.5 * outline[:, 1])]
    depths = np.linspace(hinge[2] - 0.03, -0.22, 8)
    beside = [np.abs(x[np.abs(z - depth) < 0.06]).max(initial=0.0) + 0.02 for depth in depths[:-2]]
    beside = np.maximum.accumulate(np.maximum(beside, abs(hinge[0])))
    beside = np.append(beside, [beside[-1]] * 2)
    fall = height - 0.10 * step(-0.05, -0.25, depths)
    path = np.stack([side * beside, fall, depths], 1)
    return np.concatenate([hinge[None], path])


def _rim_paint(photo: Photo) -> Callable[[Seen], Surface]:
    metal = photo.grain % 3 == 0
    colour = hls(photo.wear_hue, 0.55, 0.25) if metal else hls(photo.wear_hue, 0.16, 0.35)

    def paint(seen: Seen) -> Surface:
        surface = Surface.plain(colour, facing(seen))
        surface.gloss[:], surface.sharpness[:] = (0.5, 30) if metal else (0.2, 40)
        return surface

    return paint


def _lens_paint(seen: Seen) -> Surface:
    """Dark, lighter towards the lower edge, with a faint reflection of the sky in the upper half."""
    angle, inward = seen.traits
    up = (1 - inward) * np.sin(2 * np.pi * angle)
    tone = 1 - 0.5 * up + 1.6 * step(0.15, 0.5, up) * step(0.95, 0.7, up)
    surface = Surface.plain(hls(0.08, 0.13, 0.25)[:, None] * tone, facing(seen))
    surface.gloss[:], surface.sharpness[:] = 0.12, 40
    return surface
