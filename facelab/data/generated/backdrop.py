"""What is behind a person: a wall, a studio's gradient, or a room or garden out of focus."""

import numpy as np

from facelab.data.generated.colours import hls
from facelab.data.generated.photos import BACKGROUNDS, Photo
from facelab.data.generated.raster import enlarged

GRADIENT = BACKGROUNDS.index("gradient")
COARSE = 48  # cells along a side in which it is painted; all of it is smooth
THINGS, LIGHTS = 7, 9
LEAST, MOST = 0.006, 0.75  # linear light; what is behind does not outshine the face


def backdrop(photo: Photo, rng: np.random.Generator, side: int) -> np.ndarray:
    """Linear RGB float32 [3, side * side]."""
    axis = np.linspace(-1, 1, COARSE, dtype=np.float32)
    x, y = axis[None, :], -axis[:, None]
    colour = hls(photo.background_hue, photo.background_lightness, 0.7 * photo.background_saturation)
    picture = PAINTS[photo.background](x, y, 0.85 * colour, np.float32(photo.background_contrast), rng)
    picture = np.clip(picture * np.float32(photo.exposure), LEAST, MOST).astype(np.float32)
    return enlarged(picture, side).reshape(3, -1)


def _wall(
    x: np.ndarray, y: np.ndarray, colour: np.ndarray, contrast: np.float32, rng: np.random.Generator
) -> np.ndarray:
    """A wall, lit from one side and darker towards its foot."""
    angle = rng.uniform(-0.2 * np.pi, 1.2 * np.pi)
    slope = np.float32(np.cos(angle)) * x + np.float32(np.sin(angle)) * y
    clouds = 0.02 * np.sin(3 * x + rng.uniform(0, 6)) * np.sin(4 * y + rng.uniform(0, 6))
    return colour[:, None, None] * (1 + (0.08 + 0.08 * contrast) * slope + clouds)


def _studio(
    x: np.ndarray, y: np.ndarray, colour: np.ndarray, contrast: np.float32, rng: np.random.Generator
) -> np.ndarray:
    """A lamp's pool of light behind the head, falling off to the corners."""
    centre_x, centre_y = rng.uniform(-0.35, 0.35), rng.uniform(-0.3, 0.4)
    away = (x - centre_x) ** 2 + 0.8 * (y - centre_y) ** 2
    pool = np.exp(-away * (0.5 + 0.5 * contrast))
    return colour[:, None, None] * ((1 - 0.65 * contrast) + 0.85 * contrast * pool)


def _room(
    x: np.ndarray, y: np.ndarray, colour: np.ndarray, contrast: np.float32, rng: np.random.Generator
) -> np.ndarray:
    """Floor, wall, and upright things out of focus, or a garden; before them discs of light."""
    garden = rng.uniform() < 0.45
    picture = _garden(x, y, colour, rng) if garden else _indoors(x, y, colour, rng)
    picture = colour[:, None, None] + (0.35 + 0.65 * contrast) * (picture - colour[:, None, None])
    warm = np.array([1.0, 0.95, 0.8] if garden else [1.0, 0.8, 0.52], np.float32)[:, None, None]
    for _ in range(LIGHTS):
        at_x, at_y, size = rng.uniform(-1.1, 1.1), rng.uniform(-0.3, 1.1), rng.uniform(0.07, 0.15)
        disc = np.clip((size - np.hypot(x - at_x, y - at_y)) / 0.05 + 0.5, 0, 1)
        picture = picture + disc * (0.22 * contrast * np.float32(rng.uniform(0.2, 1))) * warm
    return picture


def _indoors(x: np.ndarray, y: np.ndarray, colour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Shelves, doors, pictures and windows: upright rectangles, blurred."""
    picture = colour[:, None, None] * (1 + 0.12 * y)
    for _ in range(THINGS):
        at_x, at_y = rng.uniform(-1.1, 1.1), rng.uniform(-0.9, 0.9)
        wide, high = rng.uniform(0.1, 0.35), rng.uniform(0.2, 0.9)
        hue = 0.08 if rng.uniform() < 0.6 else rng.uniform()  # much in a room is of wood
        tint = 0.6 * hls(hue, rng.uniform(0.15, 0.75), rng.uniform(0.05, 0.4)) + 0.4 * colour
        share = _soft(np.abs(x - at_x), wide) * _soft(np.abs(y - at_y), high)
        picture = picture + np.float32(rng.uniform(0.5, 0.9)) * share * (tint[:, None, None] - picture)
    return picture


def _garden(x: np.ndarray, y: np.ndarray, colour: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A bright sky between leaves, and a lawn."""
    lightness = 0.2 + 0.3 * float(colour.mean())
    green = hls(rng.uniform(0.17, 0.34), lightness, rng.uniform(0.12, 0.32))[:, None, None]
    sky = (0.5 * colour + 0.5 * hls(0.56, 0.8, 0.3))[:, None, None]
    picture = green * (0.75 + 0.25 * _soft(y + 0.9, 0.5))
    for _ in range(2 * THINGS):
        at_x, at_y, size = rng.uniform(-1.2, 1.2), rng.uniform(-0.4, 1.2), rng.uniform(0.1, 0.35)
        tint = sky if rng.uniform() < 0.3 + 0.3 * at_y else green * np.float32(rng.uniform(0.4, 1.6))
        share = 0.7 * _soft(np.hypot(x - at_x, (y - at_y) * 0.9), size)
        picture = picture + share * (tint - picture)
    return picture


PAINTS = (_wall, _studio, _room)


def _soft(away: np.ndarray, size: float) -> np.ndarray:
    """1 within `size`, 0 beyond, with the width of a defocused edge between."""
    share = np.clip((size - away) / 0.22 + 0.5, 0, 1)
    return share * share * (3 - 2 * share)
