"""What kind of photo a file is, told by its first bytes: its name may lie."""

import io
import re
import warnings
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from facelab.data.photos import guards, pnm
from facelab.errors import PhotoError

# Of damaged metadata Pillow complains on standard error; they are dropped anyway. A filter that is set once is safe in
# threads, `catch_warnings` is not.
warnings.filterwarnings("ignore", module=r"PIL\.")

HEIC_ADVICE = (
    "on the iPhone choose Settings > Camera > Formats > Most Compatible, or open the photo and export it as JPEG"
)


def _heic(data: bytes) -> Image.Image:
    try:
        from pillow_heif import HeifImageFile
    except ImportError:
        raise PhotoError(
            f"This is a HEIC photo, which facelab reads only where pillow-heif is installed: {HEIC_ADVICE}."
        ) from None
    return HeifImageFile(io.BytesIO(data))


class Format(NamedTuple):
    """A kind of photo, the bytes it begins with, and what reads its header; `Image.load` then decodes the first frame.

    The plugins are called by name: `Image.open` would try some forty more, among them EPS, which runs a program, and
    warn of large images on standard error.
    """

    name: str
    start: re.Pattern[bytes]
    open: Callable[[bytes], Image.Image]


FORMATS = tuple(
    Format(name, re.compile(start, re.DOTALL), opened)
    for name, start, opened in (
        ("JPEG", rb"\xff\xd8\xff", lambda data: JpegImageFile(io.BytesIO(guards.jpeg(data)))),
        ("PNG", rb"\x89PNG\r\n\x1a\n", lambda data: PngImageFile(io.BytesIO(guards.png(data)))),
        ("WebP", rb"RIFF.{4}WEBP", lambda data: WebPImageFile(io.BytesIO(data))),
        ("BMP", rb"BM", lambda data: BmpImageFile(io.BytesIO(guards.bmp(data)))),
        ("GIF", rb"GIF8[79]a", lambda data: GifImageFile(io.BytesIO(data))),
        ("TIFF", rb"II[*+]\0|MM\0[*+]", lambda data: TiffImageFile(io.BytesIO(guards.tiff(data)))),
        ("PGM", rb"P[1-6][\s#]", pnm.decode),
        ("HEIC", rb".{4}ftyp(hei[cmsx]|hev[cmsx]|mif1|msf1)", _heic),
    )
)

# What else comes under the name of a photo: (its first bytes, what it is).
STRANGERS = tuple(
    (re.compile(start, re.DOTALL | re.IGNORECASE), name)
    for start, name in (
        (rb".{4}ftypavi[fs]", "an AVIF image"),
        (rb".{4}ftyp|\x1aE\xdf\xa3|RIFF.{4}AVI ", "a video"),
        (rb"\0\0\0\x0c(jP  |JXL )|\xff\x0a|\xff\x4f\xff\x51", "a JPEG 2000 or JPEG XL image"),
        (rb"\0\0[\x01\x02]\0", "an icon"),
        (rb"8BPS", "a Photoshop file"),
        (rb"%PDF", "a PDF"),
        (rb"%!PS", "a PostScript file"),
        (rb"PK\x03\x04", "a ZIP archive"),
        (rb"\s*<svg", "an SVG drawing"),
        (rb"\s*<\?xml", "an XML file"),
        (rb"\s*<(!doctype|html)", "a web page"),
    )
)


def open_photo(data: bytes) -> Image.Image:
    """The photo with its header read and its pixels (but a PGM's) not yet decoded.

    Raises:
        PhotoError: it is of no kind in `FORMATS`, or holds what `guards` refuses.
        Exception: nearly any, where it is damaged.
    """
    if not data:
        raise PhotoError("The file is empty.")
    for kind in FORMATS:
        if kind.start.match(data):
            return kind.open(data)
    for start, name in STRANGERS:
        if start.match(data.removeprefix(b"\xef\xbb\xbf")):
            raise PhotoError(f"This is {name}, which facelab does not read: save it as JPEG or PNG.")
    raise PhotoError(
        "This is not a photo that facelab reads (JPEG, PNG, WebP, BMP, GIF, TIFF or PGM), or it is damaged."
    )
