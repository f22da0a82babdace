"""PGM and its family (PBM, PPM; binary and plain), https://netpbm.sourceforge.net/doc/pgm.html.

Pillow decodes the plain ones, and those whose white is neither 255 nor 65535, value by value in Python: two seconds a
megapixel.
"""

import re

import numpy as np
from PIL import Image

from facelab.data.photos.colours import eight_bits
from facelab.data.photos.limits import check_pixels

MAX_HEADER = 65_536  # bytes; a comment may stand in it
GAP = rb"(?:\s|#[^\r\n]*[\r\n])+"
BITMAP = re.compile(rb"P(?P<kind>[14])" + GAP + rb"(?P<width>\d{1,9})" + GAP + rb"(?P<height>\d{1,9})\s")
MAP = re.compile(BITMAP.pattern.replace(b"[14]", b"[2356]")[:-2] + GAP + rb"(?P<white>\d{1,5})\s")
COMMENT = re.compile(rb"#[^\r\n]*")
PLAIN, COLOURED = (b"1", b"2", b"3"), (b"3", b"6")


def decode(data: bytes) -> Image.Image:
    """The picture in mode L or RGB, white at 255.

    Raises:
        PhotoError: it has too many pixels.
        ValueError: it is damaged or cut off.
    """
    header = BITMAP.match(data, 0, MAX_HEADER) or MAP.match(data, 0, MAX_HEADER)
    if not header:
        raise ValueError("no header")
    kind, width, height = header["kind"], int(header["width"]), int(header["height"])
    check_pixels(width, height)
    if header.re is BITMAP:
        # One is ink.
        read = _plain_bits if kind in PLAIN else _bits
        return Image.fromarray(255 * (1 - read(data, header.end(), width, height)))
    white = int(header["white"])
    if not 0 < white < 65536:
        raise ValueError("no such white")
    shape = (height, width, 3) if kind in COLOURED else (height, width)
    count = int(np.prod(shape))
    if kind in PLAIN:
        values = np.fromstring(COMMENT.sub(b"", data[header.end() :]), np.int32, count, sep=" ")
    else:
        values = np.frombuffer(data, np.uint8 if white < 256 else ">u2", count, header.end())
    if values.min() < 0 or values.max() > white:
        raise ValueError("brighter than white")
    return Image.fromarray(eight_bits(values, white).reshape(shape))


def _bits(data: bytes, at: int, width: int, height: int) -> np.ndarray:
    rows = np.frombuffer(data, np.uint8, height * -(-width // 8), at).reshape(height, -1)
    return np.unpackbits(rows, axis=1, count=width)


def _plain_bits(data: bytes, at: int, width: int, height: int) -> np.ndarray:
    digits = COMMENT.sub(b"", data[at:]).translate(None, b" \t\r\n\v\f")
    bits = np.frombuffer(digits, np.uint8, width * height) - ord("0")
    if bits.max() > 1:
        raise ValueError("neither 0 nor 1")
    return bits.reshape(height, width)
