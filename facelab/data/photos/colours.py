"""Pixels of any kind as 8-bit RGB, on white where they are transparent."""

import numpy as np
from PIL import Image

from facelab.errors import PhotoError

BLOCK = 1 << 20  # pixels treated at a time: 40 megapixels in a second mode or as floats take hundreds of megabytes
BITS_PER_SAMPLE, PHOTOMETRIC, WHITE_IS_ZERO = 258, 262, 0  # TIFF tags, and a value of the second


def to_rgb(image: Image.Image) -> np.ndarray:
    """The pixels of a picture in any of Pillow's modes: uint8 [H, W, 3].

    Raises:
        PhotoError: its numbers or colours have no agreed meaning.
    """
    if image.mode.startswith(("I", "F")):
        image = _grey(image)
    if image.mode == "LAB":
        raise PhotoError("The photo has Lab colours, which facelab does not read: save it as JPEG or PNG.")
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    rows = max(1, BLOCK // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        pixels[top:bottom] = np.asarray(_on_white(image.crop((0, top, image.width, bottom))))
    return pixels


def eight_bits(values: np.ndarray, white: float) -> np.ndarray:
    """Values from 0 to `white` as uint8 from 0 to 255, rounded, in the same shape."""
    if white == 255 and values.dtype == np.uint8:
        return values
    scaled = np.empty(values.size, np.uint8)
    flat = values.reshape(-1)
    for at in range(0, values.size, BLOCK):
        scaled[at : at + BLOCK] = flat[at : at + BLOCK] * (255 / white) + 0.5
    return scaled.reshape(values.shape)


def _on_white(image: Image.Image) -> Image.Image:
    if not image.has_transparency_data:
        return image.convert("RGB")
    image = (image.convert("LA") if image.mode == "La" else image).convert("RGBA")
    # Dropping alpha alone would show whatever colour hides under the transparent pixels.
    white = Image.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


def _grey(image: Image.Image) -> Image.Image:
    """Of 16-bit integers and of floats, which Pillow's own conversion clips at 255 instead of scaling."""
    values = np.asarray(image)
    tags = getattr(image, "tag_v2", {})
    white = 2 ** tags.get(BITS_PER_SAMPLE, (16,))[0] - 1 if image.mode.startswith("I;") else 65535
    low, high = values.min(), values.max()
    if not (low >= 0 and high <= white):  # so that NaN is refused as well
        raise PhotoError("The photo's pixels are numbers of no agreed brightness: save it as an 8-bit PNG or JPEG.")
    if image.mode == "F":
        # Floats count to 1 by convention; some programs only change the type and leave 8 or 16 bits' range.
        white = next(usual for usual in (1, 255, 65535) if high <= usual)
    grey = eight_bits(values, white)
    return Image.fromarray(255 - grey if tags.get(PHOTOMETRIC) == WHITE_IS_ZERO else grey)
