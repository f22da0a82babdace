"""Brows: hairs along an arch over each eye."""

import numpy as np

from facelab.data.generated.colours import brow_colour, skin_colour
from facelab.data.generated.people import Person
from facelab.data.generated.scene import Surface, step

INNER, OUTER = -1.0, 1.35  # where brows begin and end, in half eye widths from the eye's middle
PEAK = 0.45  # where they are highest


def paint(
    surface: Surface, person: Person, x: np.ndarray, y: np.ndarray, grain: np.ndarray, rows: np.ndarray, blur: float
) -> None:
    """Brows on the points `rows`, at x and y at rest, seen by pixels `blur` wide; `grain` is noise, -1 to 1."""
    along = (np.abs(x) - person.eye_spacing) / person.eye_width
    rise = np.where(along < PEAK, (along - PEAK) / (INNER - PEAK), 1.25 * (along - PEAK) / (OUTER - PEAK))
    middle = person.eye_height + person.brow_height + person.brow_arch * (0.6 - rise**2)
    middle = middle + 0.15 * person.brow_tilt * along
    half = (
        0.5 * person.brow_thickness * (1.12 - 0.78 * step(0.0, OUTER, along)) * step(INNER - 0.25, INNER + 0.5, along)
    )
    up = y - middle
    fine = np.float32(min(1.0, 0.012 / blur))
    # Hairs start upright at the nose and lie down outwards.
    lean = 1.6 * step(INNER, INNER + 1.0, along) + 0.3
    strand = 2 * np.pi * (np.abs(x) - lean * up)
    hairs = 0.6 * np.sin(strand / 0.027 + 3 * grain + 7 * along) + 0.4 * np.sin(strand / 0.016 - 2 * grain)
    soft = 0.5 * blur + 0.018 + 0.008 * fine * hairs
    band = step(half + soft, half - soft, np.abs(up)) * step(INNER - 0.25, INNER + 0.25, along)
    band = band * step(OUTER + 0.12, OUTER - 0.35, along)
    share = band * (0.40 + 0.46 * person.brow_density) * (1 + 0.24 * fine * hairs)
    tone = 0.55 * brow_colour(person) + 0.06 * skin_colour(person)
    surface.cover(tone, np.clip(share, 0, 0.95), rows)
    surface.gloss[rows] *= 1 - 0.7 * band
