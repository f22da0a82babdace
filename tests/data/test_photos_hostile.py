"""Small files that cost minutes or gigabytes, and some mutated ones; `python -m tests.data.fuzz_photos` has more."""

import io
import struct
import subprocess
import sys
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from facelab.data.photos import MAX_BYTES, read_photo
from facelab.errors import PhotoError
from tests.data.fuzz_photos import encode, fuzz

GREY = Image.new("L", (16, 16), 200)


def refused(file: bytes, words: str) -> None:
    begun = time.process_time()
    with pytest.raises(PhotoError, match=words):
        read_photo(file)
    assert time.process_time() - begun < 2


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(extra: bytes) -> bytes:
    """A grey PNG with more chunks after its header, which ends at byte 33."""
    whole = encode(GREY, "PNG")
    return whole[:33] + extra + whole[33:]


def test_a_jpeg_of_a_thousand_scans():
    whole = encode(Image.new("L", (5000, 5000)), "JPEG", progressive=True)
    last = whole[whole.rindex(b"\xff\xda") : -2]
    refused(whole[:-2] + 1000 * last + whole[-2:], "more scans than any camera writes")


def test_scan_markers_in_a_video_behind_the_photo_do_not_count():
    assert (read_photo(encode(GREY, "JPEG", progressive=True) + 1000 * b"\xff\xda\0\x08") == 200).all()


def test_a_jpeg_of_a_million_segments():
    whole = encode(GREY, "JPEG")
    refused(whole[:2] + 1_000_000 * b"\xff\xe5\0\x02" + whole[2:], "more segments")


@pytest.mark.parametrize(
    "extra",
    [
        chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(50_000_000))),
        chunk(b"tEXt", b"a\0" + 3_000_000 * b"x"),
        chunk(b"acTL", b"\xff" * 8),
    ],
    ids=["packed text", "packed profile", "long text", "no animation"],
)
def test_what_a_png_says_beside_its_pixels_is_passed_over(extra):
    assert (read_photo(png_with(extra)) == 200).all()


def test_a_png_of_a_million_chunks():
    refused(png_with(1_000_000 * chunk(b"prVt", b"")), "more chunks")


def test_a_run_length_bmp():
    whole = bytearray(encode(GREY, "BMP"))
    whole[30] = 1
    refused(bytes(whole), "run-length")


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({254: 1}, "raw file"),
        ({277: 9}, "channels"),
        ({322: 16_000, 323: 16_000, 324: 8}, "256 million"),
    ],
    ids=["a raw photo's preview", "nine channels", "an enormous tile"],
)
def test_what_a_tiff_may_not_ask_for(tags, words):
    refused(tiff(tags), words)


def test_a_tiff_with_missing_strips_is_damaged():
    refused(tiff({257: 30_000, 278: 16}), "damaged")


def test_an_unusual_tiff_compression():
    refused(encode(GREY, "TIFF", compression="lzma"), "unusual compression")


def test_a_tiff_of_five_hundred_pages_gives_the_first():
    file = io.BytesIO()
    GREY.save(file, "TIFF", save_all=True, append_images=500 * [Image.new("L", (1, 1))])
    assert (read_photo(file.getvalue()) == 200).all()


def tiff(changes: dict[int, int]) -> bytes:
    """A raw grey 16x16 TIFF written by hand, all its tags LONG."""
    tags = {256: 16, 257: 16, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 16, 279: 256} | changes
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    pixels = bytes(256)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(tags)) + entries + bytes(4)


def test_plain_maps_are_not_read_value_by_value():
    picture = np.arange(1_000_000) % 100
    text = b"P2\n# a comment\n1000 1000\n99\n" + b" ".join(b"%d" % value for value in picture)
    begun = time.process_time()
    photo = read_photo(text)
    assert time.process_time() - begun < 1
    assert photo.reshape(-1, 3)[:100, 0].tolist() == [round(value * 255 / 99) for value in range(100)]


def test_a_row_without_end():
    sides = struct.pack("<IiiHHIIiiII", 40, 20_000_000, 1, 1, 24, 0, 0, 0, 0, 0, 0)
    refused(b"BM" + struct.pack("<IHHI", 0, 0, 0, 54) + sides + bytes(60_000_000), "20,000,000 pixels long")


@pytest.mark.parametrize("start", [b"P5 #" + 5_000_000 * b"x" + b"\n1 1 255\n0", b"P2 9 9 255\n" + 500_000 * b"#\n"])
def test_endless_comments(start):
    refused(start, "damaged")


def test_a_file_larger_than_any_photo(tmp_path):
    with (tmp_path / "large.jpg").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(PhotoError, match="more than 128 MB"):
        read_photo(tmp_path / "large.jpg")


def test_nothing_is_printed_about_bombs_and_damaged_metadata(tmp_path):
    """In a process of its own: pytest has warnings of its own."""
    wide = encode(GREY, "GIF")[:6] + struct.pack("<HH", 12_000, 12_000) + encode(GREY, "GIF")[10:]
    for name, data in {
        "wide.gif": wide,
        "exif.png": encode(GREY, "PNG", exif=b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x05\x01"),
        "tags.tif": tiff({305: 2**31}),
    }.items():
        (tmp_path / name).write_bytes(data)
    script = f"""
from pathlib import Path
from facelab.data.photos import read_photo
from facelab.errors import PhotoError
for file in sorted(Path({str(tmp_path)!r}).iterdir()):
    try:
        read_photo(file)
    except PhotoError as error:
        print(error)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "144 million pixels" in done.stdout


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what Pillow says about damaged metadata
def test_mutated_files_end_in_pixels_or_in_one_sentence():
    figures = fuzz(800, seed=0)
    assert [fault for own in figures.values() for fault in own.faults] == []
    assert all(own.read and own.refused for own in figures.values())
