"""From a scene to pixels: perspective, and what a camera makes of the light.

Every photo is rendered on its own in float32, so its bytes depend on nothing but its parameters.
"""

import io

import numpy as np
from PIL import Image

from facelab.data.generated.backdrop import backdrop
from facelab.data.generated.colours import GAMMA
from facelab.data.generated.head import Head, pose
from facelab.data.generated.light import Light
from facelab.data.generated.photos import FIELD, UNIT, Photo
from facelab.data.generated.raster import compiled, directed, mixed, raster, towards
from facelab.data.generated.scene import Part, Seen

FINE = 128  # rays along a side that suffice for hair; larger pictures have OVERSAMPLING rays per pixel
OVERSAMPLING = 2


def render(head: Head, photo: Photo, size: int) -> np.ndarray:
    """A photo of a person: uint8 [3, size, size], RGB."""
    rng = np.random.default_rng(photo.grain)
    rays = max(OVERSAMPLING, -(-FINE // size))
    side = size * rays
    parts = pose(head, photo, size)
    points = np.concatenate([part.points for part in parts])
    starts = np.cumsum([0, *(len(part.points) for part in parts)])
    triangles, outlines = (
        np.concatenate([rows + np.int32(start) for rows, start in zip(of_parts, starts, strict=False)])
        for of_parts in zip(*((part.triangles, _outline(part)) for part in parts), strict=True)
    )
    met, shares = _look(points, triangles, photo, side)
    light = Light(photo, np.ascontiguousarray(points.T), outlines)
    radiance = backdrop(photo, rng, side)
    met, shares = met.ravel(), shares.reshape(-1, 2)
    ends = np.cumsum([len(part.triangles) for part in parts])
    owner = np.searchsorted(ends, met, side="right")
    distance = np.float32(photo.distance / UNIT)
    for number, part in enumerate(parts):
        rows = np.flatnonzero((owner == number) & (met >= 0))
        if not len(rows):
            continue
        corners = part.triangles[met[rows] - (ends[number] - len(part.triangles))]
        inside = shares[rows]
        at, traits = mixed(part.points, corners, inside), mixed(part.traits, corners, inside)
        normals, views = directed(part.normals, corners, inside), towards(distance, at)
        seen = Seen(at, normals, traits, views, 2 * FIELD / photo.scale / size)
        radiance[:, rows] = light.shade(part.paint(seen), seen)
    return _develop(radiance.reshape(3, side, side), photo, rng, size, rays)


def _outline(part: Part) -> np.ndarray:
    return part.triangles if part.outline is None else part.outline


def _look(points: np.ndarray, triangles: np.ndarray, photo: Photo, side: int) -> tuple[np.ndarray, np.ndarray]:
    """What each ray of the camera meets, as `raster` says it."""
    distance = np.float32(photo.distance / UNIT)
    away = distance - points[:, 2]
    zoom = np.float32(photo.scale / FIELD * side / 2) * distance / away
    x = points[:, 0] * zoom + np.float32(side * (0.5 + photo.shift_x))
    y = -points[:, 1] * zoom + np.float32(side * (0.5 + photo.shift_y))
    met, shares, _ = raster(x, y, 1 / away, triangles, side)
    return met, shares


def _develop(radiance: np.ndarray, photo: Photo, rng: np.random.Generator, size: int, rays: int) -> np.ndarray:
    """Average the rays of each pixel, then lens, white balance, tone curve, noise, 8 bits and JPEG."""
    values = _blurred(_averaged(radiance, rays), photo.blur * size / 1000)
    cast = np.array([1 + 0.1 * photo.white_balance, 1, 1 - 0.13 * photo.white_balance], np.float32)
    values = np.clip(values * np.sqrt(cast)[:, None, None], 0, 1) ** np.float32(2 / GAMMA)
    values += np.float32(photo.noise) * rng.standard_normal((3, size, size), np.float32)
    pixels = np.clip(values * 255 + np.float32(0.5), 0, 255).astype(np.uint8)
    return pixels if photo.jpeg >= 100 else _compressed(pixels, photo.jpeg)


@compiled
def _averaged(radiance: np.ndarray, rays: int) -> np.ndarray:
    """The mean over the `rays` x `rays` rays of each pixel, as the square root of light: float32 [3, size, size]."""
    channels, size, _ = radiance.shape
    found = np.zeros((channels, size // rays, size // rays), np.float32)
    for channel in range(channels):
        for row in range(size):
            for column in range(size):
                light = radiance[channel, row, column]
                # A shoulder rolls highlights off instead of clipping them. Square roots are close to how bright light
                # looks: averaged so, dark hair before a bright wall has a smooth edge.
                curved = light * (1 + np.float32(0.1) * light) / (1 + np.float32(0.28) * light)
                found[channel, row // rays, column // rays] += np.sqrt(curved)
    return found / np.float32(rays**2)


def _blurred(values: np.ndarray, deviation: float) -> np.ndarray:
    """By a Gaussian with a standard deviation in pixels; the edge is repeated."""
    if deviation < 0.15:
        return values
    radius = int(np.ceil(3 * deviation))
    weights = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2).astype(np.float32)
    weights /= weights.sum()
    for axis in (1, 2):
        padding = [(0, 0)] * 3
        padding[axis] = (radius, radius)
        wide, length = np.pad(values, padding, mode="edge"), values.shape[axis]
        values = sum(w * wide.take(range(i, i + length), axis=axis) for i, w in enumerate(weights))
    return values


def _compressed(pixels: np.ndarray, quality: int) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(pixels.transpose(1, 2, 0)).save(file, "JPEG", quality=quality)
    return np.ascontiguousarray(np.asarray(Image.open(file)).transpose(2, 0, 1))
