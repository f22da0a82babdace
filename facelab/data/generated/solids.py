"""Thin solids of which worn things are made: tubes along a path, and sheets."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated.scene import Part, Seen, Surface, grid_triangles, normals_of, unit

SIDES = 6  # of a tube


def sheet(
    grid: np.ndarray, placed: Callable[[np.ndarray], np.ndarray], paint: Callable[[Seen], Surface], closed: bool = False
) -> Part:
    """A part of a net of points [R, C, 3] in the head's frame, put into the camera's by `placed`.

    Its traits are u (0 to 1 along the rows), v (0 to 1 from row to row). `closed` joins the last column to the first.
    """
    rows, columns = grid.shape[:2]
    triangles = grid_triangles(rows, columns, closed)
    points = placed(grid.reshape(-1, 3).astype(np.float32)).astype(np.float32)
    v, u = np.meshgrid(np.linspace(0, 1, rows), np.linspace(0, 1, columns), indexing="ij")
    traits = np.stack([u, v], -1).reshape(-1, 2).astype(np.float32)
    return Part(points, normals_of(points, triangles), triangles, traits, paint)


def tube(path: np.ndarray, radius: float, closed: bool = False) -> np.ndarray:
    """The net [n, SIDES + 1, 3] around a path [n, 3]; a closed path must repeat its first point."""
    along = np.gradient(path, axis=0)
    if closed:
        along[[0, -1]] = path[1] - path[-2]
    along = unit(along, 1)
    # A path runs nowhere along this odd direction.
    across = unit(np.cross(along, np.array([0.31, 0.83, 0.47])), 1)
    upright = np.cross(along, across)
    around = np.linspace(0, 2 * np.pi, SIDES + 1)[:, None]
    return path[:, None] + radius * (np.cos(around) * across[:, None] + np.sin(around) * upright[:, None])


def facing(seen: Seen) -> np.ndarray:
    """The normals, of whichever side of a sheet the camera sees."""
    return np.where((seen.normals * seen.views).sum(0) < 0, -1, 1).astype(np.float32) * seen.normals
