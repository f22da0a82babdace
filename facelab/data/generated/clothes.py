"""What people wear on their shoulders: necklines, cloth, and a shirt's collar."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facelab.data.generated.colours import hls
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Part, Seen, Surface, step, unit
from facelab.data.generated.solids import facing, sheet

MIDDLE = -0.36  # depth of the neck's axis
# A collar from the foot of its stand over the fold to the edge of the leaf: radius, height at the nape, how much lower
# it is at the throat, and how much further its points hang.
LEAF = np.array([
    (0.44, -1.30, 0.20, 0.00),
    (0.455, -1.08, 0.20, 0.00),
    (0.475, -1.055, 0.20, 0.00),
    (0.555, -1.14, 0.23, 0.05),
    (0.65, -1.23, 0.23, 0.12),
])  # fmt: skip


@dataclass(frozen=True)
class Garment:
    """A thing to wear.

    Attributes:
        behind, before: heights of the neckline at the nape and at the throat, in head units.
        point: exponent of its way down in front; 1 is a V, 3 is round.
        thick: how far it stands off the skin.  band: width of a ribbed band or hem along the neckline.
        knit: width of its stitches or threads, in head units.
        collar: whether a shirt's collar stands on it.
    """

    behind: float
    before: float
    point: float
    thick: float
    band: float
    knit: float
    collar: bool = False


GARMENTS: dict[str, Garment] = {
    "t-shirt": Garment(-1.27, -1.44, 2.5, 0.015, 0.05, 0.012),
    "v-neck": Garment(-1.27, -1.66, 1.2, 0.02, 0.045, 0.02),
    "shirt": Garment(-1.22, -1.46, 1.3, 0.02, 0.0, 0.012, collar=True),
    "jumper": Garment(-1.22, -1.36, 2.5, 0.045, 0.09, 0.032),
    "roll neck": Garment(-1.06, -1.13, 2.0, 0.04, 0.22, 0.026),
}


def garment_of(photo: Photo) -> Garment:
    """What is worn on a photo."""
    return list(GARMENTS.values())[photo.grain % len(GARMENTS)]


def _below(garment: Garment, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """How far points are below the neckline."""
    front = np.clip((z - MIDDLE) / 0.45, 0, 1) * step(0.6, 0.0, np.abs(x))
    return garment.behind + (garment.before - garment.behind) * front**garment.point - y


def thickness(garment: Garment, rest: np.ndarray) -> np.ndarray:
    """What cloth adds to points [n, 3] of the bare body, float32."""
    x, y, z = rest.T
    out = unit(np.stack([x, 0.6 * step(-1.25, -1.6, y), z - MIDDLE], 1), 1)
    share = step(-0.03, 0.02, _below(garment, x, y, z))
    return (garment.thick * share[:, None] * out).astype(np.float32)


def dress(surface: Surface, seen: Seen, garment: Garment, photo: Photo) -> None:
    """Paint cloth below the neckline over a body whose traits are its bare points."""
    x, y, z = seen.traits
    below = _below(garment, x, y, z)
    cloth = np.clip(0.5 + below / (seen.blur + 0.01), 0, 1)
    fine = np.float32(min(1.0, garment.knit / seen.blur))
    around = np.arctan2(x, z - MIDDLE)
    turns = 1.4 / garment.knit
    stitches = np.sin(2 * x / garment.knit) * np.sin(2 * y / garment.knit)
    banded = step(garment.band, garment.band - 0.01, below)
    ribs = np.sin(turns * around) * banded
    tone = 1 + fine * (0.07 * stitches * (1 - banded) + 0.12 * ribs)
    # The hem throws a shadow on the cloth below it and on the skin above.
    tone *= 1 - 0.3 * np.exp(-0.5 * ((below - garment.band - 0.008) / 0.010) ** 2)
    surface.albedo *= 1 - 0.3 * np.exp(-0.5 * ((below + 0.015) / 0.02) ** 2)
    surface.cover(cloth_colour(photo)[:, None] * tone, cloth)
    # Folds hang from the shoulders and run round the neck.
    slack = 0.16 * cloth * step(garment.band, garment.band + 0.15, below)
    waves = np.stack([np.sin(9 * x + 5 * y + photo.grain % 5), np.sin(11 * y - 6 * np.abs(x) + 2), 0 * x])
    surface.normals = unit(seen.normals + slack * waves)
    surface.skin *= 1 - cloth
    surface.gloss *= 1 - 0.8 * cloth


def cloth_colour(photo: Photo) -> np.ndarray:
    """Of the garment, linear RGB [3]; neither whiter nor blacker than cloth is."""
    return hls(photo.clothing_hue, 0.10 + 0.72 * photo.clothing_lightness, 0.8 * photo.clothing_saturation)


def parts(person: Person, garment: Garment, photo: Photo, placed: Callable[[np.ndarray], np.ndarray]) -> list[Part]:
    """A shirt's collar, turned down, open at the throat; `placed` puts points of the neck into the camera's frame."""
    if not garment.collar:
        return []
    # Columns run from one point of the collar round the nape (0) to the other.
    along = np.linspace(-1, 1, 41)
    around = along * (np.pi - 0.16)
    x, z = -np.sin(around), -np.cos(around)
    front, point = step(0.1, 1.0, z), step(0.8, 1.0, np.abs(along))
    radius, height, drop, tip = LEAF.T[:, :, None]
    out = radius * person.neck + 0.5 * tip * point
    net = np.stack([out * x, height - drop * front - tip * point, MIDDLE + 1.04 * out * z], 2)
    colour = cloth_colour(photo)

    def paint(seen: Seen) -> Surface:
        surface = Surface.plain(colour, facing(seen))
        surface.gloss[:] = 0.02
        surface.albedo *= 1 - 0.2 * np.exp(-0.5 * ((seen.traits[1] - 0.93) / 0.015) ** 2)
        return surface

    return [sheet(net, placed, paint)]
