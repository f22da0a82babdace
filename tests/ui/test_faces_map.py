"""The map of faces on its way to the browser."""

import base64
import io
import json

import numpy as np
import pytest
from PIL import Image

from facelab.plots import palette
from facelab.ui.faces_map import SYMBOLS, Group, View, draw_sprite, pack

RNG = np.random.default_rng(0)


def view(number: int = 5, side: int = 8, **changes) -> View:
    fields = {
        "points": RNG.normal(size=(number, 2)),
        "sprite": draw_sprite(RNG.integers(0, 256, (number, 3, side, side), dtype=np.uint8)),
        "names": ("Ada", "Alan"),
        "labels": np.arange(number) % 2,
        "answers": np.zeros(number, np.int64),
        "confidence": np.full(number, 0.75),
        "splits": ("train",) * (number - 1) + ("test",),
        "groups": (Group.category("Ada", 0), Group.category("Alan", 1)),
        "grouped": np.arange(number) % 2,
        "alt": "A map.",
    }
    return View(**fields | changes)


def array(text: str, dtype: str) -> list:
    return np.frombuffer(base64.b64decode(text), dtype).tolist()


def picture(source: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))


def test_a_map_travels_as_little_endian_arrays():
    packed = json.loads(json.dumps(pack(view(3, points=np.array([[1, 2], [3, 4], [5, 6]]))), allow_nan=False))
    faces = packed["faces"]
    assert array(faces["points"], "<f4") == [1, 2, 3, 4, 5, 6]
    assert array(faces["labels"], "<u2") == array(faces["group"], "<u2") == [0, 1, 0]
    assert array(faces["answers"], "<u2") == [0, 0, 0]
    assert array(faces["confidence"], "<f4") == [0.75] * 3
    assert [packed["splits"][index] for index in array(faces["split"], "u1")] == ["train", "train", "test"]
    assert packed["groups"][1] == {"label": "Alan", "color": palette.VERMILION, "symbol": "circle"}
    assert packed["titles"] is None


@pytest.mark.parametrize("shape", [(3, 8, 8), (3, 10, 6)])
def test_a_face_is_found_in_the_sprite_by_its_index(shape):
    images = RNG.integers(0, 256, (5, *shape), dtype=np.uint8)
    sprite = draw_sprite(images)
    row, column = divmod(4, sprite.columns)
    assert (sprite.columns, sprite.height, sprite.width) == (3, *shape[1:])
    found = picture(sprite.source)[row * sprite.height :, column * sprite.width :][: sprite.height, : sprite.width]
    np.testing.assert_array_equal(found, images[4].transpose(1, 2, 0))


@pytest.mark.parametrize(("shape", "size"), [((96, 96), (48, 48)), ((62, 47), (48, 36)), ((20, 96), (10, 48))])
def test_large_faces_shrink_and_keep_their_shape(shape, size):
    sprite = draw_sprite(np.zeros((2, 3, *shape), np.uint8))
    assert (sprite.height, sprite.width) == size


def test_many_faces_stay_light():
    noise = RNG.integers(0, 256, (1500, 3, 6, 6), dtype=np.uint8).repeat(16, 2).repeat(16, 3)
    assert len(json.dumps(pack(view(1500, sprite=draw_sprite(noise))))) < 3e6


def test_forty_people_differ_by_colour_and_symbol():
    groups = [Group.category(str(index), index) for index in range(40)]
    assert len({(group.color, group.symbol) for group in groups}) == 40
    assert {group.symbol for group in groups} == set(SYMBOLS)
