"""Beards: where they grow, how far they stand out, and their paint."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated.colours import brow_colour, skin_colour
from facelab.data.generated.features import lip_edges, lip_line, nose_base
from facelab.data.generated.people import BEARDS, Person
from facelab.data.generated.scene import Surface, bump, step

STUBBLE = 0.38  # up to here a beard is a shadow on the skin, from here on hair
HIGHEST = 0.1  # over the base of the nose: where sideburns fade into the skin
THICK = 0.055  # of a full beard, in head units


def _moustache(person: Person, side: np.ndarray, v: np.ndarray, y: np.ndarray) -> np.ndarray:
    top = nose_base(person) - 0.03 - 0.45 * np.clip(side - 0.1, 0, None)
    return step(-0.012, 0.014, v - 0.85 * person.lip_upper) * step(top + 0.02, top - 0.03, y) * step(0.34, 0.24, side)


def _chin(person: Person, side: np.ndarray, v: np.ndarray, y: np.ndarray) -> np.ndarray:
    wide = 0.18 + 0.3 * np.clip(-0.12 - v, 0, 0.2)
    return step(wide + 0.05, wide - 0.03, side) * step(0.012, -0.03, v + 0.9 * person.lip_lower)


def _sides(person: Person, side: np.ndarray, v: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Cheeks and jaw, from the sideburns before the ears down."""
    line = person.mouth_height + 0.06 + 1.5 * np.clip(side - 0.36, 0, 0.5) ** 1.5
    low = step(line + 0.05, line - 0.07, y)
    return low * step(person.mouth_width - 0.06, person.mouth_width + 0.05, side + 0.6 * np.clip(-v - 0.12, 0, 0.3))


def _corners(person: Person, side: np.ndarray, v: np.ndarray, y: np.ndarray) -> np.ndarray:
    return bump(side, v, (person.mouth_width + 0.055, -0.05), (0.05, 0.14)) * step(0.10, 0.04, v)


def _strap(person: Person, side: np.ndarray, v: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Along the edge of the jaw."""
    edge = -person.face_length + 0.12 + 0.9 * np.clip(side - 0.1, 0, 0.6) ** 1.4
    return step(0.13, 0.06, np.abs(y - edge))


Place = Callable[[Person, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
PLACES: dict[str, tuple[Place, ...]] = {
    "full": (_moustache, _chin, _sides, _corners),
    "moustache": (_moustache,),
    "goatee": (_moustache, _chin, _corners),
    "chin strap": (_strap,),
}
assert tuple(PLACES) == BEARDS


def _grown(person: Person, places: tuple[Place, ...], x, y, z) -> np.ndarray:
    """How densely hair grows at points at rest, 0 to 1."""
    side, v = np.abs(x), y - lip_line(person, x)
    dense = np.zeros_like(x)
    for place in places:
        dense = np.maximum(dense, place(person, side, v, y))
    upper, lower = lip_edges(person, x)
    lips = step(0.006, -0.012, np.maximum(v - upper, -v - lower)) * (side < person.mouth_width)
    top = nose_base(person) + HIGHEST
    return dense * (1 - lips) * step(-0.12, 0.12, z) * step(top, top - 0.2, y)


def thickness(person: Person, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """How far a grown beard stands out of the skin, in head units."""
    grown = max(0.0, person.beard - STUBBLE) / (1 - STUBBLE)
    if grown == 0:
        return np.zeros_like(x)
    return THICK * grown * _grown(person, PLACES[BEARDS[person.beard_style]], x, y, z)


def paint(surface: Surface, person: Person, x, y, z, fine: np.ndarray, rows: np.ndarray) -> None:
    """Stubble everywhere, and hair where it is grown.

    Args:
        x, y, z: of the points `rows`, at rest.
        fine: what differs between hairs there, about -1 to 1.
    """
    if person.beard < 0.03:
        return
    grown = float(np.clip((person.beard - STUBBLE) / (1 - STUBBLE), 0, 1))
    shadow = min(person.beard / STUBBLE, 1.0)
    hair, skin = brow_colour(person), skin_colour(person)
    everywhere = _grown(person, PLACES["full"], x, y, z)
    roots = 0.7 * np.sqrt(hair * skin) + 0.3 * skin * np.array([0.50, 0.55, 0.60], np.float32)
    # What is not grown is shaved closer the more there is elsewhere.
    shaved = 1 if BEARDS[person.beard_style] == "full" else 1 - 0.55 * min(1.0, grown / 0.2)
    surface.cover(roots, everywhere * np.clip(0.50 * shadow * shaved * (1 + 0.30 * fine), 0, 1), rows)
    surface.gloss[rows] *= 1 - 0.5 * everywhere
    if grown == 0:
        return
    dense = _grown(person, PLACES[BEARDS[person.beard_style]], x, y, z)
    share = np.clip(dense * (0.55 + 0.55 * grown) * (1 + 0.15 * fine), 0, 0.96)
    # Hairs run down and away from the middle.
    streaks = np.sin(150 * x + 45 * np.sin(9 * y) + 5 * fine) * np.sin(38 * y + 70 * np.abs(x) + 4 * fine)
    tone = 0.80 + 0.22 * streaks + 0.15 * fine
    surface.cover(hair[:, None] * tone, share, rows)
    surface.skin[rows] *= 1 - share
    surface.gloss[rows] *= 1 - 0.6 * share
