"""What colour everything is: skin, eyes, brows, lips, beard and hair, as linear RGB albedo.

Eyes, brows and mouth are functions of the position on the bare skull, not textures, so they are sharp at every size.
Colours are written as sRGB, the way a colour picker shows them.
"""

import colorsys
from dataclasses import dataclass

import numpy as np

from facelab.data.generated.geometry import Mouth, bump, step
from facelab.data.generated.people import Person, Photo

GAMMA = 2.2


def linear(red: float, green: float, blue: float) -> np.ndarray:
    """sRGB in 0 to 255 as linear RGB in 0 to 1, float32 [3]."""
    return (np.array([red, green, blue], np.float32) / 255) ** np.float32(GAMMA)


SKIN = np.stack([
    linear(*tone)
    for tone in ((250, 222, 204), (243, 205, 180), (230, 184, 152), (208, 155, 120), (174, 120, 86), (134, 88, 62),
                 (98, 63, 45), (70, 46, 36))
])  # fmt: skip
BLOOD = linear(196, 84, 78)
HAIR = np.stack(
    [linear(*tone) for tone in ((226, 196, 142), (178, 132, 78), (112, 72, 42), (58, 38, 28), (22, 18, 18))]
)
HAIR_RED = linear(160, 74, 34)
HAIR_GREY = linear(186, 184, 180)
IRIS = np.stack(
    [linear(*tone) for tone in ((44, 26, 16), (92, 56, 28), (112, 98, 54), (104, 132, 116), (96, 142, 178))]
)
SCLERA = linear(236, 230, 224)
TEETH = linear(240, 234, 220)
THROAT = linear(70, 22, 22)
BLACK = linear(16, 12, 12)


@dataclass
class Surface:
    """Points to be lit: albedo float32 [3, n] and gloss float32 [n] (strength of the highlight)."""

    albedo: np.ndarray
    gloss: np.ndarray

    def cover(self, colour: np.ndarray, share: np.ndarray, rows: np.ndarray | slice = slice(None)) -> None:
        """Paint `colour` [3] or [3, n] over the points `rows` with an opacity of 0 to 1 each."""
        under = self.albedo[:, rows]
        self.albedo[:, rows] = under + share * ((colour if colour.ndim == 2 else colour[:, None]) - under)


def gradient(stops: np.ndarray, share: float) -> np.ndarray:
    """The colour at `share` (0 to 1) of the way along evenly spaced `stops` [k, 3]."""
    at = share * (len(stops) - 1)
    low = min(int(at), len(stops) - 2)
    return stops[low] + np.float32(at - low) * (stops[low + 1] - stops[low])


def skin_colour(person: Person) -> np.ndarray:
    """Linear RGB [3]."""
    return gradient(SKIN, person.tone)


def hair_colour(person: Person) -> np.ndarray:
    """Linear RGB [3]."""
    pigment = gradient(HAIR, person.hair_tone)
    pigment = pigment + np.float32(person.hair_red * (1 - 0.8 * person.hair_tone)) * (HAIR_RED - pigment)
    return pigment + np.float32(0.9 * person.hair_grey) * (HAIR_GREY - pigment)


def cloth_colour(photo: Photo) -> np.ndarray:
    """Linear RGB [3]."""
    return _hls(photo.clothing_hue, photo.clothing_lightness, photo.clothing_saturation)


def backdrop_colour(photo: Photo) -> np.ndarray:
    """Linear RGB [3]."""
    return _hls(photo.background_hue, photo.background_lightness, photo.background_saturation)


def _hls(hue: float, lightness: float, saturation: float) -> np.ndarray:
    return linear(*(255 * part for part in colorsys.hls_to_rgb(hue, lightness, saturation)))


def paint_head(
    person: Person,
    photo: Photo,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    hair: np.ndarray,
    strands: np.ndarray,
    blotches: np.ndarray,
    blur: float,
) -> Surface:
    """The head's surface at points of the bare skull, all float32 [n]; `blur` is a pixel's width in head units."""
    skin = skin_colour(person)
    surface = Surface(np.repeat(skin[:, None], len(x), axis=1), np.full(len(x), 0.10, np.float32))
    side = np.abs(x)
    front = z > 0.1
    _paint_skin(surface, person, x, y, z, blotches)
    face = np.flatnonzero(front & (y < 0.45))
    _paint_beard(surface, person, photo, x[face], y[face], strands[face], face)
    _paint_brows(surface, person, photo, x, y, strands, np.flatnonzero(front & (np.abs(y - 0.26) < 0.2)), blur)
    eyes = np.flatnonzero(front & (np.abs(y - person.eye_height) < 0.2) & (np.abs(side - person.eye_spacing) < 0.24))
    _paint_eyes(surface, person, photo, x[eyes], y[eyes], eyes, blur)
    lips = np.flatnonzero(front & (np.abs(y - person.mouth_height) < 0.32) & (side < 0.46))
    _paint_mouth(surface, person, photo, x[lips], y[lips], lips, blur)
    shade = np.clip(1 + 0.3 * strands, 0.4, 1.6)
    surface.cover(hair_colour(person)[:, None] * shade, hair)
    surface.gloss += hair * (0.22 + 0.12 * np.clip(strands, -1, 1) - surface.gloss)
    return surface


def _paint_skin(
    surface: Surface,
    person: Person,
    x: np.ndarray,
    y: np.ndarray,
    z: np.ndarray,
    blotches: np.ndarray,
) -> None:
    """Blood in cheeks, nose and ears; blotches, freckles, and shade around the eyes."""
    side, front = np.abs(x), z > 0.1
    eye, tip = person.eye_height, person.eye_height - person.nose_length
    blood = 0.5 * bump(side, y, (0.42, eye - 0.3), (0.17, 0.13)) + 0.45 * bump(x, y, (0, tip), (0.13, 0.09))
    blood = (0.25 + 0.75 * person.redness) * (blood * front + 0.25 * (side > person.head_width)) + 0.03
    depth = skin_colour(person) / SKIN[0]
    surface.cover(BLOOD * depth, np.clip(blood * 0.55 + 0.035 * blotches, 0, 0.6))
    tired = 0.12 + 0.1 * min(max((person.age - 30) / 40, 0.0), 1.0)
    around = bump(side, y, (person.eye_spacing - 0.02, eye - 0.03), (0.14, 0.08)) * front
    surface.albedo *= 1 - tired * around
    if person.freckles > 0.05:
        phase = person.grain % 97
        dots = np.sin(61 * x + phase + 9 * np.sin(23 * y)) * np.sin(67 * y + phase + 7 * np.sin(19 * x))
        where = bump(side, y, (0.25, eye - 0.25), (0.3, 0.16)) * front
        surface.albedo *= 1 - 0.5 * min(1.0, person.freckles) * step(0.35, 0.8, dots) * where
    nostril = bump(side, y, (person.nose_width * 0.45, tip - 0.085), (0.028, 0.018)) * front
    hollow = bump(y, z, (eye - 0.12, -0.05), (0.1, 0.045)) * (side > 0.5)
    surface.albedo *= 1 - 0.55 * nostril - 0.45 * hollow


def _paint_beard(
    surface: Surface, person: Person, photo: Photo, x: np.ndarray, y: np.ndarray, strands: np.ndarray, rows: np.ndarray
) -> None:
    """Stubble to full beard on jaw, chin and upper lip."""
    if person.beard <= 0.02:
        return
    side = np.abs(x)
    mouth, tip = person.mouth_height, person.eye_height - person.nose_length
    ragged = y + 0.02 * strands
    cheek = mouth + 0.04 + 1.3 * np.clip(side - 0.2, 0, None) ** 1.4
    lips = np.hypot(x / (person.mouth_width + 0.02), (y - mouth + 0.03 * photo.smile + 0.04) / 0.17)
    jaw = step(0.08, -0.08, ragged - cheek) * step(0.85, 1.15, lips)
    moustache = step(0.02, -0.05, ragged - (tip - 0.10)) * step(mouth - 0.02, mouth + 0.04, y) * step(0.34, 0.2, side)
    goatee = bump(x, y, (0, mouth - 0.18), (0.06, 0.05))
    grown = np.clip(np.maximum(np.maximum(jaw, moustache), 0.8 * goatee), 0, 1)
    opacity = min(0.93, 0.22 + 0.95 * person.beard)
    colour = 0.75 * hair_colour(person)[:, None] * np.clip(1 + 0.2 * strands, 0.5, 1.5)
    surface.cover(colour, opacity * grown, rows)
    surface.gloss[rows] *= 1 - 0.7 * grown * opacity


def _paint_brows(
    surface: Surface,
    person: Person,
    photo: Photo,
    x: np.ndarray,
    y: np.ndarray,
    strands: np.ndarray,
    rows: np.ndarray,
    blur: float,
) -> None:
    """Two arched bands of hair that thin out to the temples."""
    x, y = x[rows], y[rows]
    along = (np.abs(x) - person.eye_spacing + 0.01) / (person.eye_width * 1.3)
    height = person.eye_height + person.brow_height + 0.075 * photo.brow_raise - 0.03 * photo.squint
    height = height + person.brow_arch * (1 - (along - 0.25) ** 2) + person.brow_tilt * 0.15 * along
    half = 0.5 * person.brow_thickness * (1.15 - 0.5 * step(-0.2, 1.1, along))
    band = step(half + 0.6 * blur + 0.012, half - 0.6 * blur - 0.012, np.abs(y - height))
    ends = step(-1.15, -0.8, along) * step(1.2, 0.7, along)
    density = 0.88 * np.clip(1 + 0.12 * strands[rows], 0, 1)
    colour = 0.45 * hair_colour(person) + 0.08 * skin_colour(person)
    surface.cover(colour, band * ends * density, rows)


def _paint_eyes(
    surface: Surface, person: Person, photo: Photo, x: np.ndarray, y: np.ndarray, rows: np.ndarray, blur: float
) -> None:
    """Eyeballs between almond-shaped lids, with iris, pupil, lashes and the lids' crease."""
    outward = (np.abs(x) - person.eye_spacing) / person.eye_width
    upward = (y - person.eye_height) / person.eye_width - person.eye_tilt * outward
    edge = 0.7 * blur / person.eye_width
    opening = person.eye_opening * (1 - 0.6 * photo.squint + 0.18 * photo.brow_raise - 0.12 * max(0.0, photo.smile))
    inside = np.clip(1 - outward * outward, 0, 1)
    upper = opening * inside**0.62 + 0.04 * (1 - outward)
    lower = -0.62 * opening * inside**0.8 * (1 + 0.25 * outward)
    span = step(1.05, 0.95, np.abs(outward))

    crease = upper + 0.20
    surface.cover(0.45 * surface.albedo[:, rows], 0.55 * np.exp(-0.5 * ((upward - crease) / 0.07) ** 2) * span, rows)
    surface.cover(
        0.6 * surface.albedo[:, rows], 0.4 * np.exp(-0.5 * ((upward - lower + 0.16) / 0.08) ** 2) * span, rows
    )

    open_ = step(-edge, edge, upper - upward) * step(-edge, edge, upward - lower) * span
    # The lid's shadow and the curve of the ball darken the white towards its rim.
    shade = (0.5 + 0.5 * step(0.0, 0.30, upper - upward)) * (0.62 + 0.38 * np.sqrt(inside))
    surface.cover(SCLERA[:, None] * 0.86 * shade, open_, rows)
    look = np.sign(x) * 0.33 * photo.gaze
    rim = np.hypot(outward - look, upward - 0.03)
    colour = gradient(IRIS, person.iris)
    fibres = 0.75 + 0.75 * step(0.12, 0.34, rim) * step(0.25, -0.25, upward)
    surface.cover(colour[:, None] * fibres * shade, open_ * step(0.48 + edge, 0.48 - edge, rim), rows)
    surface.cover(0.35 * colour, open_ * np.exp(-0.5 * ((rim - 0.47) / 0.05) ** 2) * 0.8, rows)
    surface.cover(BLACK, open_ * step(0.21 + edge, 0.21 - edge, rim), rows)
    surface.gloss[rows] += open_ * (0.12 - surface.gloss[rows])

    lashes = np.exp(-0.5 * (np.clip(np.abs(upward - upper) - 0.02, 0, None) / (0.035 + 0.4 * edge)) ** 2)
    surface.cover(
        BLACK, (0.92 - 0.25 * max(0.0, person.masculinity) * 0.5) * lashes * span * step(-1.1, -0.5, outward), rows
    )
    under = np.exp(-0.5 * ((upward - lower) / (0.03 + 0.3 * edge)) ** 2)
    surface.cover(0.4 * skin_colour(person), 0.6 * under * span, rows)
    # The window that every portrait has in its eyes; added as albedo so that it never greys out.
    glint = np.hypot(outward - look - np.sign(x) * 0.14 * np.sign(photo.light_azimuth), upward - 0.17)
    surface.cover(np.ones(3, np.float32) * 1.6, open_ * step(0.11 + edge, 0.11 - edge, glint) * 0.9, rows)


def _paint_mouth(
    surface: Surface, person: Person, photo: Photo, x: np.ndarray, y: np.ndarray, rows: np.ndarray, blur: float
) -> None:
    """Lips with a cupid's bow, the line between them, and teeth when they part."""
    mouth = Mouth.of(person, photo)
    share = mouth.share(x)
    middle = mouth.line(x)
    gap = mouth.gap * share**0.7
    bow = 1 - 0.28 * np.exp(-0.5 * (x / (0.17 * mouth.width)) ** 2)
    top = middle + person.lip_upper * share**0.75 * bow
    bottom = middle - gap - person.lip_lower * share**0.65
    edge = 0.6 * blur + 0.006
    ends = step(0.0, 0.06, share)
    lips = step(-edge, edge, top - y) * step(-edge, edge, y - bottom) * ends
    red = 0.42 * BLOOD + 0.5 * skin_colour(person) * linear(246, 176, 170)
    red = red * (1.12 - 0.25 * person.masculinity * 0.5) * (0.55 + 0.45 * skin_colour(person)[0] / SKIN[0, 0])
    surface.cover(red[:, None] * np.where(y > middle - 0.5 * gap, 0.78, 1.0), 0.85 * lips, rows)
    surface.gloss[rows] += lips * 0.14
    parted = step(-edge, edge, middle - y) * step(-edge, edge, y - middle + gap) * ends * min(1.0, mouth.gap / 0.02)
    surface.cover(THROAT, parted, rows)
    teeth = parted * step(-edge, edge, y - middle + 0.08 * np.sqrt(share)) * step(1.0, 0.72, np.abs(x) / mouth.width)
    surface.cover(TEETH * 0.8, teeth * min(1.0, mouth.gap / 0.05), rows)
    line = np.exp(-0.5 * ((y - middle) / (0.010 + 0.4 * blur)) ** 2) + np.exp(
        -0.5 * ((y - middle + gap) / (0.010 + 0.4 * blur)) ** 2
    )
    surface.cover(0.25 * red, np.clip(line, 0, 1) * 0.75 * ends * (1 - teeth), rows)
