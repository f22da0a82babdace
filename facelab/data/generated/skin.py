"""What a face is painted like: skin with its blood, spots and lines, and everything that lies on it."""

from collections.abc import Callable

import numpy as np

from facelab.data.generated import beard, brows, eyes, mouth
from facelab.data.generated.colours import BLOOD, SKIN, hair_colour, skin_colour
from facelab.data.generated.face import NET, Face
from facelab.data.generated.features import aged, fold, nose_base, nostril
from facelab.data.generated.people import Person
from facelab.data.generated.photos import Photo
from facelab.data.generated.scene import Seen, Surface, bump, step

GLOSS, SHARPNESS = 0.085, 11  # of dry skin; nose, forehead and lips are moister
WAVES = 10  # whose sum is a pattern of blotches
MOLES = 5  # at most
PORES = 0.02  # how far skin varies from point to point


def complexion(person: Person, face: Face, cover: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """What paint wants to know of the net's points, float32 [V, 7]: where they are at rest, x, y, z; how much of the
    scalp hair covers; blotches, about -1 to 1; pores, likewise; freckles and moles, 0 to 1."""
    blotches = np.zeros(len(NET.x), np.float32)
    for _ in range(WAVES):
        a, b, c = rng.normal(0, 6, 3)
        blotches += np.sin(a * NET.x + b * NET.y + c * NET.z + rng.uniform(0, 2 * np.pi)) / np.sqrt(WAVES)
    pores = rng.uniform(-1, 1, len(NET.x))
    spots = _spots(person, face, rng)
    return np.column_stack([face.rest, cover, blotches, pores, spots]).astype(np.float32)


def _spots(person: Person, face: Face, rng: np.random.Generator) -> np.ndarray:
    x, y, _ = face.rest.T
    noise = rng.uniform(size=len(x))
    where = 0.35 * bump(np.abs(x), y, (0.25, person.eye_height - 0.26), (0.26, 0.16)) + 0.05
    freckles = 0.5 * step(0.0, 0.12, noise - 1 + where * 0.75 * person.freckles)
    for _ in range(int(rng.integers(MOLES + 1))):
        at = (rng.uniform(-0.55, 0.55), rng.uniform(-0.85, 0.5))
        size = rng.uniform(0.009, 0.015)
        freckles = np.maximum(freckles, rng.uniform(0.4, 0.8) * bump(x, y, at, (size, size)) * (NET.z > 0.1))
    return freckles


def painter(person: Person, photo: Photo, turn: np.ndarray) -> Callable[[Seen], Surface]:
    """The paint of the head's skin on a photo."""

    def paint(seen: Seen) -> Surface:
        x, y, z, cover, blotches, pores, spots = seen.traits
        surface = Surface.plain(skin_colour(person), seen.normals.copy())
        surface.gloss[:], surface.sharpness[:], surface.skin[:] = GLOSS * (1 + 1.0 * person.tone), SHARPNESS, 1
        side, front = np.abs(x), z > 0.1
        fine = np.float32(min(1.0, 0.02 / seen.blur))
        _tones(surface, person, x, y, z, blotches)
        surface.albedo *= 1 + PORES * fine * pores * front
        surface.cover(0.55 * skin_colour(person) * np.array([0.85, 0.6, 0.5], np.float32), spots)
        rows = np.flatnonzero(front)
        _lines(surface, person, photo, side[rows], y[rows], rows)
        jaw = np.flatnonzero((z > -0.15) & (y < nose_base(person) + beard.HIGHEST))
        beard.paint(surface, person, x[jaw], y[jaw], z[jaw], fine * pores[jaw], jaw)
        hairs = np.flatnonzero(front & (np.abs(y - person.eye_height - person.brow_height) < 0.16))
        brows.paint(surface, person, x[hairs], y[hairs], pores[hairs], hairs, seen.blur)
        around = np.flatnonzero(
            front & (np.abs(y - person.eye_height) < 0.22) & (np.abs(side - person.eye_spacing) < 0.26)
        )
        eyes.paint(surface, person, photo, turn, x[around], y[around], around, seen.blur)
        lips = np.flatnonzero(front & (np.abs(y - person.mouth_height) < 0.2) & (side < 0.4))
        mouth.paint(surface, person, photo, x[lips], y[lips], turn.T @ seen.at[:, lips], lips, seen.blur)
        surface.cover(0.6 * hair_colour(person), cover)
        surface.gloss *= 1 - cover
        return surface

    return paint


def _tones(surface: Surface, person: Person, x, y, z, blotches) -> None:
    """Where blood shows, where skin is thin, and where it shines."""
    side, front = np.abs(x), step(0.0, 0.3, z)
    eye, base = person.eye_height, nose_base(person)
    blood = 0.55 * bump(side, y, (0.40, eye - 0.32), (0.17, 0.14))
    blood += 0.45 * bump(x, y, (0, base + 0.07), (0.13, 0.08))
    blood += 0.16 * bump(x, y, (0, -person.face_length + 0.1), (0.2, 0.1))
    blood = (0.30 + 0.70 * person.redness) * blood * front
    depth = skin_colour(person) / SKIN[0]
    surface.cover(BLOOD * depth, np.clip(0.62 * blood + 0.035 + 0.035 * blotches, 0, 0.6))
    # Foreheads are a little yellower and lighter, the skin around eyes thinner and darker.
    tired = 0.13 + 0.14 * aged(person)
    around = bump(side, y, (person.eye_spacing - 0.01, eye - 0.01), (0.15, 0.10)) * front
    bags = bump(side, y, (person.eye_spacing - 0.03, eye - 0.12), (0.10, 0.035)) * front
    surface.albedo *= 1 - tired * np.array([0.75, 1.0, 0.95], np.float32)[:, None] * (around + 0.5 * bags)
    surface.albedo *= 1 - 0.72 * nostril(person, x, y) * front
    moist = 0.9 * bump(x, y, (0, base + 0.1), (0.09, 0.09)) + 0.5 * bump(x, y, (0, eye + 0.45), (0.3, 0.16))
    surface.gloss *= 1 + 0.7 * moist * front


def _lines(surface: Surface, person: Person, photo: Photo, side, y, rows) -> None:
    """Age lines: across the forehead, at the corners of the eyes, beside nose and mouth."""
    eye, age = person.eye_height, aged(person)
    smile = max(0.0, photo.smile)
    dark = 0.13 * (0.25 + age) * fold(person, side, y) * (0.6 + 0.9 * smile)
    deep = (0.16 * age + 0.05 * photo.brow_raise) * bump(side, y, (0.0, eye + 0.46), (0.28, 0.12))
    if deep.any():
        wave = np.cos((y - eye - 0.34) * 2 * np.pi / 0.082 + 1.1 * np.sin(5 * side) + 0.5 * np.sin(13 * side))
        dark += deep * np.clip(wave, 0, 1) ** 5
    crow = (0.20 * age + 0.04 * smile) * (0.5 + smile)
    out, up = side - person.eye_spacing - person.eye_width, y - eye
    ray = np.cos(np.arctan2(up, np.clip(out + 0.06, 0.02, None)) * 9 + 0.6)
    dark += crow * np.clip(ray, 0, 1) ** 4 * step(0.0, 0.05, out) * step(0.20, 0.08, out) * step(0.14, 0.07, np.abs(up))
    surface.albedo[:, rows] *= 1 - np.array([0.75, 1.0, 1.0], np.float32)[:, None] * np.clip(dark, 0, 0.6)
