"""The paint of the mouth: lips, and what shows between them."""

import numpy as np

from facelab.data.generated.colours import BLOOD, SKIN, TEETH, THROAT, skin_colour
from facelab.data.generated.expressions import LIP, gap
from facelab.data.generated.features import lip_edges, lip_line, lip_share
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Surface, step

TOOTH = 0.062  # how far the upper teeth reach below the line between the lips, in head units
INCISOR = 0.048  # width of the teeth in the middle
SHUT = 0.004  # lips nearer than this are closed


def lip_colour(person: Person) -> np.ndarray:
    """Linear RGB [3]: the skin's, with blood near."""
    skin = skin_colour(person)
    depth = skin / SKIN[0]
    rosy = 0.52 * skin * np.array([1.0, 0.62, 0.62], np.float32) + 0.42 * BLOOD * depth**0.6
    return rosy * (0.98 - 0.05 * person.masculinity + 0.04 * person.redness)


def paint(
    surface: Surface, person: Person, photo: Photo, x: np.ndarray, y: np.ndarray, now: np.ndarray, rows, blur: float
) -> None:
    """Lips on the points `rows`, at x and y at rest, `now` [3, n] in the head's frame; a pixel is `blur` wide."""
    share, v = lip_share(person, x), y - lip_line(person, x)
    upper, lower = lip_edges(person, x)
    edge = 0.5 * blur + 0.010
    ends = step(0.0, 0.12, share)
    lips = step(-edge, edge, upper + LIP - v) * step(-edge, edge, v + lower + LIP) * ends
    deeper = np.where(v > 0, 0.84, 1.0) * (1 - 0.10 * np.exp(-0.5 * (v / 0.03) ** 2))
    creases = 1 + 0.04 * min(1.0, 0.012 / blur) * np.sin(190 * x + 3 * np.sin(60 * v))
    strength = 0.74 - 0.14 * float(np.clip(person.masculinity, -1, 1))
    surface.cover(lip_colour(person)[:, None] * deeper * creases, strength * lips, rows)
    surface.gloss[rows] += lips * 0.05
    surface.sharpness[rows] += lips * 12
    apart = gap(person, x, photo.mouth_open, photo.smile)
    _inside(surface, person, x, v, now, apart, blur, rows)


def _inside(surface: Surface, person: Person, x, v, now, apart, blur, rows) -> None:
    """The line between closed lips; between open ones the upper teeth, which stay where the skull is, and the dark."""
    closed = step(0.025, SHUT, apart)
    ends = step(1.06, 0.92, np.abs(x) / person.mouth_width)
    seam = np.exp(-0.5 * (v / (0.009 + 0.35 * blur)) ** 2) * ends
    surface.cover(0.16 * lip_colour(person), 0.62 * seam * closed, rows)
    between = step(1.0, 0.72, np.abs(v) / LIP) * step(0.0, 0.03, apart) * step(0.0, 0.05, lip_share(person, x))
    surface.cover(THROAT, between, rows)
    below, side = person.mouth_height - now[1], np.abs(now[0])
    soft = 0.5 * blur + 0.004
    reach = TOOTH - 0.35 * side**2
    teeth = between * step(reach + soft, reach - soft, below)
    gaps = np.exp(-0.5 * ((np.abs((side / INCISOR + 0.5) % 1 - 0.5)) / 0.07) ** 2) * min(1.0, 0.012 / blur)
    shade = (0.64 + 0.24 * step(-0.01, 0.025, below)) * (1 - 0.35 * step(0.2, 0.9, side / person.mouth_width))
    surface.cover(TEETH[:, None] * (shade * (1 - 0.22 * gaps)), teeth, rows)
    surface.skin[rows] *= 1 - between
    surface.gloss[rows] += teeth * 0.15 - (1 - teeth) * between * 0.9 * surface.gloss[rows]
