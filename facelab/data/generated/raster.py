"""What is done for every triangle, or every ray, by itself, compiled: depth buffers, and looking things up in them.

Without the lock of Python's interpreter, so that threads draw side by side.
"""

import numpy as np
from numba import njit

GOLDEN = np.float32(np.pi * (3 - np.sqrt(5)))

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def _range(a: float, b: float, c: float, side: int) -> tuple[int, int]:
    """The first cell whose middle lies between three numbers, and the one after the last."""
    least = a if a < b else b
    least = c if c < least else least
    most = a if a > b else b
    most = c if c > most else most
    half = np.float32(0.5)
    if most < half or least > side:
        return 0, 0
    first = int(np.ceil(least - half)) if least > half else 0
    return first, int(np.floor(most - half)) + 1 if most - half < side - 1 else side


@compiled
def turned(basis: np.ndarray, at: np.ndarray, scale: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """`basis @ at * scale + shift`, written out: a BLAS may sum in an order that depends on its threads.

    Args:
        basis: float32 [3, 3].
        at: float32 [3, n].
        scale, shift: float32 [3].
    """
    found = np.empty_like(at)
    for row in range(3):
        for point in range(at.shape[1]):
            dot = basis[row, 0] * at[0, point] + basis[row, 1] * at[1, point] + basis[row, 2] * at[2, point]
            found[row, point] = dot * scale[row] + shift[row]
    return found


@compiled
def raster(
    x: np.ndarray, y: np.ndarray, near: np.ndarray, triangles: np.ndarray, side: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The triangle nearest to the viewer at the middle of each cell of a square grid.

    Args:
        x, y, near: of the corners, float32 [V]; places on the grid, where a cell is 1 wide, and nearness to the viewer.
        triangles: int32 [T, 3], rows of these.
        side: cells along a side.

    Returns:
        The triangle, int32 [side, side], -1 for none; how much of its second and third corner the place has, float32
        [side, side, 2]; the nearness there, float32 [side, side], -inf for none.
    """
    met = np.full((side, side), -1, np.int32)
    shares = np.zeros((side, side, 2), np.float32)
    nearest = np.full((side, side), -np.inf, np.float32)
    half = np.float32(0.5)
    for number in range(len(triangles)):
        a, b, c = triangles[number]
        left, right = _range(x[a], x[b], x[c], side)
        low, high = _range(y[a], y[b], y[c], side)
        if left >= right or low >= high:  # most are so small that no middle of a cell lies in them
            continue
        ux, uy, vx, vy = x[b] - x[a], y[b] - y[a], x[c] - x[a], y[c] - y[a]
        area = ux * vy - vx * uy
        if area == 0:
            continue
        for row in range(low, high):
            py = np.float32(row) + half - y[a]
            for column in range(left, right):
                px = np.float32(column) + half - x[a]
                second = (px * vy - vx * py) / area
                third = (ux * py - px * uy) / area
                if second < 0 or third < 0 or second + third > 1:
                    continue
                depth = near[a] + second * (near[b] - near[a]) + third * (near[c] - near[a])
                if depth > nearest[row, column]:
                    nearest[row, column] = depth
                    met[row, column] = number
                    shares[row, column, 0] = second
                    shares[row, column, 1] = third
    return met, shares, nearest


@compiled
def summed_normals(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Of each point, the sum of the normals of its triangles, as long as these are large: float32 [V, 3].

    Args:
        points: float32 [V, 3].
        triangles: int32 [T, 3].
    """
    total = np.zeros_like(points)
    for number in range(len(triangles)):
        a, b, c = triangles[number]
        ux, uy, uz = points[b, 0] - points[a, 0], points[b, 1] - points[a, 1], points[b, 2] - points[a, 2]
        vx, vy, vz = points[c, 0] - points[a, 0], points[c, 1] - points[a, 1], points[c, 2] - points[a, 2]
        x, y, z = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for corner in (a, b, c):
            total[corner, 0] += x
            total[corner, 1] += y
            total[corner, 2] += z
    return total


@compiled
def mixed(table: np.ndarray, corners: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """What points inside triangles have of their corners.

    Args:
        table: float32 [V, K], of the corners.
        corners: int32 [n, 3], rows of the table.
        shares: float32 [n, 2], of the second and third corner, as `raster` gives them.

    Returns:
        float32 [K, n].
    """
    found = np.empty((table.shape[1], len(corners)), np.float32)
    for point in range(len(corners)):
        a, b, c = corners[point]
        second, third = shares[point]
        first = np.float32(1) - second - third
        for trait in range(table.shape[1]):
            found[trait, point] = first * table[a, trait] + second * table[b, trait] + third * table[c, trait]
    return found


@compiled
def hidden(
    nearest: np.ndarray, x: np.ndarray, y: np.ndarray, near: np.ndarray, reach: float, ramp: float, taps: int
) -> np.ndarray:
    """The share of a disc around points that something nearer covers, float32 [n].

    Args:
        nearest: of a depth buffer, float32 [side, side].
        x, y, near: the points on it, float32 [n].
        reach: the disc's radius in cells; it is turned from point to point, or the cells would show.
        ramp: what is nearer by so much counts in full, what is nearer by less in part.
        taps: places in the disc that are looked at, on a spiral of equal areas.
    """
    last = np.float32(nearest.shape[0] - 1)
    across, down = np.empty(taps, np.float32), np.empty(taps, np.float32)
    for tap in range(taps):
        far = reach * np.sqrt((tap + 0.5) / taps)
        across[tap], down[tap] = far * np.cos(GOLDEN * tap), far * np.sin(GOLDEN * tap)
    found = np.empty(len(near), np.float32)
    for point in range(len(near)):
        angle = GOLDEN * np.float32(point % 1024)
        cosine, sine = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        total = np.float32(0)
        for tap in range(taps):
            column = int(min(max(x[point] + cosine * across[tap] - sine * down[tap], np.float32(0)), last))
            row = int(min(max(y[point] + sine * across[tap] + cosine * down[tap], np.float32(0)), last))
            ahead = (nearest[row, column] - near[point]) / np.float32(ramp)
            total += min(max(ahead, np.float32(0)), np.float32(1))
        found[point] = total / np.float32(taps)
    return found
