"""What is done for every triangle, or every ray, by itself, compiled: depth buffers, and looking things up in them.

Without the lock of Python's interpreter, so that threads draw side by side.
"""

import numpy as np
from numba import njit

GOLDEN = np.float32(np.pi * (3 - np.sqrt(5)))
SLACK = np.float32(0.01)  # cells

compiled = njit(cache=True, nogil=True, error_model="numpy")


@compiled
def _range(a: float, b: float, c: float, side: int) -> tuple[int, int]:
    """The first cell whose middle lies between three numbers, and the one after the last."""
    half = np.float32(0.5)
    least, most = min(a, min(b, c)), max(a, max(b, c))
    if most < half:
        return 0, 0
    return int(np.ceil(max(least, half) - half)), int(np.floor(min(most, np.float32(side) - half) - half)) + 1


@compiled
def _narrowed(low: float, high: float, rising: float, edge: float) -> tuple[float, float]:
    """What lies on the inner side of an edge, and a little beyond for rounding; no less where they run along it.

    Args:
        low, high: the first and last column.
        rising: above 0 where the inner side is right of the edge, below 0 where it is left.
        edge: where the row crosses it.
    """
    if rising > 0:
        return max(low, edge - SLACK), high
    if rising < 0:
        return low, min(high, edge + SLACK)
    return low, high


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
    half, one = np.float32(0.5), np.float32(1)
    for number in range(len(triangles)):
        a, b, c = triangles[number, 0], triangles[number, 1], triangles[number, 2]
        left, right = _range(x[a], x[b], x[c], side)
        low, high = _range(y[a], y[b], y[c], side)
        if left >= right or low >= high:  # so small that no middle of a cell lies in it
            continue
        ux, uy, vx, vy = x[b] - x[a], y[b] - y[a], x[c] - x[a], y[c] - y[a]
        area = ux * vy - vx * uy
        if area == 0:
            continue
        per_area, wx, wy = one / area, ux - vx, uy - vy
        ax, ay, near_a, near_b, near_c = x[a] - half, y[a] - half, near[a], near[b] - near[a], near[c] - near[a]
        slope_v, slope_u, slope_w, off = vx / vy, ux / uy, wx / wy, ax - area / wy
        for row in range(low, high):
            py = np.float32(row) - ay
            # Most triangles are thin and slanted: of their rows only what lies between the edges is looked at.
            start, end = np.float32(left), np.float32(right - 1)
            if right - left > 2:
                start, end = _narrowed(start, end, vy * per_area, ax + slope_v * py)
                start, end = _narrowed(start, end, -uy * per_area, ax + slope_u * py)
                start, end = _narrowed(start, end, wy * per_area, off + slope_w * py)
            for column in range(int(np.ceil(start)), int(np.floor(end)) + 1):
                px = np.float32(column) - ax
                second = (px * vy - vx * py) * per_area
                third = (ux * py - px * uy) * per_area
                if second < 0 or third < 0 or second + third > one:
                    continue
                depth = near_a + second * near_b + third * near_c
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
def directed(table: np.ndarray, corners: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """As `mixed` of a table of 3 columns, with length 1: float32 [3, n]."""
    found = mixed(table, corners, shares)
    for point in range(found.shape[1]):
        x, y, z = found[0, point], found[1, point], found[2, point]
        per_length = np.float32(1) / max(np.sqrt(x * x + y * y + z * z), np.float32(1e-9))
        for axis in range(3):
            found[axis, point] *= per_length
    return found


@compiled
def towards(eye: float, at: np.ndarray) -> np.ndarray:
    """The unit vectors from points float32 [3, n] to an eye at (0, 0, eye): float32 [3, n]."""
    found = np.empty_like(at)
    for point in range(at.shape[1]):
        x, y, z = -at[0, point], -at[1, point], eye - at[2, point]
        per_length = np.float32(1) / max(np.sqrt(x * x + y * y + z * z), np.float32(1e-9))
        found[0, point], found[1, point], found[2, point] = x * per_length, y * per_length, z * per_length
    return found


@compiled
def enlarged(picture: np.ndarray, side: int) -> np.ndarray:
    """float32 [C, S, S] -> [C, side, side], linear between the cells, whose outermost lie on the edge."""
    channels, cells, _ = picture.shape
    found = np.empty((channels, side, side), np.float32)
    pace = np.float32(cells - 1) / np.float32(side - 1)
    low = np.empty(side, np.int64)
    share = np.empty(side, np.float32)
    for at in range(side):
        low[at] = min(int(np.float32(at) * pace), cells - 2)
        share[at] = np.float32(at) * pace - np.float32(low[at])
    for channel in range(channels):
        for row in range(side):
            above, below, down = picture[channel, low[row]], picture[channel, low[row] + 1], share[row]
            for column in range(side):
                left, across = low[column], share[column]
                first = above[left] + down * (below[left] - above[left])
                second = above[left + 1] + down * (below[left + 1] - above[left + 1])
                found[channel, row, column] = first + across * (second - first)
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
