"""Mutated photos and zips against the one door for photos, with what came of them.

Run the whole of it by hand: `python -m tests.data.fuzz_photos --files 20000`. It ends with status 1 where anything but
`PhotoError` (`DataError` for a zip) came out, a file took more than 2 seconds, or memory went above 1 GB.
"""

import argparse
import faulthandler
import io
import random
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec

import numpy as np
from PIL import Image

from facelab.data.archive import members
from facelab.data.photos import read_photo
from facelab.errors import DataError

MAX_SECONDS, MAX_MEGABYTES = 2.0, 1000
EDGES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


@dataclass
class Figures:
    """What came of the files of one format."""

    read: int = 0
    refused: int = 0
    slowest: float = 0.0
    faults: list[str] = field(default_factory=list)


def encode(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.copy().save(file, kind, **options)  # Pillow leaves a format's settings on what it saves
    return file.getvalue()


def seeds() -> dict[str, list[bytes]]:
    """Whole files of every format and of most kinds of pixels, 24x16."""
    pixels = np.random.default_rng(0).integers(0, 256, (16, 24, 4), dtype=np.uint8)
    rgba, rgb = Image.fromarray(pixels), Image.fromarray(pixels[..., :3].copy())
    grey, palette, bits = rgb.convert("L"), rgb.quantize(8), rgb.convert("1")
    deep = Image.fromarray(pixels[..., 0].astype(np.uint16) * 257)
    floats = Image.fromarray(pixels[..., 0].astype(np.float32) / 255)
    cmyk = rgb.convert("CMYK")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "camera"
    files = {
        "JPEG": [
            encode(rgb, "JPEG", exif=exif),
            encode(rgb, "JPEG", progressive=True),
            *(encode(image, "JPEG") for image in (grey, cmyk)),
            encode(rgb, "MPO", save_all=True, append_images=[rgb.copy()]),
        ],
        "PNG": [
            encode(rgb, "PNG", exif=exif),
            encode(palette, "PNG", transparency=1),
            *(encode(image, "PNG") for image in (rgba, deep, bits, rgba.convert("LA"))),
            encode(rgb, "PNG", save_all=True, append_images=[rgb.copy()]),
        ],
        "WebP": [
            encode(rgb, "WEBP", exif=exif),
            encode(rgba, "WEBP", lossless=True),
            encode(rgb, "WEBP", save_all=True, append_images=[rgb.copy()]),
        ],
        "BMP": [encode(image, "BMP") for image in (rgb, rgba, palette, bits)],
        "GIF": [
            encode(palette, "GIF", transparency=1, comment=b"hello"),
            encode(rgb, "GIF", save_all=True, append_images=[rgb.copy()]),
        ],
        "TIFF": [
            *(encode(image, "TIFF") for image in (rgb, rgba, deep, floats, palette, bits, cmyk)),
            *(encode(rgb, "TIFF", compression=way) for way in ("tiff_lzw", "tiff_deflate", "jpeg", "packbits")),
            encode(bits, "TIFF", compression="group4"),
            encode(rgb, "TIFF", exif=exif, big_tiff=True),
            encode(rgb, "TIFF", save_all=True, append_images=[rgb.copy()]),
        ],
        "PGM": [
            *(encode(image, "PPM") for image in (rgb, grey, bits, deep)),
            b"P2\n# plain\n4 2\n15\n0 1 2 3 4 5 6 15\n",
            b"P1\n4 2\n10110100\n",
            b"P3 2 1 255\n1 2 3 4 5 6\n",
        ],
    }
    if find_spec("pillow_heif"):
        __import__("pillow_heif").register_heif_opener()
        files["HEIC"] = [encode(rgb, "HEIF", quality=50, exif=exif), encode(rgba, "HEIF", quality=-1)]
    files["ZIP"] = [_zip(files, way) for way in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)]
    return files


def _zip(files: dict[str, list[bytes]], compression: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for kind, own in files.items():
            archive.writestr(f"Ann/{kind}", own[0])
        archive.writestr("__MACOSX/._Ann", b"x")
    return stream.getvalue()


def mutate(rng: random.Random, file: bytes, others: list[bytes]) -> bytes:
    """`file` after one to four changes, half of them near its beginning, where the headers are."""
    data = bytearray(file)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(MUTATIONS)(rng, data, others)
    return _checked(bytes(data)) if rng.random() < 0.7 else bytes(data)


def _place(rng: random.Random, data: bytearray) -> int:
    return rng.randrange(max(1, min(len(data), rng.choice((64, 200, len(data), len(data))))))


def _flip(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    for _ in range(rng.choice((1, 1, 2, 8))):
        if data:
            data[_place(rng, data)] ^= 1 << rng.randrange(8)


def _edge(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    width, order = rng.choice((1, 2, 4)), rng.choice(("little", "big"))
    at = _place(rng, data)
    data[at : at + width] = (rng.choice(EDGES) % 256**width).to_bytes(width, order)


def _cut(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    del data[rng.randrange(len(data) + 1) :]


def _remove(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    at = _place(rng, data)
    del data[at : at + rng.choice((1, 2, 8, 100))]


def _insert(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    at = _place(rng, data)
    data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 50)))


def _repeat(rng: random.Random, data: bytearray, _others: list[bytes]) -> None:
    at = _place(rng, data)
    piece = data[at : at + rng.choice((4, 16, 100))]
    data[at:at] = piece * rng.choice((1, 2, 20))


def _splice(rng: random.Random, data: bytearray, others: list[bytes]) -> None:
    other = rng.choice(others)
    at, begin = _place(rng, data), rng.randrange(len(other))
    data[at : at + rng.choice((0, 8, len(data)))] = other[begin : begin + rng.choice((8, 64, len(other)))]


MUTATIONS: tuple[Callable[[random.Random, bytearray, list[bytes]], None], ...] = (
    *(_flip, _flip, _edge, _edge, _cut, _remove, _insert, _repeat, _splice),
)


def _checked(data: bytes) -> bytes:
    """A PNG with its checksums put right, without which nearly every change ends at the first of them."""
    if not data.startswith(b"\x89PNG"):
        return data
    chunks, at = [data[:8]], 8
    while at + 12 <= len(data):
        length = min(struct.unpack_from(">I", data, at)[0], len(data) - at - 12)
        body = data[at + 4 : at + 8 + length]
        chunks.append(data[at : at + 4] + body + struct.pack(">I", zlib.crc32(body)))
        at += 12 + length
    return b"".join(chunks)


def mutants(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` files, as many of each format, with the format they were made from."""
    rng, files = random.Random(seed), seeds()
    everything = [file for own in files.values() for file in own]
    for number in range(count):
        kind = list(files)[number % len(files)]
        yield kind, mutate(rng, rng.choice(files[kind]), everything)


def attack(kind: str, file: bytes, shorter_side: int | None) -> None:
    if kind == "ZIP":
        for _ in members(file, lambda sentence: None):
            pass
    else:
        read_photo(file, shorter_side)


def fuzz(count: int, seed: int) -> dict[str, Figures]:
    """Try `count` files; a hang of a minute ends the process with a traceback."""
    figures: dict[str, Figures] = {}
    for number, (kind, file) in enumerate(mutants(count, seed)):
        own = figures.setdefault(kind, Figures())
        faulthandler.dump_traceback_later(60, exit=True)
        begun = time.process_time()  # other work on the computer is not its fault
        try:
            attack(kind, file, 8 if number % 3 else None)
            own.read += 1
        except DataError as error:
            own.refused += 1
            if not str(error).endswith("."):
                own.faults.append(f"file {number}: no sentence: {error}")
        except Exception as error:
            own.faults.append(f"file {number}: {error!r}")
        seconds = time.process_time() - begun
        own.slowest = max(own.slowest, seconds)
        if seconds > MAX_SECONDS:
            own.faults.append(f"file {number}: {seconds:.1f} s")
    faulthandler.cancel_dump_traceback_later()
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    figures = fuzz(options.files, options.seed)
    print("format    read  refused  slowest ms")
    for kind, own in figures.items():
        print(f"{kind:6} {own.read:7,} {own.refused:8,} {1000 * own.slowest:11,.0f}", *own.faults, sep="\n  ")
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{options.files:,} files, at most {megabytes:,.0f} MB of memory")
    return int(megabytes > MAX_MEGABYTES or any(own.faults for own in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
