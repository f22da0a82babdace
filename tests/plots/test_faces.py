import base64
import io

import numpy as np
import pytest
from PIL import Image

from facelab.plots import alt, face_sheet, montage, palette
from facelab.plots.images import encode

FACES = np.random.default_rng(0).integers(0, 256, (5, 3, 8, 6), dtype=np.uint8)


def decode(uri):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",")[1]))))


def test_montage_puts_pictures_where_they_belong():
    sheet = montage(FACES, columns=2, pad=1)
    assert sheet.shape == (3 * 9 - 1, 2 * 7 - 1, 3)
    np.testing.assert_array_equal(sheet[9:17, 7:13], FACES[3].transpose(1, 2, 0))
    assert not sheet[8].any()
    assert not sheet[18:, 7:].any()


def test_montage_takes_channels_first_or_last():
    np.testing.assert_array_equal(montage(FACES, 3), montage(FACES.transpose(0, 2, 3, 1), 3))


def test_small_pictures_are_encoded_without_loss():
    pixels = FACES[0].transpose(1, 2, 0)
    np.testing.assert_array_equal(decode(encode(pixels)), pixels)


def test_a_sheet_shows_every_face_with_its_caption():
    fig = face_sheet(FACES, ["a", "b", "c", "d", "e"], columns=2, face=8)
    times = 2
    pixels = decode(fig.layout.images[0].source)
    first = FACES[0].transpose(1, 2, 0).repeat(times, 0).repeat(times, 1)
    np.testing.assert_array_equal(pixels[: 8 * times, : 6 * times, :3], first)
    assert fig.data[-1].text == ("a", "b", "c", "d", "e")
    assert fig.data[-1].customdata == (0, 1, 2, 3, 4)
    assert alt(fig) == "A sheet of 5 faces."


def test_what_lies_between_faces_is_transparent():
    pixels = decode(face_sheet(FACES, columns=2, face=8).layout.images[0].source)
    assert (pixels[:16, :12, 3] == 255).all()
    assert not pixels[16, :, 3].any()


def test_captions_lie_over_their_faces():
    fig = face_sheet(FACES, columns=2, face=8)
    picture, points = fig.layout.images[0], fig.data[-1]
    pixels = decode(picture.source)
    for index in range(5):
        row, column = points.y[index] / picture.sizey, points.x[index] / picture.sizex
        shown = pixels[round(row * pixels.shape[0]), round(column * pixels.shape[1]), :3]
        np.testing.assert_array_equal(shown, FACES[index, :, 4, 3])


def test_marks_differ_in_more_than_colour():
    fig = face_sheet(FACES, columns=5, marks=[True, False, True, None, np.bool_(False)])
    right, ticks, wrong, crosses, _ = fig.data
    assert (right.line.color, wrong.line.color) == (palette.RIGHT, palette.WRONG)
    assert right.line.dash != wrong.line.dash
    assert (ticks.text, crosses.text) == (("✓", "✓"), ("✕", "✕"))
    assert alt(fig) == "A sheet of 5 faces; 2 of 4 are right."


def test_row_titles_name_the_people():
    fig = face_sheet(FACES, columns=3, row_titles=["Ada Lovelace", "Alan Turing"])
    assert fig.layout.yaxis.ticktext == ("Ada Lovelace", "Alan Turing")
    assert alt(fig) == "A sheet of 5 faces of Ada Lovelace and Alan Turing."


def test_no_faces():
    assert alt(face_sheet(FACES[:0], [], columns=3)) == "No faces to show."


@pytest.mark.parametrize("number", [1, 200])
def test_a_sheet_is_light_to_send(number):
    faces = np.random.default_rng(0).integers(0, 256, (number, 3, 8, 8), dtype=np.uint8).repeat(8, 2).repeat(8, 3)
    assert len(face_sheet(faces, columns=10).to_json()) < 20_000 * number + 10_000
