"""The shape of a head: the bare skull, and a net of points over it.

Head frame: x to the picture's right, y up, z out of the face, origin between the ears, head units. The surface is a
net over the directions from its middle, finest over the face: Lambert's azimuthal equal-area projection, stretched.
`features` says what stands out, `expressions` what moves.
"""

from dataclasses import dataclass

import numpy as np

from facelab.data.generated import beard, expressions, features
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import grid_triangles, step

GRID = 149  # one more than a multiple of four: every second and fourth row reaches both ends
FRONT = 0.40  # the net's spacing in the middle of the face, relative to a net of even spacing
MOUTH_ROWS = (-0.56, 0.11, 2.6)  # where, how near and how much denser rows lie about the mouth, which opens
TURNS = 3  # in which the skull's radius, which depends on the height where it ends, settles


@dataclass(frozen=True)
class Net:
    """Unit vectors float32 [V] each, triangles int32 [T, 3], and the points' cells in a grid [GRID, GRID]."""

    x: np.ndarray
    y: np.ndarray
    z: np.ndarray
    triangles: np.ndarray
    cells: np.ndarray


def _net() -> Net:
    even = np.linspace(-1, 1, 2000)
    middle, within, denser = MOUTH_ROWS
    count = np.cumsum(1 + denser * np.exp(-(((even - middle) / within) ** 2)))
    rows = np.interp(np.linspace(count[0], count[-1], GRID), count, even)
    across, up = np.meshgrid(np.linspace(-1, 1, GRID), rows)
    # Cells just beyond the rim close the net behind the head.
    far = np.hypot(across, up)
    inside = far <= 1 + 6 / GRID
    far = np.minimum(far, 1)
    rho = far * (FRONT + (1 - FRONT) * far**2)  # 2 sin(angle / 2) / 2 for the angle from the face's direction
    plane = 2 * rho * np.sqrt(np.clip(1 - rho**2, 0, 1)) / np.maximum(far, 1e-9)
    number = np.cumsum(inside.ravel()) - 1
    triangles = grid_triangles(GRID, GRID)
    triangles = number[triangles[inside.ravel()[triangles].all(1)]].astype(np.int32)
    parts = (across * plane, up * plane, 1 - 2 * rho**2)
    return Net(*(part[inside].astype(np.float32) for part in parts), triangles, np.flatnonzero(inside))


NET = _net()


@dataclass(frozen=True)
class Face:
    """A person's bare head, without expression; float32 [V, 3], for the directions of `NET`.

    Attributes:
        rest: points on the bare skull; features are functions of their x and y.
        points: with features.
        opened, smiled, raised: blendshapes, what a full expression adds to `points`.
    """

    rest: np.ndarray
    points: np.ndarray
    opened: np.ndarray
    smiled: np.ndarray
    raised: np.ndarray


def shape(person: Person) -> Face:
    """The head of a person."""
    radius = skull(person, NET.x, NET.y, NET.z)
    rest = np.stack([radius * NET.x, radius * NET.y, radius * NET.z], 1)
    x, y, _ = rest.T
    front = step(0.05, 0.38, NET.z)
    points = rest.copy()
    points[:, 2] += front * features.height(person, x, y)
    points += np.stack([NET.x, NET.y, NET.z], 1) * beard.thickness(person, *rest.T)[:, None]
    # The wings of the nose also stand out to the sides.
    base = features.nose_base(person)
    wing = np.exp(-0.5 * (((np.abs(x) - person.nose_width) / 0.03) ** 2 + ((y - base - 0.04) / 0.035) ** 2))
    points[:, 0] += 0.014 * np.sign(x) * wing * front
    return Face(rest, points.astype(np.float32), *expressions.blendshapes(person, rest, NET.z))


def skull(person: Person, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """How far the bare head reaches in the directions (x, y, z), unit vectors.

    A superellipsoid about the origin whose width and depth change with the height: temples, cheekbones, angle of the
    jaw and chin lie one below the other.
    """
    heights = (-1.1, -0.85, -0.6, -0.3, -0.1, 0.12, 0.35, 0.6, 1.1)
    jaw, broad = person.jaw_width, person.head_width
    cheek = 0.55 * broad + 0.45 * (jaw + 0.16) + 0.4 * person.cheekbones
    widths = (
        jaw - 0.06,
        jaw + 0.02,
        jaw + 0.085,
        cheek - 0.02,
        cheek,
        0.5 * (cheek + broad) - 0.008,
        broad,
        broad,
        broad,
    )
    depth = person.head_depth
    depths = (depth - 0.02, depth, depth, depth - 0.015, depth - 0.02, depth, depth + 0.02, depth + 0.03, depth)
    # The jaw line rises from the chin to the angle of the jaw below the ear.
    low = np.interp(z, JAW_AHEAD, (*JAW_LOW, 1.36 * person.face_length, 1.44 * person.face_length))
    tall = np.where(y > 0, 1.08, low)
    power = 2.4 + step(0.2, -0.5, y) * (person.jaw_square - 2.4)
    wide, deep = _curve(heights, widths), _curve(heights, depths)
    radius = np.ones_like(y)
    for _ in range(TURNS):
        at = np.clip((radius * y - FINE_HEIGHTS[0]) / (FINE_HEIGHTS[1] - FINE_HEIGHTS[0]), 0, len(FINE_HEIGHTS) - 1.001)
        row = at.astype(np.int32)
        share = at - row
        width = wide[row] + share * (wide[row + 1] - wide[row])
        length = np.where(z > 0, deep[row] + share * (deep[row + 1] - deep[row]), person.head_depth + 0.16)
        total = np.abs(x / width) ** power + np.abs(y / tall) ** power + np.abs(z / length) ** power
        radius = total ** (-1 / power)
    return radius.astype(np.float32)


JAW_AHEAD = (-0.4, -0.1, 0.08, 0.2, 0.3, 0.38, 0.45, 0.53, 0.62)
JAW_LOW = (0.60, 0.62, 0.66, 0.73, 0.82, 0.94, 1.12)
FINE_HEIGHTS = np.linspace(-1.2, 1.2, 97)
WINDOW = np.hanning(15)[1:-1] / np.hanning(15).sum()


def _curve(heights: tuple[float, ...], values: tuple[float, ...]) -> np.ndarray:
    """A smooth curve near these values, at `FINE_HEIGHTS`."""
    corners = np.interp(FINE_HEIGHTS, heights, values)
    return np.convolve(np.pad(corners, len(WINDOW) // 2, mode="edge"), WINDOW, "valid")


def expressed(face: Face, photo: Photo) -> np.ndarray:
    """The points with the photo's expression, float32 [V, 3]."""
    return (
        face.points
        + np.float32(photo.mouth_open) * face.opened
        + np.float32(photo.smile if photo.smile > 0 else 0.6 * photo.smile) * face.smiled
        + np.float32(photo.brow_raise) * face.raised
    )
