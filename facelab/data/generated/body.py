"""Neck and shoulders: how they stand, how they follow the head, and what would pierce them."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated import clothes
from facelab.data.generated.colours import skin_colour
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import (
    Part,
    Seen,
    Surface,
    bump,
    grid_triangles,
    normals_of,
    outline_triangles,
    rotation,
    step,
)

RINGS, AROUND = 40, 48
TRIANGLES, OUTLINE = grid_triangles(RINGS, AROUND, closed=True), outline_triangles(RINGS, AROUND)
# Height, half width, half depth and middle's depth of the rings, from inside the head down; the trapezius slopes
# from the neck to the shoulders.
HEIGHT = (-0.45, -0.9, -1.12, -1.28, -1.40, -1.52, -1.66, -1.85, -2.15, -2.6)
WIDTH = (0.42, 0.42, 0.43, 0.50, 0.70, 1.05, 1.38, 1.60, 1.72, 1.75)
DEPTH = (0.45, 0.44, 0.44, 0.46, 0.49, 0.52, 0.56, 0.62, 0.70, 0.76)
MIDDLE = (-0.25, -0.28, -0.32, -0.36, -0.38, -0.38, -0.37, -0.35, -0.32, -0.30)
NAPE, COLLAR = -1.15, -1.6  # between these heights the neck widens into the shoulders
SHADE = np.array([0.97, 0.91, 0.88], np.float32)  # of the neck, which sees less sun than the face


def parts(person: Person, rest: np.ndarray, photo: Photo) -> list[Part]:
    """The body, whose bare surface is `rest`, follows the head's turn only partly."""
    garment = clothes.garment_of(photo)
    dressed = rest + clothes.thickness(garment, rest)
    points = follow_neck(dressed, photo)
    body = Part(points, normals_of(points, TRIANGLES), TRIANGLES, rest, _painter(person, photo, garment), OUTLINE)
    return [body, *clothes.parts(person, garment, photo, lambda net: follow_neck(net, photo))]


def surface(person: Person) -> np.ndarray:
    """Points float32 [RINGS * AROUND, 3] of the bare body in the head's frame."""
    share = np.linspace(0, 1, RINGS) * (len(HEIGHT) - 1)
    y, wide, deep, middle = (np.interp(share, range(len(HEIGHT)), column) for column in (HEIGHT, WIDTH, DEPTH, MIDDLE))
    neck, broad = scale(person, y)
    around = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)
    x = (wide * neck * broad)[:, None] * np.sin(around)
    z = middle[:, None] + (deep * neck)[:, None] * np.cos(around)
    y = np.broadcast_to(y[:, None], x.shape)
    # The muscle from behind the ear to the notch, the pit of the throat and, on men, the larynx.
    front = np.clip(np.cos(around), 0, 1)
    cord = 0.10 + 0.30 * step(-1.45, -0.85, y)
    z = z + front * (0.025 * bump(np.abs(x), y, (0, -1.2), (1, 0.2)) * np.exp(-0.5 * ((np.abs(x) - cord) / 0.05) ** 2))
    z = z - 0.04 * front * bump(x, y, (0, -1.47), (0.08, 0.06))
    z = z + 0.035 * max(0.0, person.masculinity) * front * bump(x, y, (0, -1.2), (0.06, 0.07))
    # Collar bones run outwards from the notch.
    bone = -1.46 + 0.06 * np.abs(x)
    z = z + 0.03 * front * np.exp(-0.5 * ((y - bone) / 0.025) ** 2) * step(0.08, 0.2, np.abs(x))
    return np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)


def scale(person: Person, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How much thicker than usual somebody's neck is at these heights, and how much broader the shoulders."""
    neck = np.interp(y, (COLLAR, NAPE), (1, person.neck))
    return neck, np.interp(y, (COLLAR, NAPE), (1 + 0.08 * person.masculinity, 1))


def outside(person: Person, at: np.ndarray, clearance: np.ndarray) -> np.ndarray:
    """Points [n, 3] of the head's frame moved out of neck and shoulders, forwards or backwards."""
    x, y, z = at.T
    wide, deep, middle = (np.interp(y, HEIGHT[::-1], column[::-1]) for column in (WIDTH, DEPTH, MIDDLE))
    neck, broad = scale(person, y)
    share = np.sqrt(np.clip(1 - (x / (wide * neck * broad)) ** 2, 0, 1))
    least = (deep * neck * share + 0.03 + clearance) * (share > 0) * (y < -0.8)
    away = z - middle
    forced = np.where(away >= -0.05, np.maximum(away, least), np.minimum(away, -least))
    return np.stack([x, y, middle + forced], 1)


def follow(points: np.ndarray, photo: Photo) -> np.ndarray:
    """Points that hang from the head, float32 [n, 3], turned with it above and with the shoulders below."""
    return _between(points, photo, step(-1.9, -1.1, points[:, 1]))


def follow_neck(points: np.ndarray, photo: Photo) -> np.ndarray:
    """Points of the neck, which turns from the shoulders' direction to the head's."""
    return _between(points, photo, step(-1.5, -0.7, points[:, 1]))


def _between(points: np.ndarray, photo: Photo, turned: np.ndarray) -> np.ndarray:
    high, low = rotation(photo.yaw, photo.pitch, photo.roll), rotation(0.35 * photo.yaw, 0, 0.15 * photo.roll)
    below = points @ low.T
    return below + turned[:, None].astype(np.float32) * (points @ high.T - below)


def _painter(person: Person, photo: Photo, garment: clothes.Garment) -> Callable[[Seen], Surface]:
    colour = skin_colour(person) * SHADE

    def paint(seen: Seen) -> Surface:
        surface = Surface.plain(colour, seen.normals)
        surface.skin[:] = 1
        clothes.dress(surface, seen, garment, photo)
        return surface

    return paint
