"""Every way in which a file that calls itself a photo was seen to go wrong."""

import io
import os
import struct
import sys
import zlib

import numpy as np
import pytest
from PIL import Image

from facelab.data.photos import photo_size, read_photo, read_square, square
from facelab.data.photos.read import ORIENTATION
from facelab.errors import PhotoError

RED, WHITE = [255, 0, 0], [255, 255, 255]


def encode(image: Image.Image, kind: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def noise(width: int = 24, height: int = 16) -> Image.Image:
    return Image.fromarray(np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))


def png_header(width: int, height: int) -> bytes:
    """A PNG that only claims its size: nobody should get as far as its missing pixels."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = b"IDAT" + zlib.compress(b"")
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in (header, data)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


@pytest.mark.parametrize("kind", ["PNG", "BMP", "PPM", "TIFF"])
def test_lossless_formats_give_back_their_pixels(kind):
    assert np.array_equal(read_photo(encode(noise(), kind)), np.asarray(noise()))


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "MPO"])
def test_lossy_formats_give_nearly_the_colour(kind):
    flat = Image.new("RGB", (16, 16), (200, 100, 50))
    pixels = read_photo(encode(flat, kind, quality=95))
    assert pixels.shape == (16, 16, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - [200, 100, 50]).max() <= 4


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation_puts_every_phone_photo_upright(orientation):
    upright = np.arange(6, dtype=np.uint8).reshape(2, 3)
    # How a camera that is held so stores the photo: by the EXIF standard, where row 0 and column 0 end up.
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 2).T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    for kind in ("PNG", "TIFF"):  # Pillow turns a TIFF by itself: not twice
        photo = read_photo(encode(Image.fromarray(np.ascontiguousarray(stored)), kind, exif=exif))
        assert np.array_equal(photo[..., 0], upright)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")  # what Pillow says about damaged metadata
@pytest.mark.parametrize(
    ("kind", "count", "value"),
    [(3, 1, b"\0\x09"), (3, 1, b"\xff\xff"), (2, 3, b"up"), (11, 1, b"\x7f\x80"), (4, 1, b"\xff\xff"), (3, 2, b"\0\0")],
    ids=["nine", "65535", "text", "infinite", "four billion", "two of them"],
)
def test_an_absurd_orientation_is_ignored(kind, count, value):
    entry = struct.pack(">HHI4s", ORIENTATION, kind, count, value)
    exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01" + entry + bytes(4)
    assert np.array_equal(read_photo(encode(noise(), "PNG", exif=exif)), np.asarray(noise()))


def test_damaged_exif_does_not_cost_the_photo():
    broken = encode(noise(), "PNG", exif=b"Exif\0\0" + b"MM\0\x2a\xff\xff\xff\xff")
    assert read_photo(broken).shape == (16, 24, 3)


def test_cmyk_becomes_rgb():
    assert read_photo(encode(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG"))[4, 4].tolist() == pytest.approx(
        [254, 0, 0], abs=3
    )


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_is_white_not_the_colour_beneath(mode):
    image = Image.new(mode, (2, 1), (255, 0, 0, 0) if mode == "RGBA" else (0, 0))
    image.putpixel((1, 0), (255, 0, 0, 255) if mode == "RGBA" else (0, 255))
    left, right = read_photo(encode(image, "PNG"))[0].tolist()
    assert left == WHITE
    assert right == (RED if mode == "RGBA" else [0, 0, 0])


def test_half_transparent_is_blended_with_white():
    assert read_photo(encode(Image.new("RGBA", (1, 1), (255, 0, 0, 128)), "PNG")).tolist() == [[[255, 127, 127]]]


def test_palette_with_a_transparent_entry():
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    assert read_photo(encode(image, "PNG")).tolist() == [[RED, [0, 255, 0]]]
    assert read_photo(encode(image, "PNG", transparency=1)).tolist() == [[RED, WHITE]]


def test_bilevel():
    assert read_photo(b"P1\n2 1\n1 0\n").tolist() == [[[0, 0, 0], WHITE]]


GREY_16 = np.array([[0, 128, 129, 20000, 65535]], dtype=np.uint16)


@pytest.mark.parametrize(
    "file",
    [
        encode(Image.fromarray(GREY_16), "PNG"),
        b"P5\n5 1\n65535\n" + GREY_16.astype(">u2").tobytes(),
        b"P2\n5 1\n65535\n0 128 129 20000 65535\n",
    ],
    ids=["png", "pgm", "plain pgm"],
)
def test_sixteen_bit_grey_is_scaled_not_clipped(file):
    assert read_photo(file)[0].tolist() == [[value] * 3 for value in (0, 0, 1, 78, 255)]


def test_pgm_with_a_small_maximum_is_scaled():
    assert read_photo(b"P5\n2 1\n15\n\x00\x0f").tolist() == [[[0, 0, 0], WHITE]]


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "TIFF"])
def test_animations_give_their_first_frame(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("white", "black")]
    assert read_photo(encode(frames[0], kind, save_all=True, append_images=frames[1:])).min() == 255


def test_a_name_that_lies_does_not_matter(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(encode(noise(), "PNG"))
    assert np.array_equal(read_photo(tmp_path / "photo.jpg"), np.asarray(noise()))


def test_a_decompression_bomb_is_refused_by_its_header():
    with pytest.raises(PhotoError, match="49 million pixels, more than the 40 million"):
        read_photo(png_header(7000, 7000))
    with pytest.raises(PhotoError, match="4,000 million pixels"):
        read_photo(png_header(1_000_000, 4_000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "PPM", "GIF", "TIFF"])
def test_a_truncated_file_is_named_damaged(kind):
    whole = encode(noise(64, 64), kind)
    with pytest.raises(PhotoError, match="damaged"):
        read_photo(whole[: len(whole) // 2])


@pytest.mark.parametrize(
    ("start", "words"),
    [
        (b"", "The file is empty."),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF image.*save it as JPEG or PNG"),
        (b"\0\0\0\x14ftypqt  ", "a video"),
        (encode(noise(), "JPEG2000"), "JPEG 2000"),
        (encode(noise(), "ICO"), "an icon"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "PostScript"),
        (b"\n <!DOCTYPE html><html>404 not found</html>", "a web page"),
        (b"just some text", "not a photo"),
    ],
)
def test_what_is_no_photo_is_named(start, words):
    with pytest.raises(PhotoError, match=words):
        read_photo(start)


@pytest.mark.parametrize("brand", [b"heic", b"mif1"])
def test_without_pillow_heif_a_heic_photo_gets_advice(brand, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(PhotoError, match=r"HEIC photo.*Most Compatible.*export it as JPEG\."):
        read_photo(b"\0\0\0\x18ftyp" + brand + bytes(4))


def test_with_pillow_heif_a_heic_photo_is_read_upright():
    pytest.importorskip("pillow_heif").register_heif_opener()
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    lying = Image.new("RGB", (64, 32), (200, 100, 50))
    lying.info["exif"] = exif.tobytes()  # which its encoder makes HEIC's own turning of
    photo = read_photo(encode(lying, "HEIF", quality=90))
    assert photo.shape == (64, 32, 3)
    assert np.abs(photo.astype(int) - [200, 100, 50]).max() <= 4


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (np.array([[0, 0.5, 1]], np.float32), [0, 128, 255]),
        (np.array([[0, 100, 255]], np.float32), [0, 100, 255]),
        (np.array([[0, 257, 65535]], np.float32), [0, 1, 255]),
        (np.array([[0, 257, 65535]], np.uint16), [0, 1, 255]),
        (np.array([[0, 257, 65535]], np.int32), [0, 1, 255]),
    ],
    ids=["float to 1", "float to 255", "float to 65535", "uint16", "int32"],
)
def test_deep_tiffs_are_scaled(pixels, expected):
    assert read_photo(encode(Image.fromarray(pixels), "TIFF"))[0, :, 0].tolist() == expected


def test_a_deep_tiff_whose_zero_is_white():
    inverted = encode(Image.fromarray(np.array([[0, 65535]], np.uint16)), "TIFF", tiffinfo={262: 0})
    assert read_photo(inverted)[0].tolist() == [WHITE, [0, 0, 0]]


@pytest.mark.parametrize("value", [-1.0, 1e9, np.nan, np.inf])
def test_numbers_of_no_agreed_brightness_are_refused(value):
    with pytest.raises(PhotoError, match="no agreed brightness"):
        read_photo(encode(Image.fromarray(np.array([[0, value]], np.float32)), "TIFF"))


def test_lab_is_refused():
    with pytest.raises(PhotoError, match="Lab colours"):
        read_photo(encode(Image.new("LAB", (2, 2)), "TIFF"))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "PPM", "GIF", "TIFF"])
def test_one_pixel_is_a_photo(kind):
    assert read_photo(encode(Image.new("RGB", (1, 1), "white"), kind)).tolist() == [[WHITE]]


def test_the_size_is_read_from_the_header(tmp_path):
    (tmp_path / "cut.jpg").write_bytes(encode(noise(), "JPEG")[:-50])
    assert photo_size(tmp_path / "cut.jpg") == (24, 16)
    with pytest.raises(PhotoError, match="49 million pixels"):
        photo_size(png_header(7000, 7000))


def test_a_file_that_cannot_be_opened(tmp_path):
    with pytest.raises(PhotoError, match=r"cannot be opened: no such file or directory\."):
        read_photo(tmp_path / "nowhere.jpg")
    with pytest.raises(PhotoError, match="cannot be opened"):
        read_photo(tmp_path)
    with pytest.raises(PhotoError, match="cannot be opened"):
        read_photo(tmp_path / "null\0character")
    os.mkfifo(tmp_path / "pipe")  # opening it would wait for a writer
    with pytest.raises(PhotoError, match="not a file"):
        read_photo(tmp_path / "pipe")


def test_a_large_jpeg_is_decoded_no_larger_than_needed():
    jpeg = encode(Image.new("RGB", (1600, 1200), (10, 20, 30)), "JPEG")
    assert read_photo(jpeg).shape == (1200, 1600, 3)
    assert read_photo(jpeg, shorter_side=150).shape == (150, 200, 3)
    assert min(read_photo(jpeg, shorter_side=160).shape[:2]) >= 160
    assert read_square(jpeg, 64, crop=0.5)[5, 5].tolist() == pytest.approx([10, 20, 30], abs=2)


def test_square_takes_the_centre():
    pixels = np.zeros((4, 8, 3), dtype=np.uint8)
    pixels[:, 2:6] = 200
    assert (square(pixels, 4) == 200).all()
    pixels[1:3, 3:5] = 90
    assert (square(pixels, 2, crop=0.5) == 90).all()
    assert square(pixels, 16).shape == (16, 16, 3)


def test_square_of_the_same_size_changes_nothing():
    assert np.array_equal(square(np.asarray(noise(16, 16)), 16), np.asarray(noise(16, 16)))


def test_shrinking_averages_instead_of_picking():
    checkered = np.indices((64, 64)).sum(axis=0) % 2 * 255
    shrunk = square(np.repeat(checkered.astype(np.uint8)[..., None], 3, axis=2), 8)
    assert np.abs(shrunk.astype(int) - 127.5).max() < 20
