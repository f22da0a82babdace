"""What a small file can make Pillow do for minutes or with gigabytes, refused before Pillow sees it.

Each guard takes a file's bytes and returns those to decode. A damaged file may pass, or raise nearly anything.
"""

import io
import re
import struct

from PIL.TiffImagePlugin import ImageFileDirectory_v2

from facelab.data.photos.limits import MAX_PARTS, MAX_SCANS, check_pixels
from facelab.errors import PhotoError

# In a JPEG's compressed data 0xFF is followed by 0x00 or a restart marker (D0 to D7); any other byte begins a segment.
JPEG_MARKER = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")
START_OF_SCAN, END_OF_IMAGE = b"\xda", b"\xd9"

PNG_KEPT = (b"tRNS", b"eXIf")  # beside the critical chunks, whose names begin with a capital

BMP_RUN_LENGTH = (1, 2)

# TIFF tags, and the values that are read.
NEW_SUBFILE_TYPE, WIDTH, HEIGHT, COMPRESSION, SAMPLES = 254, 256, 257, 259, 277
STRIPS, STRIP_HEIGHT, TILE_WIDTH, TILE_HEIGHT, TILES = 273, 278, 322, 323, 324
REDUCED = 1  # of NEW_SUBFILE_TYPE: a preview of another image in the file
COMPRESSIONS = (1, 2, 3, 4, 5, 7, 8, 32773, 32946)  # none, fax, LZW, JPEG, deflate, PackBits
MAX_SAMPLES = 6


def jpeg(data: bytes) -> bytes:
    """As it is, where it has no more than `MAX_SCANS` scans and `MAX_PARTS` segments.

    An empty scan takes ten bytes and as long as a full one: 160 KB are enough for a quarter of a minute.
    """
    # A video that follows the photo in the same file holds the marker by chance: only then all scans are looked for.
    few = data.count(b"\xff" + START_OF_SCAN) <= MAX_SCANS
    at, scans = 2, 0
    for _ in range(MAX_PARTS):
        marker = JPEG_MARKER.search(data, at)
        if not marker or marker[1] == END_OF_IMAGE:
            return data
        if marker[1] == START_OF_SCAN:
            scans += 1
            if few:
                return data
            if scans > MAX_SCANS:
                raise _too_many("scans")
        at = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    raise _too_many("segments")


def png(data: bytes) -> bytes:
    """Without its texts, colour profile and further frames, which can unpack to a thousand times their size."""
    kept, at = [data[:8]], 8
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return b"".join(kept)
        length, name = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if name[:1].isupper() or name in PNG_KEPT:
            kept.append(data[at:end])
        at = len(data) if name == b"IEND" else end
    raise _too_many("chunks")


def bmp(data: bytes) -> bytes:
    """As it is, where it has no run-length compression, whose decoder is written in Python."""
    header, compression = int.from_bytes(data[14:18], "little"), int.from_bytes(data[30:34], "little")
    if header >= 40 and compression in BMP_RUN_LENGTH:
        raise PhotoError("The photo is a BMP with run-length compression, which facelab does not read: save it as PNG.")
    return data


def tiff(data: bytes) -> bytes:
    """As it is, where its first page's directory asks for no more than a photo needs."""
    stream = io.BytesIO(data)
    directory = ImageFileDirectory_v2(stream.read(16 if 43 in data[2:4] else 8))
    stream.seek(directory.next)
    directory.load(stream)
    if directory.get(NEW_SUBFILE_TYPE, 0) & REDUCED:
        raise PhotoError("This is a camera's raw file, which facelab does not read: export the photo as JPEG.")
    if directory.get(COMPRESSION, 1) not in COMPRESSIONS:
        raise PhotoError("The photo is a TIFF with an unusual compression: save it as PNG or JPEG.")
    width, height = directory[WIDTH], directory[HEIGHT]
    piece = directory.get(TILE_WIDTH, width), directory.get(TILE_HEIGHT, directory.get(STRIP_HEIGHT, height))
    pieces = len(directory.get(TILES) or directory[STRIPS])
    check_pixels(width, height)
    if TILES in directory:  # strips end with the image, tiles need not
        check_pixels(*piece)
    if pieces > MAX_PARTS:
        raise _too_many("strips")
    if pieces * piece[0] * piece[1] < width * height:
        raise ValueError("strips are missing")  # which Pillow leaves black
    if directory.get(SAMPLES, 1) > MAX_SAMPLES:
        raise PhotoError(f"The photo is a TIFF with more than {MAX_SAMPLES} channels: save it as PNG or JPEG.")
    return data


def _too_many(parts: str) -> PhotoError:
    return PhotoError(f"The photo consists of far more {parts} than any camera writes; open it and save it anew.")
