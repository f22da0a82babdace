"""The plane's data on its way to the browser, and its exports."""

import base64
import io
import json
import re
import struct
from dataclasses import fields, replace

import numpy as np
import pytest
from PIL import Image

from facelab.ui.plane import View, film_gif, film_html, pack
from tests.ui.views import tiny

HOSTILE = ("</script><script>window.broken = 1</script>", "<!-- <script> & \u2028 ' \" %(js)s")


def test_arrays_travel_as_little_endian_bytes():
    view = tiny(coordinates=np.array([[1.5, -2.0]]), labels=np.array([258]), is_test=np.array([True]))
    packed = pack(view)
    assert base64.b64decode(packed["coordinates"]) == struct.pack("<ff", 1.5, -2.0)
    assert base64.b64decode(packed["labels"]) == b"\x02\x01"
    assert base64.b64decode(packed["is_test"]) == b"\x01"


def test_frames_come_back_as_they_were():
    view = tiny()
    frame, packed = view.frames[1], pack(view)["frames"][1]
    regions = np.frombuffer(base64.b64decode(packed["regions"]), np.uint8)
    assert (regions.reshape(packed["height"], packed["width"]) == frame.regions).all()
    units = np.frombuffer(base64.b64decode(packed["units"]), np.uint8)
    assert (units.reshape(-1, packed["side"], packed["side"]) == frame.units).all()
    for layer, travelled in zip(frame.layers, packed["layers"], strict=True):
        weight = np.frombuffer(base64.b64decode(travelled["weight"]), "<f4")
        assert (weight.reshape(travelled["outputs"], travelled["inputs"]) == layer.weight).all()


def test_everything_is_json_and_what_is_no_number_is_null():
    packed = pack(tiny(diverged=np.float32(3), center=np.array([1.0, np.nan]), off=((1, 2),)))
    read = json.loads(json.dumps(packed, allow_nan=False))
    assert read["frames"][0]["numbers"]["test_loss"] is None
    assert (read["diverged"], read["center"], read["off"]) == (3.0, [1.0, None], [[1, 2]])
    assert {field.name for field in fields(View)} <= read.keys()


def test_a_network_without_hidden_layers_can_be_shown():
    packed = pack(tiny(hidden=()))
    assert packed["hidden"] == []
    assert len(packed["frames"][0]["layers"]) == 1


def test_html_keeps_hostile_names_as_data():
    page = film_html(tiny(names=HOSTILE, editable=True, drawing=2))
    scripts = re.findall(r"<script[^>]*>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 2
    data = json.loads(scripts[0])
    assert tuple(data["names"]) == HOSTILE
    assert (data["editable"], data["drawing"]) == (False, None)


def test_html_needs_no_network():
    assert not re.search(r"https?://|\bimport\b.*from|url\(", film_html(tiny()))


@pytest.mark.parametrize("changes", [{}, {"aspect": 1.7, "is_map": True}, {"hidden": ()}])
def test_gif_has_every_frame_and_loops(changes):
    gif = Image.open(io.BytesIO(film_gif(tiny(5, **changes), seconds=2)))
    assert (gif.n_frames, gif.info["loop"]) == (5, 0)
    times = []
    for index in range(5):
        gif.seek(index)
        times.append(gif.info["duration"])
    assert times[:4] == [400] * 4
    assert times[4] > 400


def test_gif_shows_the_regions_in_their_colours():
    view = tiny(1, coordinates=np.full((20, 2), 99.0))
    frame = replace(view.frames[0], regions=np.zeros((4, 4), np.uint8), confidence=np.full((4, 4), 255, np.uint8))
    gif = Image.open(io.BytesIO(film_gif(replace(view, frames=(frame,))))).convert("RGB")
    expected = 255 * (1 - 0.72) + 0.72 * np.array([0x18, 0x78, 0xB9])
    assert np.abs(np.array(gif.getpixel((200, 200))) - expected).max() <= 4


def test_a_long_film_of_much_detail_stays_small():
    view = tiny(1)
    noise = np.random.default_rng(0).integers(0, 256, (150, 40, 40), np.uint8)
    frames = [
        replace(view.frames[0], epoch=index, regions=each // 128, confidence=each) for index, each in enumerate(noise)
    ]
    film = film_gif(replace(view, frames=tuple(frames)))
    assert len(film) <= 3_000_000
    assert Image.open(io.BytesIO(film)).n_frames >= 30
