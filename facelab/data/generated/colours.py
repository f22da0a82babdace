"""Colours as linear RGB albedo. They are written as sRGB, the way a colour picker shows them."""

import colorsys

import numpy as np

from facelab.data.generated.people import Person

GAMMA = 2.2


def linear(red: float, green: float, blue: float) -> np.ndarray:
    """sRGB in 0 to 255 as linear RGB in 0 to 1, float32 [3]."""
    return (np.array([red, green, blue], np.float32) / 255) ** np.float32(GAMMA)


def hls(hue: float, lightness: float, saturation: float) -> np.ndarray:
    """Linear RGB [3] of what a colour picker shows."""
    return linear(*(255 * part for part in colorsys.hls_to_rgb(hue, lightness, saturation)))


SKIN = np.stack([
    linear(*tone)
    for tone in ((240, 208, 187), (233, 194, 168), (222, 176, 146), (205, 152, 119), (172, 120, 88), (134, 90, 66),
                 (100, 66, 49), (74, 49, 39))
])  # fmt: skip
BLOOD = linear(196, 84, 78)
HAIR = np.stack(
    [linear(*tone) for tone in ((222, 192, 140), (172, 128, 78), (108, 72, 44), (58, 38, 28), (24, 20, 20))]
)
HAIR_RED = linear(160, 74, 34)
HAIR_GREY = linear(186, 184, 180)
IRIS = np.stack(
    [linear(*tone) for tone in ((44, 26, 16), (92, 56, 28), (112, 98, 54), (104, 132, 116), (96, 142, 178))]
)
SCLERA = linear(232, 224, 218)
TEETH = linear(232, 224, 208)
THROAT = linear(64, 22, 22)
BLACK = linear(16, 12, 12)


def gradient(stops: np.ndarray, share: float) -> np.ndarray:
    """The colour at `share` (0 to 1) of the way along evenly spaced `stops` [k, 3]."""
    at = share * (len(stops) - 1)
    low = min(int(at), len(stops) - 2)
    return stops[low] + np.float32(at - low) * (stops[low + 1] - stops[low])


def skin_colour(person: Person) -> np.ndarray:
    """Linear RGB [3]."""
    warm = np.float32(person.undertone) * np.array([-0.02, 0.015, -0.11], np.float32)
    return gradient(SKIN, person.tone) * (1 + warm)


def hair_colour(person: Person) -> np.ndarray:
    """Linear RGB [3]."""
    return _pigmented(person, person.hair_tone)


def brow_colour(person: Person) -> np.ndarray:
    """Of brows and beard, linear RGB [3]: nobody dyes them lighter than their skin lets hair be."""
    return _pigmented(person, max(person.hair_tone, person.tone))


def _pigmented(person: Person, tone: float) -> np.ndarray:
    pigment = gradient(HAIR, tone)
    pigment = pigment + np.float32(person.hair_red * (1 - 0.8 * tone)) * (HAIR_RED - pigment)
    return pigment + np.float32(0.9 * person.hair_grey) * (HAIR_GREY - pigment)
