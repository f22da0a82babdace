"""Hats: a dome over the skull, and what sticks out of it."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated.colours import hls
from facelab.data.generated.face import skull
from facelab.data.generated.people import Person
from facelab.data.generated.photos import HATS, Photo
from facelab.data.generated.scene import Part, Seen, Surface, bump, step
from facelab.data.generated.solids import facing, sheet

RIM, LEAN = 0.33, 0.20
"""A hat's rim lies in the plane y = RIM + LEAN z: higher in front than behind."""
ROWS, AROUND = 14, 48


def under(points: np.ndarray) -> np.ndarray:
    """How far points [..., 3] of the head's frame are under a hat, 0 to 1."""
    return step(RIM - 0.16, RIM, points[..., 1] - LEAN * points[..., 2])


def parts(person: Person, photo: Photo, turn: np.ndarray) -> list[Part]:
    """A hat on a head."""

    def placed(grid: np.ndarray) -> np.ndarray:
        return grid @ turn.T

    return [sheet(grid, placed, paint, closed) for grid, paint, closed in WAYS[HATS[photo.hat]](person, photo)]


Shape = tuple[np.ndarray, Callable[[Seen], Surface], bool]


def _dome(person: Person, gap: np.ndarray, lift: float, rim: float = RIM) -> np.ndarray:
    """A net [ROWS, AROUND, 3] over the skull, from the crown to the rim; `gap` [ROWS, 1] off it, `lift` more on top.

    Columns begin at the back and run round by the right of the picture.
    """
    around = np.linspace(-np.pi, np.pi, AROUND, endpoint=False)[None, :]
    down = np.linspace(0, 1, ROWS)[:, None] ** 0.8
    x, z = np.sin(around), np.cos(around)
    edge = np.arctan2(rim + LEAN * 0.8 * z, 0.8)
    height = np.pi / 2 + down * (edge - np.pi / 2)
    ball = np.stack([x * np.cos(height), np.sin(height) * np.ones_like(x), z * np.cos(height)], 2)
    far = skull(person, *np.moveaxis(ball, 2, 0)) + gap
    net = ball * far[..., None]
    net[..., 1] += lift * (1 - down) ** 0.5
    return net


def _cap(person: Person, photo: Photo) -> list[Shape]:
    dome = _dome(person, np.full((ROWS, 1), 0.085), 0.03)
    # The front panels stand up stiffly.
    x, y, z = np.moveaxis(dome, 2, 0)
    dome[..., 2] += 0.10 * bump(x, y, (0, 0.85), (0.4, 0.2)) * (z > 0)
    u, v = np.meshgrid(np.linspace(-1, 1, 17), np.linspace(0, 1, 6))
    edge = dome[-1]
    angle = 1.15 * u
    column = (angle + np.pi) / (2 * np.pi) * AROUND
    base = np.stack([np.interp(column, np.arange(AROUND), edge[:, axis]) for axis in range(3)], 2)
    out = 0.52 * v * np.sqrt(1 - 0.92 * u**2)
    visor = base + np.stack([0.25 * out * u, 0.02 - 0.34 * out - 0.14 * v * u**2, out], 2)
    colour = _colour(photo, 0.3, 0.5)
    return [(dome, _cloth(colour, _panels), True), (visor, _cloth(0.9 * colour, _stitched), False)]


def _beanie(person: Person, photo: Photo) -> list[Shape]:
    fold = step(0.72, 0.76, np.linspace(0, 1, ROWS)[:, None])
    dome = _dome(person, 0.08 + 0.05 * fold, 0.10, RIM - 0.02)
    return [(dome, _cloth(_colour(photo, 0.42, 0.4), _ribs), True)]


def _sun_hat(person: Person, photo: Photo) -> list[Shape]:
    dome = _dome(person, np.full((ROWS, 1), 0.09), 0.02, RIM + 0.06)
    edge = dome[-1]
    v = np.linspace(0, 1, 6)[:, None]
    level = edge * np.array([1, 0, 1])
    level = level / np.linalg.norm(level, axis=1, keepdims=True)
    wave = 0.03 * np.sin(3 * np.arctan2(level[:, 0], level[:, 2]) + photo.grain % 7)
    drop = 0.02 - 0.16 * v**1.3 + wave * v
    brim = edge + np.stack([0.62 * v * level[:, 0], drop, 0.62 * v * level[:, 2]], 2)
    straw = hls(0.11, 0.68, 0.4)
    ribbon = _colour(photo, 0.3, 0.45)

    def banded(seen: Seen, surface: Surface) -> None:
        _woven(seen, surface)
        surface.cover(ribbon, step(0.76, 0.79, seen.traits[1]))

    return [(dome, _cloth(straw, banded), True), (brim, _cloth(straw, _woven), True)]


WAYS: dict[str, Callable[[Person, Photo], list[Shape]]] = {"cap": _cap, "beanie": _beanie, "sun hat": _sun_hat}
assert tuple(WAYS) == HATS[1:]


def _colour(photo: Photo, lightness: float, saturation: float) -> np.ndarray:
    """Of what is worn; lighter or darker from photo to photo."""
    return hls(photo.wear_hue, lightness * (0.6 + 0.7 * (photo.grain % 11) / 10), saturation)


def _cloth(colour: np.ndarray, finish: Callable[[Seen, Surface], None]) -> Callable[[Seen], Surface]:
    def paint(seen: Seen) -> Surface:
        surface = Surface.plain(colour, facing(seen))
        surface.gloss[:] = 0.02
        finish(seen, surface)
        return surface

    return paint


def _panels(seen: Seen, surface: Surface) -> None:
    """Six seams from the button on top."""
    u, v = seen.traits
    seam = np.abs((6 * u) % 1 - 0.5) * v
    surface.albedo *= 1 - 0.3 * step(0.025, 0.01, seam) - 0.2 * step(0.93, 0.96, v)


def _stitched(seen: Seen, surface: Surface) -> None:
    """Rows of stitches along a visor's edge."""
    surface.albedo *= 1 - 0.15 * min(1.0, 0.02 / seen.blur) * step(0.85, 1.0, np.cos(2 * np.pi * 6 * seen.traits[1]))


def _ribs(seen: Seen, surface: Surface) -> None:
    """Knitted ribs, and the shadow above the fold."""
    u, v = seen.traits
    fine = np.float32(min(1.0, 0.02 / seen.blur))
    surface.albedo *= 1 - 0.18 * fine * (1 + np.sin(2 * np.pi * 60 * u)) - 0.3 * bump(v, 0 * v, (0.70, 0), (0.02, 1))


def _woven(seen: Seen, surface: Surface) -> None:
    """Rings of plaited straw."""
    u, v = seen.traits
    fine = np.float32(min(1.0, 0.02 / seen.blur))
    surface.albedo *= 1 + fine * (0.10 * np.sin(2 * np.pi * 11 * v) + 0.06 * np.sin(2 * np.pi * 70 * u))
