"""What stands out of a bare skull, as a height field over the face: brow, sockets, nose, cheeks, lips and chin.

Everything is a function of a point's place `x` and `y` on the bare skull, "at rest"; so is the paint, which shares the
lines drawn here. Heights are towards the viewer (z), in head units.
"""

import numpy as np

from facelab.data.generated.people import Person
from facelab.data.generated.scene import bump, step

SOCKET = 0.105  # how deep an eye lies between brow and cheek
BALL = 0.062  # how far ball and lids stand out of the socket
MUZZLE = 0.050  # the teeth behind the lips


def height(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How far the face stands out at points at rest, [n]."""
    side = np.abs(x)
    return _orbit(person, x, side, y) + nose(person, x, y) + _cheeks(person, side, y) + _mouth(person, x, side, y)


def nose_base(person: Person) -> float:
    """Height of the place where the nose meets the upper lip."""
    return person.eye_height - person.nose_length


def _orbit(person: Person, x: np.ndarray, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Forehead, brow ridge, eye sockets with balls and lids."""
    eye, spacing = person.eye_height, person.eye_spacing
    brow = eye + 0.85 * person.brow_height
    out = person.brow_ridge * bump(side, y, (0.22, brow), (0.17, 0.07))
    out += 0.5 * person.brow_ridge * bump(x, y, (0, eye + 0.2), (0.12, 0.08))
    out -= (SOCKET + 0.028 * person.eye_depth) * bump(side, y, (spacing - 0.01, eye + 0.02), (0.145, 0.095))
    out -= 0.024 * bump(side, y, (spacing - 0.75 * person.eye_width - 0.02, eye + 0.03), (0.05, 0.07))
    ball = 1 - ((side - spacing) / 0.155) ** 2 - ((y - eye) / 0.115) ** 2
    out += BALL * np.clip(ball, 0, None) ** 1.1
    # The fold of the upper lid overhangs where there is no crease.
    out += 0.012 * (0.4 + person.lid_fold) * bump(side, y, (spacing + 0.02, eye + 0.115), (0.12, 0.025))
    out -= 0.02 * bump(side, y, (person.head_width - 0.08, eye + 0.25), (0.09, 0.17))
    out -= 0.05 * person.forehead * step(0.3, 0.9, y)
    return out


def nose(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Bridge, ball of the tip, wings, nostrils, and the partition between them."""
    side, base, root = np.abs(x), nose_base(person), person.eye_height + 0.07
    tip = base + 0.085 + 0.022 * person.nose_tilt
    down = np.clip((root - y) / (root - tip), -0.6, 1.4)
    share = np.clip(down, 0, 1)
    top = 0.03 + 0.5 * person.nose_bridge
    ridge = top + (person.nose_tip - top) * share**1.25
    ridge += 0.028 * person.nose_hump * bump(share, 0, (0.42, 0), (0.2, 1))
    ridge *= step(-0.6, 0.1, down)
    under = step(base - 0.045 - 0.015 * (1 - person.nose_tilt), tip + 0.012, y)
    narrow, wide = 0.056 + 0.018 * share**2, 0.105 + (0.78 * person.nose_width - 0.09) * share**1.5
    section = 0.5 * np.exp(-0.5 * (x / narrow) ** 2) + 0.5 * np.exp(-0.5 * (x / wide) ** 2)
    out = ridge * section * under
    out += 0.040 * bump(x, y, (0, tip), (0.060, 0.050))
    out += (
        0.088 * bump(side, y, (0.76 * person.nose_width, base + 0.042), (0.036, 0.040)) * step(-0.035, 0.02, y - base)
    )
    out -= 0.012 * bump(side, y, (person.nose_width + 0.030, base + 0.055), (0.022, 0.05))
    out -= 0.05 * bump(side, y, (0.44 * person.nose_width, base + 0.002), (0.026, 0.018))
    return out


def nostril(person: Person, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """How deep in the dark of a nostril points are, 0 to 1."""
    along = np.abs(x) - 0.45 * person.nose_width
    up = y - nose_base(person) + 0.004 - 0.25 * along
    return np.exp(-0.5 * ((along / 0.025) ** 2 + (up / 0.012) ** 2))


def _cheeks(person: Person, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    eye, base, mouth = person.eye_height, nose_base(person), person.mouth_height
    round_, gaunt = max(0.0, person.fullness), max(0.0, -person.fullness)
    out = (0.8 * person.cheekbones + 0.014) * bump(side, y, (0.41, eye - 0.23), (0.15, 0.11))
    out += (0.020 + 0.055 * round_) * bump(side, y, (0.34, base - 0.05), (0.15, 0.16))
    out -= (0.010 + 0.035 * gaunt) * bump(side, y, (0.46, mouth + 0.10), (0.10, 0.15))
    # The tear trough deepens with age.
    out -= 0.008 * (1 + 1.5 * aged(person)) * bump(side, y, (person.eye_spacing - 0.06, eye - 0.14), (0.10, 0.022))
    return out - (0.005 + 0.016 * aged(person)) * fold(person, side, y)


def aged(person: Person) -> float:
    """0 at 28 years and before, 1 from 75 on."""
    return float(np.clip((person.age - 28) / 47, 0, 1))


def fold(person: Person, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The fold from the wing of the nose past the corner of the mouth, 0 to 1."""
    base = nose_base(person) + 0.05
    down = (base - y) / (base - person.mouth_height)
    along = np.clip(down, -0.3, 1.3)
    start = person.nose_width + 0.045
    line = start + (person.mouth_width + 0.055 - start) * along**2 * np.sign(along) + 0.03 * along
    return np.exp(-0.5 * ((side - line) / 0.024) ** 2) * step(-0.25, 0.15, down) * step(1.25, 0.7, down)


def _mouth(person: Person, x: np.ndarray, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Lips before the teeth, philtrum, chin and the hollow above it."""
    mouth, base = person.mouth_height, nose_base(person)
    share, v = lip_share(person, x), y - lip_line(person, x)
    out = MUZZLE * bump(x, y, (0, mouth + 0.03), (0.24, 0.16))
    middle = (base + mouth + person.lip_upper) / 2
    out -= 0.012 * bump(x, y, (0, middle), (0.020, 0.06))
    out += 0.006 * bump(side, y, (0.042, middle), (0.016, 0.06))
    upper = bump(0, v, (0, 0.42 * person.lip_upper), (1, 0.55 * person.lip_upper))
    lower = bump(0, v, (0, -0.48 * person.lip_lower), (1, 0.50 * person.lip_lower))
    full = share**0.6
    out += full * ((0.018 + 0.22 * person.lip_upper) * upper + (0.018 + 0.26 * person.lip_lower) * lower)
    out -= 0.022 * share**0.3 * bump(0, v, (0, 0), (1, 0.011))
    out -= 0.012 * bump(side, v, (person.mouth_width + 0.015, 0), (0.025, 0.04))
    low = -person.face_length
    hollow = 0.4 * (mouth - person.lip_lower) + 0.6 * (mouth + low) / 2 + 0.03
    out -= 0.020 * bump(x, y, (0, hollow), (0.14, 0.04))
    broad = 0.12 + 0.10 * np.clip(person.jaw_square - 2, 0, 1)
    return out + (0.02 + person.chin) * bump(x, y, (0, low + 0.17), (broad, 0.10))


def lip_share(person: Person, x: np.ndarray) -> np.ndarray:
    """1 in the middle of the mouth, 0 at and beyond its corners."""
    return np.clip(1 - (x / person.mouth_width) ** 2, 0, 1)


def lip_line(person: Person, x: np.ndarray) -> np.ndarray:
    """Height of the line between the lips, at rest: with a dip under the philtrum."""
    along = np.minimum((x / person.mouth_width) ** 2, 1.4)
    dip = 0.006 * np.cos(2.6 * np.pi * np.minimum(np.abs(x) / person.mouth_width, 1)) * np.clip(1 - along, 0, 1)
    return person.mouth_height + 0.022 * person.mouth_curve * along - dip


def lip_edges(person: Person, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far upper and lower lip reach above and below the line between them."""
    share, side = lip_share(person, x), np.abs(x) / person.mouth_width
    bow = 1 - 0.26 * np.exp(-0.5 * (side / 0.11) ** 2) + 0.06 * np.exp(-0.5 * ((side - 0.27) / 0.14) ** 2)
    return person.lip_upper * share**0.8 * bow, person.lip_lower * share**0.6
