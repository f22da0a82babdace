"""A person's head ready to be photographed, and the parts that a photo shows of it."""

from dataclasses import dataclass

import numpy as np

from facelab.data.generated import body, ears, hair, skin, wear
from facelab.data.generated.face import GRID, NET, Face, expressed, shape
from facelab.data.generated.hair import Hair
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Part, grid_triangles, normals_of, rotation


@dataclass(frozen=True)
class Mesh:
    """Which of the net's points are drawn.

    Attributes:
        rows: int64 [V], of the net.
        triangles, outline: int32 [T, 3], of these rows; those that are drawn, and the fewer that throw the same shadow.
    """

    rows: np.ndarray
    triangles: np.ndarray
    outline: np.ndarray


def _mesh(step: int) -> Mesh:
    """Every `step`-th of the net's rows and columns."""
    number = np.full(GRID * GRID, -1)
    number[NET.cells] = np.arange(len(NET.cells))
    kept = number.reshape(GRID, GRID)[::step, ::step]
    own = np.where(kept >= 0, np.cumsum(kept >= 0).reshape(kept.shape) - 1, -1)

    def between(every: int) -> np.ndarray:
        cells = own[::every, ::every]
        triangles = cells.ravel()[grid_triangles(*cells.shape)]
        return triangles[(triangles >= 0).all(1)].astype(np.int32)

    return Mesh(kept[kept >= 0], between(1), between(OUTLINED // step))


OUTLINED = 4  # every so many rows and columns make the outline
FINE, COARSE = _mesh(1), _mesh(2)
SMALL = 112
"""The side of photos, in pixels, up to which the coarse mesh and hair show all there is to see."""


@dataclass(frozen=True)
class Head:
    """What does not change between a person's photos."""

    person: Person
    face: Face
    hair: Hair
    complexion: np.ndarray
    ears: tuple[np.ndarray, np.ndarray]
    body: np.ndarray


def sculpt(person: Person) -> Head:
    """The head of a person."""
    rng = np.random.default_rng(person.grain)
    face = shape(person)
    grown = hair.grow(person, face, rng)
    complexion = skin.complexion(person, face, grown.cover, rng)
    return Head(person, face, grown, complexion, ears.shells(person), body.surface(person))


def pose(head: Head, photo: Photo, size: int) -> list[Part]:
    """What a photo of this size shows of somebody: skin, hair, neck with clothes, and what is worn, turned as the photo
    says."""
    is_small = size <= SMALL
    mesh = COARSE if is_small else FINE
    turn = rotation(photo.yaw, photo.pitch, photo.roll)
    points = expressed(head.face, photo)
    drawn = points[mesh.rows] @ turn.T
    paint = skin.painter(head.person, photo, turn)
    normals = normals_of(drawn, mesh.triangles)
    face = Part(drawn, normals, mesh.triangles, head.complexion[mesh.rows], paint, mesh.outline)
    return [
        face,
        ears.part(head.person, head.ears, turn),
        *body.parts(head.person, head.body, photo),
        *hair.parts(head.person, head.hair, photo, turn, is_small),
        *wear.parts(head.person, points, photo, turn),
    ]
