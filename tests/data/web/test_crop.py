"""Boxes on photos of every kind."""

import io

import numpy as np
import pytest
from PIL import Image

from facelab.data.web.crop import cut
from facelab.errors import DataError, PhotoError


def encode(image: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def pixels(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)))


def test_the_box_and_nothing_else(make_photo):
    photo = make_photo()
    assert np.array_equal(pixels(cut(photo, (3, 4, 23, 16), 256, "png")), pixels(photo)[4:16, 3:23])


def test_what_reaches_over_the_edge_is_cut_off(make_photo):
    photo = make_photo()
    assert np.array_equal(pixels(cut(photo, (-9, -9, 20, 99), 256, "png")), pixels(photo)[:, :20])


@pytest.mark.parametrize(
    "box", [(40, 0, 60, 20), (0, 30, 20, 50), (-20, 0, 0, 20), (500, 500, 600, 600), (33, 0, 60, 20)]
)
def test_outside_is_refused(make_photo, box):
    with pytest.raises(DataError, match="lies outside the photo"):
        cut(make_photo(), box, 256, "png")


@pytest.mark.parametrize(
    ("box", "size"), [((0, 0, 400, 300), (64, 48)), ((0, 0, 100, 400), (16, 64)), ((0, 0, 64, 64), (64, 64))]
)
def test_shrunk_to_the_side_but_never_enlarged(make_photo, box, size):
    face = cut(make_photo(0, 400, 400), box, 64, "jpg")
    assert Image.open(io.BytesIO(face)).size == size


@pytest.mark.parametrize("mode", ["L", "LA", "RGBA", "P", "1", "I;16", "CMYK"])
def test_every_photo_becomes_rgb(mode):
    grey = Image.fromarray(np.full((20, 20), 255, dtype=np.uint8))
    image = Image.fromarray(np.full((20, 20), 65535, dtype=np.uint16)) if mode == "I;16" else grey.convert(mode)
    face = Image.open(io.BytesIO(cut(encode(image, "JPEG" if mode == "CMYK" else "PNG"), (0, 0, 20, 20), 256, "png")))
    assert face.mode == "RGB"
    assert np.asarray(face).min() >= 253


@pytest.mark.parametrize("photo", [b"", b"<html>gone</html>", b"\xff\xd8\xff\xe0 no more"])
def test_what_is_no_photo(photo):
    with pytest.raises(PhotoError):
        cut(photo, (0, 0, 20, 20), 256, "jpg")
