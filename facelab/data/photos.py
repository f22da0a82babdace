"""One photo from anywhere -> pixels. Every photo that enters the app comes through `read_photo`."""

import io
import math
import struct
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from facelab.errors import PhotoError

# Pillow's names of what is decoded; its PPM decoder also reads PGM. Pillow knows some forty formats more, among them
# EPS, which runs a program: an allow-list keeps that surface small.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "PPM")
MAX_PIXELS = 40_000_000

# What else arrives under the name of a photo, told by its first bytes: (offset, bytes, what it is).
STRANGERS = (
    *(
        (4, b"ftyp" + brand, "a HEIC photo")
        for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")
    ),
    (4, b"ftypavif", "an AVIF image"),
    (0, b"GIF8", "a GIF image"),
    (0, b"II*\0", "a TIFF image"),
    (0, b"MM\0*", "a TIFF image"),
    (0, b"\0\0\x01\0", "an icon"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"%PDF", "a PDF"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"PK\x03\x04", "a ZIP archive"),
    (0, b"<svg", "an SVG drawing"),
    (0, b"<?xml", "an XML file"),
    (0, b"<!DOCTYPE", "a web page"),
    (0, b"<!doctype", "a web page"),
    (0, b"<html", "a web page"),
)
HEIC_ADVICE = (
    "on the iPhone choose Settings > Camera > Formats > Most Compatible, or open the photo and export it as JPEG"
)

ORIENTATION = 0x0112  # the EXIF tag
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_photo(file: Path | bytes, shorter_side: int | None = None) -> np.ndarray:
    """Decode a photo by its content (its name may lie), upright, on white where it is transparent.

    Reads JPEG, PNG, WebP, BMP, PGM and PPM; of an animation the first frame.

    Args:
        file: where the photo lies, or its bytes.
        shorter_side: pixels that are enough for the shorter side; large JPEGs are then decoded at a fraction of their
            size (never below this), several times faster.

    Returns:
        uint8 [H, W, 3], RGB.

    Raises:
        PhotoError: one sentence saying why the photo cannot be used.
    """
    try:
        with io.BytesIO(file) if isinstance(file, bytes) else Path(file).open("rb") as stream:
            start = stream.read(64)
            stream.seek(0)
            return _decode(stream, start, shorter_side)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PhotoError(f"The photo has more than {_millions(MAX_PIXELS)} pixels; save a smaller copy.") from None
    except (FileNotFoundError, PermissionError, IsADirectoryError) as error:
        raise PhotoError(f"The photo cannot be opened: {(error.strerror or 'no access').lower()}.") from None
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, struct.error):
        raise PhotoError("The photo is damaged or cut off; copy or download it again.") from None


def square(photo: np.ndarray | Image.Image, size: int, crop: float = 1.0) -> np.ndarray:
    """The centred square whose side is `crop` of the photo's shorter side, resized: uint8 [size, size, 3].

    Args:
        photo: uint8 [H, W, 3] or an RGB image.
        size: the side in pixels.
        crop: share of the shorter side, above 0 and at most 1.
    """
    image = photo if isinstance(photo, Image.Image) else Image.fromarray(photo)
    side = max(1, round(min(image.size) * crop))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    face = image.resize((size, size), Image.Resampling.LANCZOS, box=(left, top, left + side, top + side))
    return np.asarray(face)


def read_square(file: Path | bytes, size: int, crop: float = 1.0) -> np.ndarray:
    """`square` of `read_photo`, decoding no more than it needs: uint8 [size, size, 3].

    Raises:
        PhotoError: the photo cannot be used.
    """
    # Twice the pixels, so that the resampling and not the JPEG decoder decides how the result looks.
    return square(read_photo(file, shorter_side=int(2 * size / crop) + 1), size, crop)


def _decode(stream: BinaryIO, start: bytes, shorter_side: int | None) -> np.ndarray:
    if not start:
        raise PhotoError("The file is empty.")
    try:
        image = Image.open(stream, formats=FORMATS)
    except Image.UnidentifiedImageError:
        raise PhotoError(_refusal(start)) from None
    if image.width * image.height > MAX_PIXELS:
        raise PhotoError(
            f"The photo has {_millions(image.width * image.height)} pixels, more than the {_millions(MAX_PIXELS)} "
            "that facelab reads; save a smaller copy."
        )
    orientation = _orientation(image)
    if shorter_side:
        scale = shorter_side / min(image.size)
        image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
    image.load()
    image = _rgb(image)
    if orientation in UPRIGHT:
        image = image.transpose(UPRIGHT[orientation])
    return np.array(image)


def _rgb(image: Image.Image) -> Image.Image:
    """Any mode as RGB."""
    if image.mode == "F":
        raise PhotoError("The photo has floating-point pixels; save it as PNG or JPEG.")
    if image.mode.startswith("I"):
        # 16-bit grey. Pillow's own conversion clips at 255 instead of scaling.
        grey = np.clip(np.asarray(image, dtype=np.float64) / 257 + 0.5, 0, 255)
        return Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    if image.has_transparency_data:
        image = image.convert("RGBA")
        # Dropping alpha alone would show whatever colour hides under the transparent pixels.
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    return image.convert("RGB")


def _orientation(image: Image.Image) -> int:
    """The EXIF orientation, 1 where there is none or it cannot be read: the pixels are still good."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # a damaged EXIF block raises nearly anything, warnings included
        return 1


def _refusal(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n")  # before markup there may be a byte order mark or blanks
    for offset, magic, name in STRANGERS:
        if text[offset:].startswith(magic):
            advice = HEIC_ADVICE if "HEIC" in name else "save it as JPEG or PNG"
            return f"This is {name}, which facelab does not read: {advice}."
    return "This is not a photo that facelab reads (JPEG, PNG, WebP, BMP or PGM), or it is damaged."


def _millions(pixels: int) -> str:
    return f"{pixels / 1e6:,.0f} million"
