"""Ears: a shell with a rolled rim, a hollow and a lobe, standing off the sides of the head."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated.colours import BLOOD, SKIN, skin_colour
from facelab.data.generated.face import skull
from facelab.data.generated.people import Person
from facelab.data.generated.scene import Part, Seen, Surface, bump, grid_triangles, normals_of, outline_triangles, step

RINGS, AROUND = 15, 30
SIDES = 2
TALL, BROAD = 0.27, 0.15  # half extents in head units
BEHIND, BELOW = -0.13, 0.13  # of the ear's middle: behind the head's, below the eyes


def _both(one: np.ndarray) -> np.ndarray:
    """The triangles of both ears, from those of one."""
    return np.concatenate([one[:, ::-1], one + np.int32(RINGS * AROUND)])  # mirrored, they wind the other way


TRIANGLES = _both(grid_triangles(RINGS, AROUND, closed=True))
OUTLINE = _both(outline_triangles(RINGS, AROUND))


def shells(person: Person) -> tuple[np.ndarray, np.ndarray]:
    """Both ears in the head's frame, float32 [V, 3], and for each point how deep it lies in the shell, 0 to 1."""
    direction = np.array([[1.0], [-0.08], [0.5 * BEHIND]]) / np.linalg.norm([1, -0.08, 0.5 * BEHIND])
    radius = float(skull(person, *direction)[0] * direction[0, 0])  # half the head's width where the ears grow
    ring = np.linspace(0, 1, RINGS)[:, None]
    angle = np.linspace(0, 2 * np.pi, AROUND, endpoint=False)[None, :]
    # Rings go from the middle of the outer side over the rim to the back, and into the head.
    far = np.where(ring < 0.72, ring / 0.72, 1 - 0.9 * (ring - 0.72))
    up, back = np.sin(angle), np.cos(angle)
    egg = 1 - 0.20 * np.clip(-up, 0, 1) * (0.6 + 0.4 * np.abs(back)) - 0.12 * np.clip(-back, 0, 1)
    y, z = far * egg * up * TALL, far * egg * back * BROAD
    rim = bump(far, 0, (0.9, 0), (0.11, 1)) * step(-0.85, -0.2, up + 0.5 * back)
    inner = bump(far, 0, (0.56, 0), (0.12, 1)) * step(-0.6, 0.2, back) * step(-0.9, -0.3, up)
    hollow = bump(y, z, (-0.035, -0.035), (0.085, 0.055))
    lobe = bump(y, z, (-0.24, -0.02), (0.07, 0.06))
    out = 0.030 * rim + 0.016 * inner - 0.030 * hollow + 0.008 * lobe
    behind = step(0.72, 1.0, ring)
    out = out * (1 - behind) - 0.075 * behind
    tragus = 0.03 * bump(y, z, (-0.02, -0.115), (0.05, 0.025)) * (1 - behind)
    off = 1.5 * person.ear_spread * (0.15 + 0.85 * step(-0.14, 0.15, z))
    x = radius + 0.004 + off * (1 - 0.35 * np.clip(-y / TALL, 0, 1)) + out + tragus
    size = person.ear_size
    z = BEHIND - size * (z + 0.12 * y)
    y = person.eye_height - BELOW + size * y
    dark = np.clip(hollow + 0.35 * bump(far, 0, (0.74, 0), (0.06, 1)) * step(-0.2, 0.5, up), 0, 1) * (1 - behind)
    right = np.stack(np.broadcast_arrays(x, y, z), -1).reshape(-1, 3)
    both = np.concatenate([right, right * np.array([-1, 1, 1])])
    return both.astype(np.float32), np.tile(dark.ravel(), SIDES).astype(np.float32)


def part(person: Person, ears: tuple[np.ndarray, np.ndarray], turn: np.ndarray) -> Part:
    """The ears, which are `shells`, on a photo.

    Args:
        turn: the head's rotation, [3, 3].
    """
    points, dark = ears
    at = points @ turn.T
    return Part(at, normals_of(at, TRIANGLES), TRIANGLES, dark[:, None], _painter(person), OUTLINE)


def _painter(person: Person) -> Callable[[Seen], Surface]:
    colour = skin_colour(person)
    depth = colour / SKIN[0]

    def paint(seen: Seen) -> Surface:
        (dark,) = seen.traits
        surface = Surface.plain(colour, seen.normals)
        surface.cover(BLOOD * depth, 0.16 + 0.10 * person.redness + 0.15 * dark)
        surface.albedo *= 1 - 0.45 * dark
        surface.gloss[:], surface.sharpness[:], surface.skin[:] = 0.06, 12, 1
        return surface

    return paint
