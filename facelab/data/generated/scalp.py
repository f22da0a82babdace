"""How far a head reaches, features and all, in any direction: what hair lies on."""

import numpy as np

from facelab.data.generated.face import NET, Face, skull
from facelab.data.generated.people import Person

CELLS = 14  # of a cube around the ball of directions, along a side
FURTHEST = 0.04  # no hair goes round noses and ears


def _cell(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
    """The number of the cell of the cube in which a unit vector ends."""
    column, row, layer = (np.minimum((part + 1) * (CELLS / 2), CELLS - 1).astype(np.int64) for part in (x, y, z))
    return (column * CELLS + row) * CELLS + layer


NET_CELL = _cell(NET.x, NET.y, NET.z)
COUNT = np.maximum(np.bincount(NET_CELL, minlength=CELLS**3), 1)


class Scalp:
    """The surface on which a person's hair lies: the bare skull, and on it what features add near by."""

    def __init__(self, person: Person, face: Face) -> None:
        self.person = person
        added = np.sqrt((face.points**2).sum(1)) - np.sqrt((face.rest**2).sum(1))
        self.added = np.bincount(NET_CELL, added, CELLS**3) / COUNT
        self.added = np.clip(self.added, -FURTHEST, FURTHEST)

    def reach(self, directions: np.ndarray) -> np.ndarray:
        """The distance from the origin, [...], for unit vectors [..., 3]."""
        x, y, z = np.moveaxis(directions, -1, 0)
        return skull(self.person, x, y, z) + self.added[_cell(x, y, z)]
