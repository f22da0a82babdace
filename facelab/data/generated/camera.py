"""From a scene to pixels: perspective, light with shadows, and what a camera makes of it.

Every photo is rendered on its own in float32, so its bytes depend on nothing but its parameters.
"""

import io

import numpy as np
from PIL import Image

from facelab.data.generated.backdrop import backdrop
from facelab.data.generated.colours import GAMMA
from facelab.data.generated.head import Head, pose
from facelab.data.generated.photos import FIELD, UNIT, Photo
from facelab.data.generated.raster import hidden, mixed, raster, turned
from facelab.data.generated.scene import Part, Seen, Surface, unit

FINE = 128  # rays along a side that suffice for hair; larger pictures have OVERSAMPLING rays per pixel
OVERSAMPLING = 2
REACH = 2.6  # half the side of a shadow map, in head units
SHADOW_SIDE, SKY_SIDE = 176, 80
TAPS = 8
FILL = 0.28  # of the lamp's light, what walls and clothes throw into its shadow
# How far points are lifted off their surface before a map is asked, lest they shade themselves: about one of its cells.
LIFTED, SKY_LIFTED = 0.035, 0.075
SKY = np.array([[-0.7, 0.5, 0.5], [0.7, 0.5, 0.5]], np.float32)
SKY_TAPS = 5


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
        at, normals, traits = (
            mixed(table, corners, shares[rows]) for table in (part.points, part.normals, part.traits)
        )
        normals = unit(normals)
        views = unit(np.stack([-at[0], -at[1], distance - at[2]]))
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


class Light:
    """A lamp and the light of the room."""

    def __init__(self, photo: Photo, points: np.ndarray, triangles: np.ndarray) -> None:
        azimuth, elevation = np.radians([photo.light_azimuth, photo.light_elevation])
        self.lamp = np.array(
            [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)], np.float32
        )
        self.softness = np.float32(photo.light_softness)
        warmth = np.float32(photo.light_warmth) * np.array([0.14, 0.0, -0.18], np.float32)
        self.lamp_colour = np.float32(1.35 * photo.light_strength * photo.exposure) * (1 + warmth)
        self.room_colour = np.float32((1.15 - photo.light_strength) * photo.exposure) * (1 - 0.4 * warmth)
        self.shadow_map = DepthMap(self.lamp, points, triangles, SHADOW_SIDE)
        self.sky = [DepthMap(direction / np.linalg.norm(direction), points, triangles, SKY_SIDE) for direction in SKY]

    def shadow(self, at: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """The share of the lamp that points see, with a penumbra as wide as the lamp is."""
        radius = 0.012 + 0.16 * self.softness
        return self.shadow_map.seen(at + np.float32(LIFTED) * normals, radius, 0.04 + 0.06 * self.softness, TAPS)

    def openness(self, at: np.ndarray, normals: np.ndarray) -> np.ndarray:
        """Ambient occlusion: how much of the room's light reaches points."""
        raised = at + np.float32(SKY_LIFTED) * normals
        return sum(sky.seen(raised, 0.06, 0.26, SKY_TAPS) for sky in self.sky) / np.float32(len(self.sky))

    def shade(self, surface: Surface, seen: Seen) -> np.ndarray:
        """Light leaving the points towards the camera: linear RGB, float32 [3, n]."""
        normals, lamp = surface.normals, self.lamp
        facing = _dot(lamp[:, None], normals)
        visible = np.float32(FILL) + np.float32(1 - FILL) * self.shadow(seen.at, seen.normals)
        open_ = np.float32(0.5) + np.float32(0.5) * self.openness(seen.at, seen.normals)
        # Light bleeds under skin around the terminator, red furthest (wrapped diffuse).
        wrap = np.array([0.34, 0.18, 0.12], np.float32)[:, None] * surface.skin
        power = 1 - np.array([0.25, 0.05, 0.0], np.float32)[:, None] * surface.skin
        diffuse = np.clip((facing + wrap) / (1 + wrap), 0, 1) * visible**power
        half = unit(lamp[:, None] + seen.views)
        shine = np.clip(_dot(half, normals), 0, 1) ** surface.sharpness * np.clip(4 * facing + 0.4, 0, 1)
        is_strand = np.abs(surface.along).sum(0) > 0
        if is_strand.any():
            rows = np.flatnonzero(is_strand)
            along = surface.along[:, rows]
            # Kajiya & Kay, "Rendering fur with three dimensional textures" (SIGGRAPH 1989).
            towards = _dot(along, lamp[:, None])
            sine = np.sqrt(np.clip(1 - towards * towards, 0, 1))
            diffuse[:, rows] = 0.35 * diffuse[:, rows] + 0.65 * sine * visible[rows] * np.clip(facing[rows] + 0.6, 0, 1)
            across = _dot(along, half[:, rows])
            shine[rows] = np.sqrt(np.clip(1 - across * across, 0, 1)) ** surface.sharpness[rows] * np.clip(
                facing[rows] + 0.4, 0, 1
            )
        fresnel = (1 - np.clip(_dot(seen.views, normals), 0, 1)) ** 4
        upward = np.float32(0.75) + np.float32(0.25) * normals[1]
        ambient = self.room_colour[:, None] * (open_ * upward)
        highlight = surface.gloss * (shine * visible * self.lamp_colour[:, None] + 0.5 * fresnel * ambient)
        return surface.albedo * (self.lamp_colour[:, None] * diffuse + ambient) + highlight


class DepthMap:
    """How near things are, seen from far away in a direction (Williams, "Casting curved shadows on curved surfaces",
    SIGGRAPH 1978)."""

    def __init__(self, towards: np.ndarray, points: np.ndarray, triangles: np.ndarray, side: int) -> None:
        across = unit(np.array([towards[2], 0, -towards[0]], np.float32) + np.float32(1e-6))
        self.basis = np.stack([across, np.cross(towards, across), towards]).astype(np.float32)
        cells = side / (2 * REACH)
        self.scale = np.array([cells, cells, 1], np.float32)
        self.shift = np.array([side / 2, side / 2, 0], np.float32)
        x, y, near = turned(self.basis, points, self.scale, self.shift)
        _, _, self.nearest = raster(x, y, near, triangles, side)

    def seen(self, at: np.ndarray, radius: float, ramp: float, taps: int) -> np.ndarray:
        """The share of a disc of `radius` in this direction that points, float32 [3, n], see: float32 [n].

        What is in the way counts by how far it is in front, in full from `ramp` on.
        """
        x, y, near = turned(self.basis, at, self.scale, self.shift)
        return 1 - hidden(self.nearest, x, y, near, max(radius * self.scale[0], 0.7), ramp, taps)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of vectors [3, n], written out: a BLAS may sum in an order that depends on its threads."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _develop(radiance: np.ndarray, photo: Photo, rng: np.random.Generator, size: int, rays: int) -> np.ndarray:
    """Average the rays of each pixel, then lens, white balance, tone curve, noise, 8 bits and JPEG."""
    # A shoulder rolls highlights off instead of clipping them.
    curved = radiance * (1 + np.float32(0.1) * radiance) / (1 + np.float32(0.28) * radiance)
    # Averaged as square roots, close to how bright they look: dark hair before a bright wall then has a smooth edge.
    rooted = np.sqrt(curved).reshape(3, size, rays, size, rays)
    values = sum(rooted[:, :, i, :, j] for i in range(rays) for j in range(rays)) / rays**2
    values = _blurred(values, photo.blur * size / 1000)
    cast = np.array([1 + 0.1 * photo.white_balance, 1, 1 - 0.13 * photo.white_balance], np.float32)
    values = np.clip(values * np.sqrt(cast)[:, None, None], 0, 1) ** np.float32(2 / GAMMA)
    values += np.float32(photo.noise) * rng.standard_normal((3, size, size), np.float32)
    pixels = np.clip(values * 255 + np.float32(0.5), 0, 255).astype(np.uint8)
    return pixels if photo.jpeg >= 100 else _compressed(pixels, photo.jpeg)


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
