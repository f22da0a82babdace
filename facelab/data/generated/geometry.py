"""The head as a relief: for every direction from its middle, how far away the surface is, and what it is made of.

Head frame: x to the picture's right, y up, z out of the face, origin between the ears, head units. Directions are
laid out on a square grid by Lambert's azimuthal equal-area projection about the face, which has no seam and its only
singular point at the back of the head. A relief cannot have overhangs as seen from the middle; a face has none, and
hair hanging down beside the neck is seen from the middle too.
"""

from dataclasses import dataclass

import numpy as np

from facelab.data.generated.people import HAIR_STYLES, Person, Photo

GRID = 184
_HALF = (
    GRID - 3
) / 2  # the grid spans slightly more than the projection's disc, so that bilinear sampling stays inside
_SCALE = np.float32(_HALF / 2)
_CENTRE = np.float32((GRID - 1) / 2)

Vector = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Relief:
    """What does not change between a person's photos, for every direction of the grid; float32 [GRID, GRID] each.

    Attributes:
        base: radius of the bare skull, without features; `base * direction` is where features are painted.
        radius: radius with features and hair, for a neutral expression.
        open_mouth, smile: blendshapes; what a full expression adds to `radius`.
        hair: coverage by hair, 0 to 1.
        blotches: slow variation of skin, about -1 to 1.
    """

    base: np.ndarray
    radius: np.ndarray
    open_mouth: np.ndarray
    smile: np.ndarray
    hair: np.ndarray
    blotches: np.ndarray


def texel(x: np.ndarray, y: np.ndarray, z: np.ndarray, length: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fractional (column, row) on the grid of the direction of (x, y, z), whose length is given."""
    stretch = _SCALE * np.sqrt(2 / (length * (length + z) + np.float32(1e-5)))
    return x * stretch + _CENTRE, y * stretch + _CENTRE


def nearest(column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Flat grid indices, int32, of the texels nearest to fractional positions."""
    half = np.float32(0.5)
    return (row + half).astype(np.int32) * GRID + (column + half).astype(np.int32)


def bilinear(table: np.ndarray, column: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Rows of `table` [GRID * GRID, channels], interpolated at fractional positions: float32 [n, channels]."""
    left, low = np.floor(column), np.floor(row)
    right_share, high_share = (column - left)[:, None], (row - low)[:, None]
    corner = low.astype(np.int32) * GRID + left.astype(np.int32)
    below = table.take(corner, axis=0)
    below += right_share * (table.take(corner + 1, axis=0) - below)
    above = table.take(corner + GRID, axis=0)
    above += right_share * (table.take(corner + GRID + 1, axis=0) - above)
    return below + high_share * (above - below)


def _directions() -> Vector:
    """Unit vectors float32 [GRID, GRID] of the grid's texels; beyond the projection's disc, straight back."""
    axis = (np.arange(GRID) - (GRID - 1) / 2) / _HALF * 2
    column, row = np.meshgrid(axis, axis)
    squared = np.minimum(column**2 + row**2, 4)
    stretch = np.sqrt(1 - squared / 4)
    return tuple(part.astype(np.float32) for part in (column * stretch, row * stretch, 1 - squared / 2))


X, Y, Z = _directions()


def step(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Smoothstep: 0 up to `low`, 1 from `high`, an S between; `low` may be above `high`."""
    share = np.clip((x - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


def bump(x: np.ndarray, y: np.ndarray, at: tuple[float, float], size: tuple[float, float]) -> np.ndarray:
    """A Gaussian hill of height 1 at a point of the plane."""
    return np.exp(-0.5 * (((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2))


def waves(rng: np.random.Generator, frequency: float, count: int) -> np.ndarray:
    """Smooth noise on the sphere of directions, about -1 to 1: a sum of plane waves."""
    total = np.zeros((GRID, GRID), np.float32)
    for _ in range(count):
        a, b, c = rng.normal(0, frequency, 3).astype(np.float32)
        total += np.sin(a * X + b * Y + c * Z + np.float32(rng.uniform(0, 2 * np.pi)))
    return total / np.float32(np.sqrt(count))


def relief(person: Person) -> Relief:
    """The relief of a person's head with a neutral expression."""
    rng = np.random.default_rng(person.grain)
    base = _skull(person, person.face_length)
    face = base + _features(person, base)
    hair, surface = _hair(person, base, face, rng)
    opened = _skull(person, person.face_length + 0.13) - base
    return Relief(base, surface, opened, _smile(person, base), hair, waves(rng, 5, 8))


def expressed(head: Relief, person: Person, photo: Photo) -> np.ndarray:
    """The radius, float32 [GRID, GRID], with the photo's expression."""
    return (
        head.radius
        + np.float32(photo.mouth_open) * head.open_mouth
        + np.float32(max(0.0, photo.smile)) * head.smile
        + _lips(person, photo, head.base) * (1 - head.hair)
    )


def normals(radius: np.ndarray) -> np.ndarray:
    """Outward unit normals of a relief, float32 [3, GRID, GRID]; zero on the grid's rim."""
    surface = radius * np.stack([X, Y, Z])
    along = surface[:, 1:-1, 2:] - surface[:, 1:-1, :-2]
    up = surface[:, 2:, 1:-1] - surface[:, :-2, 1:-1]
    found = np.zeros_like(surface)
    inner = found[:, 1:-1, 1:-1]
    for axis in range(3):
        second, third = (axis + 1) % 3, (axis + 2) % 3
        inner[axis] = along[second] * up[third] - along[third] * up[second]
    inner /= np.sqrt((inner * inner).sum(axis=0) + np.float32(1e-12))
    return found


def _skull(person: Person, length: float) -> np.ndarray:
    """Cranium above and jaw below, each a superellipsoid about the origin; `length` is how far down the chin is."""

    def superellipsoid(width: float, height: np.ndarray | float, depth: np.ndarray, power: float) -> np.ndarray:
        total = np.abs(X / width) ** power + np.abs(Y / height) ** power + np.abs(Z / depth) ** power
        return total ** (-1 / power)

    depth = np.where(Z > 0, person.head_depth, 1.02)
    cranium = superellipsoid(person.head_width, 1.10, depth, 2.2)
    # The jaw line rises from the chin to the angle of the jaw below the ear.
    height = 0.75 + (1.4 * length - 0.75) * step(-0.15, 0.68, Z)
    jaw = superellipsoid(person.jaw_width + 0.06, height, depth * 0.98, person.jaw_square)
    return (cranium + (jaw - cranium) * step(0.25, -0.55, Y)).astype(np.float32)


def _features(person: Person, base: np.ndarray) -> np.ndarray:
    """Brow, sockets, lids, nose, cheeks, chin and ears, as height over the skull."""
    x, y, z = base * X, base * Y, base * Z
    side = np.abs(x)
    front = step(-0.05, 0.25, Z)
    eye, spacing = person.eye_height, person.eye_spacing
    tip = eye - person.nose_length
    wing = person.nose_width

    height = person.brow_ridge * bump(side, y, (0.26, eye + 0.2), (0.2, 0.07))
    height -= 0.115 * bump(side, y, (spacing - 0.02, eye + 0.02), (0.135, 0.1))
    height += 0.065 * bump(side, y, (spacing, eye), (0.105, 0.07))
    height -= 0.04 * bump(side, y, (person.head_width - 0.1, eye + 0.28), (0.12, 0.2))
    height += person.cheekbones * bump(side, y, (0.45, eye - 0.22), (0.2, 0.17))
    height -= 0.012 * bump(side, y, (0.43, tip - 0.2), (0.13, 0.16))

    # The nose: a ridge that widens and rises towards the tip, a ball at the tip, two wings.
    down = np.clip((eye + 0.16 - y) / (person.nose_length + 0.16), 0, 1)
    ridge = person.nose_bridge * step(0, 0.55, down) + (person.nose_tip - person.nose_bridge * 0.3) * down**2
    width = 0.042 + 0.045 * down**2
    height += ridge * np.exp(-0.5 * (x / width) ** 2) * step(tip - 0.11, tip + 0.02, y)
    height += 0.075 * bump(x, y, (0, tip + 0.01), (0.075, 0.065))
    height += 0.085 * bump(side, y, (wing * 0.85, tip - 0.035), (0.05, 0.055))
    height -= 0.05 * bump(side, y, (wing * 0.48, tip - 0.095), (0.03, 0.028))

    mouth = person.mouth_height
    height += 0.055 * bump(x, y, (0, mouth + 0.02), (0.25, 0.16))
    height -= 0.012 * bump(x, y, (0, (tip + mouth) / 2 - 0.02), (0.03, 0.06))
    height -= 0.03 * bump(x, y, (0, mouth - 0.165), (0.14, 0.04))
    chin = 0.09 - person.face_length
    height += person.chin * bump(x, y, (0, chin), (0.15 + 0.05 * (person.jaw_square - 2), 0.1))
    fold = 0.012 + 0.02 * np.clip((person.age - 25) / 45, 0, 1)
    height -= fold * _fold(person, side, y)

    size = person.ear_size
    dent = bump(y, z, (eye - 0.11, -0.03), (0.12 * size, 0.05 * size))
    height = height * front + person.ear_spread * _ear(person, base) * (1 - 0.55 * dent)
    return height.astype(np.float32)


def _ear(person: Person, base: np.ndarray) -> np.ndarray:
    """Where the ears are on the sides of the head, 0 to 1."""
    up, forward = base * Y - person.eye_height + 0.14, base * Z + 0.06
    across = np.hypot(up / 0.27, forward / 0.13) / person.ear_size
    return step(1.0, 0.72, across) * (np.abs(X) > 0.3)


def _fold(person: Person, side: np.ndarray, y: np.ndarray) -> np.ndarray:
    """The fold from the wing of the nose past the corner of the mouth, 0 to 1."""
    tip = person.eye_height - person.nose_length
    down = np.clip((tip - y) / (tip - person.mouth_height), -0.3, 1.3)
    line = person.nose_width + 0.05 + (person.mouth_width + 0.03 - person.nose_width) * down
    return np.exp(-0.5 * ((side - line) / 0.028) ** 2) * step(-0.3, 0.1, down) * step(1.3, 0.8, down)


def _smile(person: Person, base: np.ndarray) -> np.ndarray:
    """Cheeks rise and the folds deepen."""
    side, y = np.abs(base * X), base * Y
    raised = 0.05 * bump(side, y, (0.36, person.eye_height - 0.27), (0.12, 0.09))
    return ((raised - 0.035 * _fold(person, side, y)) * step(0, 0.3, Z)).astype(np.float32)


def _lips(person: Person, photo: Photo, base: np.ndarray) -> np.ndarray:
    """Lips as height over the face; only the window of the grid around the mouth is computed."""
    height = np.zeros((GRID, GRID), np.float32)
    window = np.s_[GRID // 5 : GRID // 2, GRID // 3 : 2 * GRID // 3]
    x, y = base[window] * X[window], base[window] * Y[window]
    mouth = Mouth.of(person, photo)
    share = mouth.share(x)
    rest = np.sqrt(share)
    middle = mouth.line(x)
    upper = bump(0, y, (0, middle + 0.45 * person.lip_upper), (1, 0.55 * person.lip_upper))
    lower = bump(0, y, (0, middle - mouth.gap * share - 0.5 * person.lip_lower), (1, 0.55 * person.lip_lower))
    inside = step(0.0, 0.03, middle - y) * step(0.0, 0.03, y - middle + mouth.gap * share)
    height[window] = rest * (0.04 * upper + 0.05 * lower - 0.03 * inside * min(1.0, mouth.gap / 0.06))
    return height


@dataclass(frozen=True)
class Mouth:
    """Where the mouth is on a photo: shared by the relief and the paint.

    Attributes:
        height: of its middle.  width: half its width.  curve: how far its corners rise.  gap: between the lips.
    """

    height: float
    width: float
    curve: float
    gap: float

    @classmethod
    def of(cls, person: Person, photo: Photo) -> "Mouth":
        smile = max(0.0, photo.smile)
        return cls(
            height=person.mouth_height + 0.02 * photo.mouth_open,
            width=person.mouth_width * (1 + 0.24 * smile - 0.12 * photo.mouth_open),
            curve=0.075 * photo.smile,
            gap=0.16 * photo.mouth_open + 0.055 * max(0.0, smile - 0.45),
        )

    def share(self, x: np.ndarray) -> np.ndarray:
        """1 in the middle of the mouth, 0 at and beyond its corners."""
        return np.clip(1 - (x / self.width) ** 2, 0, 1)

    def line(self, x: np.ndarray) -> np.ndarray:
        """Height of the lower edge of the upper lip."""
        share = np.minimum((x / self.width) ** 2, 1.3)
        return self.height + self.curve * (share - 0.45) + 0.008 * np.cos(9 * x / self.width) * (1 - share)


def _hair(
    person: Person, base: np.ndarray, face: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Hair coverage, and the head's radius with hair on."""
    style = list(HAIR_STYLES.values())[person.hair_style]
    if style.thickness == 0:
        return np.zeros_like(base), face
    x, y, z = base * X, base * Y, base * Z
    # Hair grows behind a frontier: over the forehead at the top, in front of the ears, behind them below.
    line = person.hair_line - style.fringe
    long = style.length > 0.3
    heights = [-1.2, -0.45, -0.12, 0.1, line - 0.2, line - 0.05, line + 0.02, line + 0.1]
    depths = [-0.6, -0.45, 0.06, 0.16, 0.36, 0.58, 0.80, 1.4]
    if long:
        depths[:3] = [0.02, 0.08, 0.12]
    parted = x * np.sign(person.hair_part) - 0.3 * abs(person.hair_part)
    # Round foreheads; on men the temples recede.
    swept = y + 0.35 * x**2 - 0.03 - 0.07 * max(0.0, person.masculinity) * bump(np.abs(x), 0, (0.36, 0), (0.12, 1))
    swept = swept + 0.09 * style.sweep * np.tanh(4 * parted)
    lumps, wisps = waves(rng, 4, 6), strands(person, x, y, z)
    inside = np.interp(swept, heights, depths) + 0.03 * waves(rng, 9, 8) + 0.025 * wisps - z
    falls = style.fringe > 0.1 or long
    cover = step(-0.03, 0.05 if falls else 0.13, inside)
    rise = step(0.0, 0.16 if falls else 0.4, inside)
    if not long:
        ear = 1 - _ear(person, base)
        cover, rise = cover * ear, rise * ear
    # Thickest on top, thin over the temples; curls stand out everywhere.
    volume = style.thickness * person.hair_volume
    body = volume * (0.45 + 0.55 * np.maximum(step(-0.1, 0.9, y), style.curl)) * (1 + 0.08 * lumps)
    body += 0.025 * style.curl * wisps
    surface = np.maximum(face, base) + 0.012 * cover + body * rise
    if style.length > 0:
        surface = np.maximum(surface, face + (_curtain(person, style.length, volume) - face) * rise)
    if style.bun > 0:
        surface += style.bun * step(0.42, 0.2, np.hypot(x, z + 0.12)) * (y > 0)
    return cover.astype(np.float32), surface.astype(np.float32)


def _curtain(person: Person, length: float, thickness: float) -> np.ndarray:
    """Radius of hair hanging straight down around the head to `length` below the eyes."""
    below = np.clip(-Y, 1e-3, None)
    flare = 1 + 0.12 * np.clip(below / np.hypot(X, Z), 0, 2)
    around = (person.head_width + 0.5 * thickness) * flare / np.hypot(X, 0.75 * Z)
    return np.where(Y < 0.3, np.minimum(around, length / below), 0)


def strands(person: Person, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Noise of about -1 to 1 at points of the head: strands running down from the crown, or the lumps of curls."""
    style = list(HAIR_STYLES.values())[person.hair_style]
    rng = np.random.default_rng(person.grain)
    total = np.zeros_like(x)
    if style.curl > 0.5:
        for frequency in (9, 12, 14, 17, 20, 24, 28):
            a, b, c = (frequency * rng.normal(0, 0.6, 3)).astype(np.float32)
            total += np.sin(a * x + b * y + c * z + np.float32(rng.uniform(0, 6.3))) * np.float32(0.55)
        return total
    # Meridians about an axis behind the face, so that the strands of a parted curtain of hair stay apart in front too.
    lean = np.float32(0.5 * style.sweep * person.hair_part)
    around = np.arctan2(x, z + np.float32(0.7)) + lean * y
    for frequency, weight in ((11, 0.35), (23, 0.4), (41, 0.45), (67, 0.4), (97, 0.3)):
        bend = np.float32(rng.uniform(1, 3)) * y + np.float32(rng.uniform(0, 6.3))
        total += np.float32(weight) * np.sin(
            frequency * around + np.float32(rng.uniform(0.3, 1.0)) * np.sin(bend) + bend
        )
    return total
