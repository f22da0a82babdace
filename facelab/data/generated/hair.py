"""Hair: locks as ribbons, how wind and hats move them, and their paint."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facelab.data.generated import body, hats
from facelab.data.generated.colours import hair_colour
from facelab.data.generated.cuts import Cut, cover_of, cut_of
from facelab.data.generated.face import Face
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scalp import Scalp
from facelab.data.generated.scene import Part, Seen, Surface, step, unit
from facelab.data.generated.strands import Locks

CAP = 0.05  # how far pressed hair stands off the scalp under a hat
BLOWN = 0.14  # how far wind carries the tips of long hair, in head units
SHEEN, SHARPNESS = 0.10, 28  # of the highlight across strands
QUAD = np.array([[0, 1, 2], [1, 3, 2]])


@dataclass(frozen=True)
class Ribbons:
    """Locks in the head's frame; two edges of each of L locks with J joints.

    Attributes:
        points, normals: float32 [L, J, 2, 3], from the root to the tip.
        traits: float32 [L, J, 2, 6]: direction of the strands, place from edge to edge (-1 to 1), share of the length,
            how light (about 1).
        scalp: float32 [L, J, 2], how far from the origin the bare head reaches there.
        triangles: int32 [T, 3], rows of the points.
        outline: the same, fewer that throw the same shadow; None for all.
    """

    points: np.ndarray
    normals: np.ndarray
    traits: np.ndarray
    scalp: np.ndarray
    triangles: np.ndarray
    outline: np.ndarray | None


@dataclass(frozen=True)
class Hair:
    """Somebody's hair.

    Attributes:
        fine: all of its joints.
        coarse: every other joint and the tip, which is all that small photos show.
        cover: float32 [V], of the scalp under hair, 0 to 1, for the net of `face`.
    """

    fine: Ribbons
    coarse: Ribbons
    cover: np.ndarray


def grow(person: Person, face: Face, rng: np.random.Generator) -> Hair:
    """A person's hair."""
    cut = cut_of(person)
    cover = cover_of(person, cut, face.rest, rng)
    scalp = Scalp(person, face)
    strands, shade = np.zeros((0, cut.joints, 3)), np.zeros(0)
    if cut.length:
        locks = Locks.of(person, scalp, cut, rng)
        strands, shade = locks.lines(rng), locks.shade
    return Hair(*_ribbons(scalp, cut, strands, shade), cover)


def _ribbons(scalp: Scalp, cut: Cut, strands: np.ndarray, shade: np.ndarray) -> tuple[Ribbons, Ribbons]:
    """All joints, and every other. Locks lie flat on the head, broad in the middle, and end in a point."""
    n, joints = strands.shape[:2]
    share = np.linspace(0, 1, joints)
    along = unit(np.gradient(strands, axis=1), 2) if n else strands
    x, y, z = strands[..., 0], strands[..., 1], strands[..., 2]
    out = unit(np.stack([x, np.maximum(y, -0.1), z + 0.1], 2), 2)
    across = unit(np.cross(along, out), 2)
    pointed = 0.7 if cut.curl else 0.9
    profile = (0.7 + 0.6 * share) * np.minimum(1, 0.45 + 5 * share) * (1 - pointed * share**3)
    half = 0.5 * cut.width * profile
    reach = half[None, :, None] * across
    upright = unit(np.cross(across, along), 2)
    points = np.stack([strands - reach, strands + reach], 2)
    normals = unit(np.stack([upright - 0.4 * across, upright + 0.4 * across], 2), 3)
    traits = np.empty((n, joints, 2, 6))
    traits[..., :3] = along[:, :, None]
    traits[..., 3] = [-1, 1]
    traits[..., 4] = share[None, :, None]
    traits[..., 5] = shade[:, None, None]
    far = np.sqrt((points * points).sum(3))
    under = scalp.reach(points / np.maximum(far, 1e-9)[..., None])
    arrays = [array.astype(np.float32) for array in (points, normals, traits, under)]
    kept = np.arange(0, joints, 2)
    kept[-1] = joints - 1
    fine = Ribbons(*arrays, _strips(n, joints, np.arange(joints)), _strips(n, joints, kept))
    return fine, Ribbons(*(array[:, kept] for array in arrays), _strips(n, len(kept), np.arange(len(kept))), None)


def _strips(locks: int, joints: int, kept: np.ndarray) -> np.ndarray:
    """The triangles between those joints of locks that are kept, int32 [T, 3]."""
    ends = 2 * (np.arange(locks)[:, None] * joints + kept)
    corners = np.stack([ends[:, :-1], ends[:, :-1] + 1, ends[:, 1:], ends[:, 1:] + 1], -1).reshape(-1, 4)
    return corners[:, QUAD].reshape(-1, 3).astype(np.int32)


def parts(person: Person, hair: Hair, photo: Photo, turn: np.ndarray, coarse: bool) -> list[Part]:
    """The hair as it lies on a photo."""
    ribbons = hair.coarse if coarse else hair.fine
    if not len(ribbons.points):
        return []
    mirror = np.array([-1 if photo.hair_turned else 1, 1, 1], np.float32)
    points = _pressed(ribbons.points, ribbons.scalp) if photo.hat else ribbons.points
    points = _blown(points * mirror, ribbons, photo.hair_blown).reshape(-1, 3)
    turn = turn * mirror
    normals, traits = ribbons.normals.reshape(-1, 3) @ turn.T, ribbons.traits.reshape(-1, 6)
    paint = _painter(person, turn)
    return [Part(body.follow(points, photo), normals, ribbons.triangles, traits, paint, ribbons.outline)]


def _pressed(points: np.ndarray, scalp: np.ndarray) -> np.ndarray:
    """What is under a hat lies on the head."""
    far = np.sqrt((points * points).sum(3))
    return points * (1 + hats.under(points) * (np.minimum(1, (scalp + np.float32(CAP)) / far) - 1))[..., None]


def _blown(points: np.ndarray, ribbons: Ribbons, wind: float) -> np.ndarray:
    """The tips carried to a side, along the head where it is in the way."""
    if not wind:
        return points
    x, y, z = points[..., 0], points[..., 1], points[..., 2]
    out = unit(np.stack([x, np.maximum(y, 0), z], 3), 3)
    into = np.minimum(0, np.sign(wind) * out[..., :1])
    push = np.array([np.sign(wind), 0, 0], np.float32) - into * out
    loose = ribbons.traits[..., 4:5] ** 2 * np.minimum(1, np.linalg.norm(points - points[:, :1], axis=3))[..., None]
    return points + np.float32(BLOWN * abs(wind)) * loose * push


def _painter(person: Person, turn: np.ndarray) -> Callable[[Seen], Surface]:
    colour = hair_colour(person)

    def paint(seen: Seen) -> Surface:
        across, share, shade = seen.traits[3:]
        # Single hairs, as far as the picture can show them.
        fine = np.float32(min(1.0, 0.010 / seen.blur))
        hairs = np.sin(4 * across + 90 * shade + 2 * share) + 0.7 * np.sin(11 * across - 170 * shade + 3 * share)
        tone = np.clip(shade, 0.5, 1.5) * (1 + 0.16 * fine * hairs)
        # Roots lie in the shade of what is above them; tips are bleached.
        tone *= 0.72 + 0.34 * step(0, 0.5, share)
        # Locks beyond the horizon of the head are still lit from above; the inside of a curtain of hair is dark.
        facing = (seen.normals * seen.views).sum(0)
        normals = unit(seen.normals + (np.maximum(facing, np.float32(0.1)) - facing) * seen.views)
        tone *= 1 - 0.5 * step(-0.2, -0.8, facing)
        surface = Surface.plain(colour[:, None] * tone, normals)
        surface.along = unit(turn @ seen.traits[:3])
        surface.gloss[:] = SHEEN * (1 + 0.3 * fine * hairs)
        surface.sharpness[:] = SHARPNESS
        return surface

    return paint
