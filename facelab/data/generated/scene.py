"""What there is to photograph: parts of triangles, each with its own paint."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facelab.data.generated.raster import summed_normals


@dataclass
class Surface:
    """Points to be lit.

    Attributes:
        albedo: float32 [3, n], linear RGB.
        gloss: float32 [n], strength of the highlight.
        sharpness: float32 [n], its exponent.
        skin: float32 [n], how far light bleeds under the surface, 0 to 1.
        normals: float32 [3, n], of length 1, in the camera's frame.
        along: float32 [3, n], the direction of strands, whose highlights run across them; 0 where there are none.
    """

    albedo: np.ndarray
    gloss: np.ndarray
    sharpness: np.ndarray
    skin: np.ndarray
    normals: np.ndarray
    along: np.ndarray

    @classmethod
    def plain(cls, colour: np.ndarray, normals: np.ndarray) -> "Surface":
        """Dull points of one colour, [3] or [3, n]."""
        n = normals.shape[1]
        albedo = np.repeat(colour[:, None], n, axis=1) if colour.ndim == 1 else colour
        full = np.full
        return cls(
            albedo.astype(np.float32),
            full(n, 0.08, np.float32),
            full(n, 20, np.float32),
            np.zeros(n, np.float32),
            normals,
            np.zeros_like(normals),
        )

    def cover(self, colour: np.ndarray, share: np.ndarray, rows: np.ndarray | slice = slice(None)) -> None:
        """Paint `colour` [3] or [3, n] over the points `rows` with an opacity of 0 to 1 each."""
        under = self.albedo[:, rows]
        self.albedo[:, rows] = under + share * ((colour if colour.ndim == 2 else colour[:, None]) - under)


@dataclass(frozen=True)
class Seen:
    """The points of a part that the camera sees, in the camera's frame: x right, y up, z towards the camera.

    Attributes:
        at, normals: float32 [3, n].
        traits: float32 [K, n], the part's own, interpolated.
        views: float32 [3, n], unit vectors towards the camera.
        blur: a pixel's width in head units.
    """

    at: np.ndarray
    normals: np.ndarray
    traits: np.ndarray
    views: np.ndarray
    blur: float


@dataclass(frozen=True)
class Part:
    """Triangles in the camera's frame, in head units.

    Attributes:
        points, normals: float32 [V, 3].
        triangles: int32 [T, 3].
        traits: float32 [V, K], what the paint wants to know.
        paint: the points seen -> their surface.
        outline: int32 [S, 3], fewer triangles of the same points, which throw the same shadow; None for all.
    """

    points: np.ndarray
    normals: np.ndarray
    triangles: np.ndarray
    traits: np.ndarray
    paint: Callable[[Seen], Surface]
    outline: np.ndarray | None = None


def outline_triangles(rows: int, columns: int) -> np.ndarray:
    """Of a closed net, int32 [T, 3]: a quarter of its triangles that throw the same shadow. Its columns are even."""
    kept = np.arange(0, rows, 2)
    kept[-1] = rows - 1
    points = (kept[:, None] * columns + np.arange(0, columns, 2)).ravel().astype(np.int32)
    return points[grid_triangles(len(kept), columns // 2, closed=True)]


def grid_triangles(rows: int, columns: int, closed: bool = False) -> np.ndarray:
    """Of a net of points in rows, int32 [T, 3]; `closed` joins the last column to the first."""
    across = np.arange(columns if closed else columns - 1)
    right = (across + 1) % columns
    first = (np.arange(rows - 1) * columns)[:, None]
    a, b, c, d = first + across, first + right, first + columns + across, first + columns + right
    return np.stack([np.stack([a, b, c], -1), np.stack([b, d, c], -1)], 2).reshape(-1, 3).astype(np.int32)


def normals_of(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Unit normals float32 [V, 3]: of each point, the mean over its triangles by their area."""
    return unit(summed_normals(np.ascontiguousarray(points, np.float32), triangles), 1)


def step(low: float, high: float, x: np.ndarray) -> np.ndarray:
    """Smoothstep: 0 up to `low`, 1 from `high`, an S between; `low` may be above `high`."""
    share = np.minimum(np.maximum((x - low) / (high - low), 0), 1)  # np.clip does the same more slowly
    return share * share * (3 - 2 * share)


def bump(x: np.ndarray, y: np.ndarray, at: tuple[float, float], size: tuple[float, float]) -> np.ndarray:
    """A Gaussian hill of height 1 at a point of the plane."""
    return np.exp(-0.5 * (((x - at[0]) / size[0]) ** 2 + ((y - at[1]) / size[1]) ** 2))


def unit(vectors: np.ndarray, axis: int = 0) -> np.ndarray:
    """Of length 1 along an axis."""
    return vectors / np.maximum(np.sqrt((vectors * vectors).sum(axis=axis, keepdims=True)), np.float32(1e-9))


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """The matrix float32 [3, 3] from the head's frame to the camera's; degrees, signs as in `Photo`."""
    (a, b, c) = np.radians([yaw, pitch, roll])
    about_y = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_x = np.array([[1, 0, 0], [0, np.cos(b), np.sin(b)], [0, -np.sin(b), np.cos(b)]])
    about_z = np.array([[np.cos(c), np.sin(c), 0], [-np.sin(c), np.cos(c), 0], [0, 0, 1]])
    return (about_z @ about_y @ about_x).astype(np.float32)
