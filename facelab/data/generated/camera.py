"""From parameters to pixels: rays meet the head's relief, light falls on what they meet.

The camera looks along -z from far away (no perspective). Every photo is rendered on its own, in float32, one NumPy
expression over all its rays at a time, so its bytes depend on nothing but its parameters.
"""

import numpy as np

from facelab.data.generated import paint
from facelab.data.generated.geometry import GRID, Relief, Vector, bilinear, expressed, nearest, normals, strands, texel
from facelab.data.generated.paint import GAMMA, Surface
from facelab.data.generated.people import Person, Photo

OVERSAMPLING = 2  # rays per pixel along each axis
FIELD = 1.48  # half the picture's side in head units
_MARCH_STEPS, _BISECTIONS = 18, 5
_STRIDE = np.float32(0.7)  # share of the distance to the surface gone per step; 1 would jump through noses and ears
_LEAST_STEP = np.float32(0.06)  # in head units
_SHADOW_STEPS = np.array([0.1, 0.18, 0.32, 0.55, 0.9], np.float32)


def render(person: Person, head: Relief, photo: Photo, size: int) -> np.ndarray:
    """A photo of a person whose relief is `head`: uint8 [3, size, size], RGB."""
    rng = np.random.default_rng(photo.grain)
    side = size * OVERSAMPLING
    across, up = _rays(photo, side)
    radiance = _backdrop(photo, rng, side)
    radius = expressed(head, person, photo)
    turn = rotation(photo.yaw, photo.pitch, photo.roll)
    # The shoulders follow the head's turn only partly.
    body_turn = rotation(0.35 * photo.yaw, 0, 0.15 * photo.roll)
    head_at, depth = _trace(radius, turn, across, up)
    body_rows, body_at, body_normal, body = _shoulders(person, photo, body_turn, turn, across, up)
    visible = body_at[2] > depth[body_rows]
    hidden = np.zeros(len(across), bool)
    hidden[body_rows[visible]] = True
    head_rows = head_at[~hidden[head_at]]

    blur = 2 * FIELD / photo.scale / size
    toward = _turned(turn.T, (across[head_rows], up[head_rows], depth[head_rows]))
    surface, normal = _head_surface(person, photo, head, radius, toward, blur)
    lit = _Light(photo, turn, radius)
    radiance[:, head_rows] = lit.shade(surface, toward, normal)

    rows = body_rows[visible]
    points = _turned(turn.T, tuple(part[visible] for part in body_at))
    body = Surface(body.albedo[:, visible], body.gloss[visible])
    under_chin = 0.35 + 0.65 * np.clip(lit.gap(points) / 0.5, 0, 1)
    radiance[:, rows] = under_chin * lit.shade(body, points, tuple(part[visible] for part in body_normal))
    return _develop(radiance, photo, rng, size)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The matrix float32 [3, 3] from the head's frame to the camera's; degrees, signs as in `Photo`."""
    (a, b, c) = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), np.sin(c), 0], [-np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (about_z @ about_y @ about_x).astype(np.float32)


def _turned(matrix: np.ndarray, vector: Vector) -> Vector:
    """`matrix` times every vector, written out: a BLAS may sum in an order that depends on its threads."""
    x, y, z = vector
    return tuple(row[0] * x + row[1] * y + row[2] * z for row in matrix)


def _length(vector: Vector) -> np.ndarray:
    x, y, z = vector
    return np.sqrt(x * x + y * y + z * z)


def _rays(photo: Photo, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Where rays cross the plane through the head's middle: float32 [side * side] each, row by row from the top."""
    axis = (2 * np.arange(side) + 1 - side) / side * FIELD
    across, down = np.meshgrid(axis - 2 * FIELD * photo.shift_x, axis - 2 * FIELD * photo.shift_y)
    return (
        (across / photo.scale).ravel().astype(np.float32),
        (-down / photo.scale).ravel().astype(np.float32),
    )


def _trace(radius: np.ndarray, turn: np.ndarray, across: np.ndarray, up: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Follow rays inwards until they meet the relief.

    Returns:
        the rays that hit, int [hits], and every ray's depth towards the camera, float32 [rays], -inf for a miss.
    """
    flat = radius.ravel()
    far = np.float32(radius.max() + 0.01)
    off = across * across + up * up
    rays = np.flatnonzero(off < far * far)
    start = _turned(turn.T, (across[rays], up[rays], np.zeros(len(rays), np.float32)))
    off = off[rays]
    towards = turn[2]

    def gap(z: np.ndarray, off: np.ndarray, start: Vector) -> np.ndarray:
        length = np.sqrt(off + z * z)
        at = (part + z * along for part, along in zip(start, towards, strict=True))
        return length - flat.take(nearest(*texel(*at, length)))

    # March inwards until below the surface; `back` is the step that went through it.
    z = np.sqrt(far * far - off)
    back = np.zeros_like(z)
    moving = np.arange(len(rays))
    still = z, off, start
    for _ in range(_MARCH_STEPS):
        height = gap(*still)
        z[moving] = still[0]
        on = np.flatnonzero((height > 0) & (still[0] > -far))
        moving = moving[on]
        move = np.maximum(_STRIDE * height[on], _LEAST_STEP)
        back[moving] = move
        still = still[0][on] - move, still[1][on], tuple(part[on] for part in still[2])
    hit = back > 0
    hit[moving] = False
    hit &= z > -far
    rays, z, width, off = rays[hit], z[hit], back[hit], off[hit]
    start = tuple(part[hit] for part in start)
    for _ in range(_BISECTIONS):
        width = width / 2
        z = np.where(gap(z + width, off, start) < 0, z + width, z)
    depth = np.full(len(across), -np.inf, np.float32)
    depth[rays] = z
    return rays, depth


def _head_surface(
    person: Person, photo: Photo, head: Relief, radius: np.ndarray, at: Vector, blur: float
) -> tuple[Surface, Vector]:
    """Paint and normals at points of the head, given in its frame."""
    length = _length(at)
    column, row = texel(*at, length)
    maps = np.stack([*normals(radius), head.base, head.hair, head.blotches], axis=-1)
    normal_x, normal_y, normal_z, base, hair, blotches = bilinear(maps.reshape(GRID * GRID, -1), column, row).T
    share = base / length
    painted = paint.paint_head(
        person, photo, at[0] * share, at[1] * share, at[2] * share, hair, strands(person, *at), blotches, blur
    )
    return painted, (normal_x, normal_y, normal_z)


def _shoulders(
    person: Person, photo: Photo, body_turn: np.ndarray, turn: np.ndarray, across: np.ndarray, up: np.ndarray
) -> tuple[np.ndarray, Vector, Vector, Surface]:
    """Neck and shoulders, two ellipsoids: rays that hit, points in the camera's frame, normals in the head's, paint."""
    broad = 1 + 0.1 * person.masculinity
    neck = ((0, -1.5, -0.28), (0.44 * broad, 1.25, 0.47))
    trunk = ((0, -2.1, -0.4), (1.7 * broad, 0.86, 0.62))
    rows = np.flatnonzero(up < -0.3)
    x, y = across[rows], up[rows]
    origin = _turned(body_turn.T, (x, y, np.zeros_like(x)))
    neck_depth, neck_normal = _ellipsoid(origin, body_turn[2], *neck)
    trunk_depth, trunk_normal = _ellipsoid(origin, body_turn[2], *trunk)
    best = np.maximum(neck_depth, trunk_depth)
    normal = (np.where(neck_depth > trunk_depth, *both) for both in zip(neck_normal, trunk_normal, strict=True))
    hit = np.isfinite(best)
    rows, x, y, z = rows[hit], x[hit], y[hit], best[hit]
    outward = tuple(part[hit] for part in normal)
    length = _length(outward)
    outward = _turned(turn.T @ body_turn, tuple(part / length for part in outward))
    in_body = _turned(body_turn.T, (x, y, z))
    # A round neckline, lower in front.
    neckline = np.hypot(in_body[0] / 0.62, (in_body[1] + 1.18) / 0.30)
    edge = 2.0 / len(across) ** 0.5
    cloth = np.clip((neckline - 1) / (2 * edge) + 0.5, 0, 1) * np.clip((-1.12 - in_body[1]) / 0.04, 0, 1)
    surface = Surface(
        np.repeat(paint.skin_colour(person)[:, None], len(rows), axis=1), np.full(len(rows), 0.08, np.float32)
    )
    surface.cover(paint.cloth_colour(photo), cloth.astype(np.float32))
    surface.gloss *= 1 - cloth.astype(np.float32)
    return rows, (x, y, z), outward, surface


def _ellipsoid(
    origin: Vector, towards: np.ndarray, centre: tuple[float, ...], axes: tuple[float, ...]
) -> tuple[np.ndarray, Vector]:
    """Where rays `origin + depth * towards` first meet an ellipsoid: depth (-inf: a miss) and unnormalised normal."""
    scale = 1 / np.array(axes, np.float32)
    start = tuple((part - np.float32(c)) * s for part, c, s in zip(origin, centre, scale, strict=True))
    way = towards * scale
    a = (way * way).sum()
    b = sum(part * w for part, w in zip(start, way, strict=True))
    c = sum(part * part for part in start) - 1
    inside = b * b - a * c
    depth = (np.sqrt(np.maximum(inside, 0)) - b) / a
    normal = tuple((part + depth * w) * s for part, w, s in zip(start, way, scale, strict=True))
    return np.where(inside > 0, depth, -np.float32(np.inf)), normal


class _Light:
    """A lamp and the light of the room, falling on points in the head's frame."""

    def __init__(self, photo: Photo, turn: np.ndarray, radius: np.ndarray) -> None:
        azimuth, elevation = np.radians([photo.light_azimuth, photo.light_elevation])
        lamp = np.array(
            [np.sin(azimuth) * np.cos(elevation), np.sin(elevation), np.cos(azimuth) * np.cos(elevation)], np.float32
        )
        self.lamp = turn.T @ lamp
        self.view = turn[2]
        self.sky = turn[1]
        half = self.lamp + self.view
        self.half = half / np.sqrt((half * half).sum())
        self.radius = radius.ravel()
        warmth = np.float32(photo.light_warmth) * np.array([0.12, 0.0, -0.16], np.float32)
        self.lamp_colour = np.float32(1.25 * photo.light_strength * photo.exposure) * (1 + warmth)
        self.room_colour = np.float32((1.12 - photo.light_strength) * photo.exposure) * (1 - 0.4 * warmth)

    def gap(self, at: Vector) -> np.ndarray:
        """How far points are above the relief, along the line from the head's middle."""
        length = _length(at)
        return length - self.radius.take(nearest(*texel(*at, length)), mode="clip")

    def shadow(self, at: Vector, normal: Vector) -> np.ndarray:
        """Share of the lamp that is seen, with a penumbra that widens with distance."""
        seen = np.ones_like(at[0])
        for distance in _SHADOW_STEPS:
            ahead = tuple(
                p + 0.02 * n + distance * towards for p, n, towards in zip(at, normal, self.lamp, strict=True)
            )
            seen = np.minimum(seen, 0.8 + self.gap(ahead) / (np.float32(0.35) * distance + np.float32(0.03)))
        return np.clip(seen, 0, 1)

    def openness(self, at: Vector, normal: Vector) -> np.ndarray:
        """Ambient occlusion: how much of the room's light reaches a point, from two looks along the normal."""
        total = np.float32(1)
        for distance, weight in ((np.float32(0.08), 0.45), (np.float32(0.3), 0.55)):
            ahead = tuple(p + distance * n for p, n in zip(at, normal, strict=True))
            total = total - np.float32(weight) * (1 - np.clip(self.gap(ahead) / distance, 0, 1))
        return total

    def shade(self, surface: Surface, at: Vector, normal: Vector) -> np.ndarray:
        """Light leaving the points towards the camera: linear RGB, float32 [3, n]."""
        x, y, z = normal
        facing = self.lamp[0] * x + self.lamp[1] * y + self.lamp[2] * z
        seen = self.shadow(at, normal)
        open_ = self.openness(at, normal)
        # Light bleeds under skin around the terminator, red furthest (wrapped diffuse).
        wrap = np.array([0.30, 0.17, 0.12], np.float32)[:, None]
        diffuse = np.clip((facing + wrap) / (1 + wrap), 0, 1) * seen ** np.array([0.8, 1.0, 1.1], np.float32)[:, None]
        upward = 0.72 + 0.28 * (self.sky[0] * x + self.sky[1] * y + self.sky[2] * z)
        shine = np.clip(self.half[0] * x + self.half[1] * y + self.half[2] * z, 0, 1)
        highlight = surface.gloss * (0.6 * shine**28 + 0.25 * shine**8) * seen
        light = self.lamp_colour[:, None] * diffuse + self.room_colour[:, None] * (open_ * upward)
        return surface.albedo * light + self.lamp_colour[:, None] * highlight


def _backdrop(photo: Photo, rng: np.random.Generator, side: int) -> np.ndarray:
    """An out-of-focus room: the backdrop's colour with soft lights and darks, linear RGB float32 [3, side * side]."""
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    colour = paint.backdrop_colour(photo)
    total = np.ones((3, side, side), np.float32)
    for _ in range(4):
        a, b = rng.normal(0, 2.2, 2).astype(np.float32)
        phase = rng.uniform(0, 2 * np.pi)
        tint = np.float32(0.33 * photo.background_contrast) * (1 + rng.normal(0, 0.35, 3)).astype(np.float32)
        # sin(u + v) from sines along each axis alone
        u, v = a * axis, b * axis + np.float32(phase)
        wave = np.sin(v)[:, None] * np.cos(u) + np.cos(v)[:, None] * np.sin(u)
        total += tint[:, None, None] * wave
    return (colour[:, None, None] * np.clip(total, 0.15, 2.5)).reshape(3, -1)


def _develop(radiance: np.ndarray, photo: Photo, rng: np.random.Generator, size: int) -> np.ndarray:
    """Average the rays of each pixel, then tone curve, noise and 8 bits: uint8 [3, size, size]."""
    # A shoulder rolls highlights off instead of clipping them.
    curved = radiance * (1 + np.float32(0.1) * radiance) / (1 + np.float32(0.28) * radiance)
    # Averaged as square roots, close to how bright they look: dark hair before a bright wall then has a smooth edge.
    rays = np.sqrt(curved).reshape(3, size, OVERSAMPLING, size, OVERSAMPLING)
    values = sum(rays[:, :, i, :, j] for i in range(OVERSAMPLING) for j in range(OVERSAMPLING)) / OVERSAMPLING**2
    values = np.clip(values, 0, 1) ** np.float32(2 / GAMMA)
    values += np.float32(photo.noise) * rng.standard_normal((3, size, size), np.float32)
    return np.clip(values * 255 + np.float32(0.5), 0, 255).astype(np.uint8)
