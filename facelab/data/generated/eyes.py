"""Eyes: lids with lashes and a fold, and between them the ball with iris, pupil and highlight.

Lengths are in half eye widths, from the eye's middle: `outward` towards the temple, `upward`.
"""

import numpy as np

from facelab.data.generated.colours import BLACK, BLOOD, IRIS, SCLERA, gradient, skin_colour
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Surface, step, unit

IRIS_RADIUS, PUPIL_RADIUS = 0.40, 0.17
ABOVE = 0.58  # the share of the opening that is above the line between the corners
TURN, LIFT = 0.42, 0.22  # how far the iris goes with a full gaze
RIM = 0.055  # thickness of the lower lid's wet edge


def _lids(person: Person, photo: Photo, outward: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Heights of the edges of both lids: the upper one is highest towards the nose, the lower one lowest outside."""
    smile = max(0.0, photo.smile)
    tall = 2 * person.eye_opening
    inside = np.clip(1 - outward * outward, 0, 1)
    top = ABOVE * tall * (1 + 0.14 * photo.brow_raise - 0.10 * smile) * inside**0.62 * (1 - 0.10 * outward)
    low = -(1 - ABOVE) * tall * (1 - 0.30 * smile) * inside**0.75 * (1 + 0.16 * outward)
    looked = 0.5 * LIFT * photo.gaze_up * inside
    top = top + looked
    return top + (0.92 * low - top) * min(1.0, photo.eyes_closed), low


def paint(
    surface: Surface, person: Person, photo: Photo, turn: np.ndarray, x: np.ndarray, y: np.ndarray, rows, blur: float
) -> None:
    """Eyes on the points `rows`, at x and y at rest, seen by pixels `blur` wide; `turn` is the head's rotation."""
    outward = (np.abs(x) - person.eye_spacing) / person.eye_width
    upward = (y - person.eye_height) / person.eye_width - person.eye_tilt * outward
    edge = 0.6 * blur / person.eye_width
    upper, lower = _lids(person, photo, outward)
    span = step(1.06, 0.96, np.abs(outward))
    _skin_of_lids(surface, person, photo, outward, upward, rows)
    gap = step(-edge, edge, upper - upward) * step(-edge, edge, upward - lower) * span
    _ball(surface, person, photo, x, outward, upward, upper, gap, edge, rows)
    _wet(surface, turn, x, outward, upward, gap, rows)
    _lashes(surface, person, photo, outward, upward, upper, lower, edge, rows)


def _skin_of_lids(surface: Surface, person: Person, photo: Photo, outward, upward, rows) -> None:
    """The crease over the eye, and a shade where the lid turns in under the brow."""
    natural = 2 * ABOVE * person.eye_opening * np.clip(1 - (outward / 1.12) ** 2, 0, 1) ** 0.6
    crease = natural + 0.08 + 0.17 * (1 - person.lid_fold)
    span = step(1.25, 0.75, np.abs(outward - 0.05))
    depth = (0.48 - 0.30 * person.lid_fold) * (1 - 0.4 * photo.eyes_closed)
    line = np.exp(-0.5 * ((upward - crease) / 0.05) ** 2)
    shade = 0.35 * step(-0.05, 0.02, upward - crease) * np.exp(-0.5 * ((upward - crease) / 0.22) ** 2)
    darker = np.array([0.8, 1.0, 1.0], np.float32)[:, None]
    surface.albedo[:, rows] *= 1 - darker * np.clip(depth * (line + shade), 0, 1) * span


def _ball(surface: Surface, person: Person, photo: Photo, x, outward, upward, upper, gap, edge, rows) -> None:
    # The upper lid and the corners shade the ball.
    shade = (0.58 + 0.42 * step(0.0, 0.42, upper - upward)) * (0.78 + 0.22 * np.clip(1 - outward * outward, 0, 1))
    corner = step(-0.78, -0.98, outward)
    white = SCLERA[:, None] * 0.84 * (1 - corner) + (0.45 * SCLERA + 0.4 * BLOOD)[:, None] * corner
    surface.cover(white * shade, gap, rows)
    look = np.sign(x) * TURN * photo.gaze + 0.01
    rim = np.hypot(outward - look, upward - LIFT * photo.gaze_up - 0.05)
    colour = gradient(IRIS, person.iris)
    angle = np.arctan2(upward - 0.05, outward - look)
    fibres = (
        0.78 + 0.10 * np.sin(17 * angle + 3 * np.sin(5 * angle)) + 0.40 * step(0.7, -0.5, upward) * step(0.15, 0.3, rim)
    )
    surface.cover(
        colour[:, None] * fibres * shade, gap * step(IRIS_RADIUS + edge + 0.02, IRIS_RADIUS - edge - 0.02, rim), rows
    )
    limbus = np.exp(-0.5 * ((rim - IRIS_RADIUS + 0.02) / (0.045 + 0.3 * edge)) ** 2)
    surface.cover(0.30 * colour, 0.75 * gap * limbus, rows)
    surface.cover(0.6 * BLACK, gap * step(PUPIL_RADIUS + edge, PUPIL_RADIUS - edge, rim), rows)


def _wet(surface: Surface, turn: np.ndarray, x, outward, upward, gap, rows) -> None:
    """A bright window in the eye: light on a wet ball."""
    bowl = np.stack([np.sign(x) * outward, upward, np.ones_like(x)])
    ball = unit((turn @ unit(bowl)).astype(np.float32))
    surface.normals[:, rows] = unit(surface.normals[:, rows] * (1 - gap) + ball * gap)
    surface.gloss[rows] += gap * (0.85 - surface.gloss[rows])
    surface.sharpness[rows] += gap * (140 - surface.sharpness[rows])
    surface.skin[rows] *= 1 - gap


def _lashes(surface: Surface, person: Person, photo: Photo, outward, upward, upper, lower, edge, rows) -> None:
    woman = float(np.clip(0.5 - 0.6 * person.masculinity, 0, 1))
    span = step(1.10, 0.92, outward) * step(-1.04, -0.85, outward)
    thick = (0.022 + 0.022 * woman) * (0.7 + 0.5 * step(-0.8, 0.9, outward)) + 0.25 * edge
    away = np.clip(np.abs(upward - upper - 0.02) - 0.4 * thick, 0, None)
    upper_line = np.exp(-0.5 * (away / thick) ** 2)
    surface.cover(BLACK, (0.66 + 0.24 * woman) * upper_line * span, rows)
    # The outer lashes of closed and of women's eyes stand beyond the corner.
    wing = np.exp(-0.5 * ((upward - upper - 0.5 * np.clip(outward - 0.85, 0, None)) / 0.05) ** 2)
    surface.cover(BLACK, 0.55 * woman * wing * step(0.8, 0.95, outward) * step(1.25, 1.0, outward), rows)
    rim = np.exp(-0.5 * ((upward - lower) / (RIM + 0.3 * edge)) ** 2) * span * (1 - min(1.0, photo.eyes_closed))
    surface.cover(0.45 * skin_colour(person) + 0.25 * BLOOD, 0.45 * rim, rows)
    below = np.exp(-0.5 * ((upward - lower + 0.05) / (0.035 + 0.3 * edge)) ** 2) * span
    surface.cover(0.30 * skin_colour(person), (0.22 + 0.20 * woman) * below * step(-0.9, 0.6, outward), rows)
