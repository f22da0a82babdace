"""Portraits: each parameter does what its name says."""

from dataclasses import fields, replace

import numpy as np
import pytest

from facelab.data.generated import Head, Person, Photo, render, sculpt
from facelab.data.generated.people import HAIR_STYLES
from facelab.data.generated.photos import GLASSES, HATS

SIDE = 48
PLAIN = replace(Photo(), light_azimuth=0.0, background=0, background_contrast=0.0)


@pytest.fixture(scope="module")
def head() -> Head:
    """Somebody without hair in the face."""
    person = Person.draw(np.random.default_rng(4))
    return sculpt(replace(person, hair_style=list(HAIR_STYLES).index("buzz"), beard=0.0, freckles=0.0, hair_part=0.0))


def shot(head, **changes) -> np.ndarray:
    return render(head, replace(PLAIN, **changes), SIDE).astype(float)


@pytest.mark.parametrize("size", [28, 61, 256])
def test_every_size_renders(head, size):
    image = render(head, PLAIN, size)
    assert image.shape == (3, size, size)
    assert image.dtype == np.uint8
    assert image.std() > 15


def test_large_and_small_photos_show_the_same(head):
    large, small = (render(head, PLAIN, size).astype(float) for size in (192, 48))
    shrunk = large.reshape(3, 48, 4, 48, 4).mean((2, 4))
    assert np.abs(shrunk - small).mean() < 6


CHANGES = {
    "yaw": 25, "pitch": 12, "roll": 10, "distance": 0.5, "scale": 1.1, "shift_x": 0.1, "shift_y": 0.1,
    "light_azimuth": 60, "light_elevation": -20, "light_strength": 0.9, "light_softness": 0.0, "light_warmth": 1.0,
    "smile": 1.0, "mouth_open": 1.0, "brow_raise": 1.0, "eyes_closed": 1.0, "gaze": 0.8, "gaze_up": 0.8,
    "glasses": 2, "hat": 2, "scarf": 1, "background": 2, "background_hue": 0.1, "background_saturation": 0.6,
    "background_lightness": 0.9, "clothing_hue": 0.1, "clothing_saturation": 0.9, "clothing_lightness": 0.8,
    "exposure": 1.3, "white_balance": 1.0, "noise": 0.03, "blur": 10.0, "jpeg": 20,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_photo_parameters_change_the_photo(head, name):
    before, after = shot(head, background_contrast=0.5), shot(head, background_contrast=0.5, **{name: CHANGES[name]})
    assert (before != after).mean() > 0.002


def test_each_parameter_is_tested():
    depending = {"wear_hue", "hair_blown", "hair_turned", "background_contrast", "grain"}
    assert CHANGES.keys() | depending == {field.name for field in fields(Photo)}


def test_yaw_turns_the_head(head):
    left, right = shot(head, yaw=-30), shot(head, yaw=30)
    assert np.abs(left[:, :, ::-1] - right).mean() < 0.5 * np.abs(left - right).mean()


def test_light_comes_from_where_it_is(head):
    lit = shot(head, light_azimuth=60).mean(axis=0)
    assert lit[20:30, 27:33].mean() > lit[20:30, 15:21].mean() + 8


def test_a_shifted_camera_shifts_the_picture(head):
    still, moved = shot(head), shot(head, shift_x=3 / SIDE, shift_y=-2 / SIDE)
    assert np.abs(moved[:, 4:40, 8:44] - still[:, 6:42, 5:41]).mean() < 0.35 * np.abs(moved - still).mean()


def test_from_near_the_ears_hide(head):
    """The nose, which is nearer, gains more than the ears."""
    near, far = (shot(head, distance=distance, background_lightness=0.95) for distance in (0.45, 3.0))
    assert np.abs(near - far).mean() > 2


@pytest.mark.parametrize(("field", "choices"), [("glasses", GLASSES), ("hat", HATS)])
def test_every_thing_to_wear_looks_different(head, field, choices):
    worn = [shot(head, **{field: index}) for index in range(len(choices))]
    for i, one in enumerate(worn):
        assert all((one != other).mean() > 0.002 for other in worn[i + 1 :])


@pytest.mark.parametrize("style", range(len(HAIR_STYLES)))
def test_every_hair_style_turns_and_is_blown(style):
    person = replace(Person.draw(np.random.default_rng(1)), hair_style=style, hair_part=0.7, age=30.0)
    grown = sculpt(person)
    plain, blown = shot(grown), shot(grown, hair_blown=1.0)
    assert np.isfinite(grown.face.points).all()
    is_short = list(HAIR_STYLES)[style] in ("bald", "buzz")
    assert ((plain != blown).mean() > 0.002) != is_short


def test_a_plain_portrait_is_the_default():
    assert Photo.draw(np.random.default_rng(0), vary="pose") != Photo()
    assert replace(Photo.draw(np.random.default_rng(0), vary="pose"), yaw=0.0, pitch=0.0, roll=0.0) == Photo()


def test_the_same_draw_whatever_varies():
    drawn = [Photo.draw(np.random.default_rng(7), vary) for vary in ("everything", "pose")]
    assert drawn[0].yaw == drawn[1].yaw
