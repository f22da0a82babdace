"""Augmentation: per image, in range, and each with a known answer."""

import pytest
import torch

from facelab.training import AugmentationConfig
from facelab.training.augment import ERASED_AREA, augment

EACH = {
    "flip": 0.5,
    "rotate": 30,
    "translate": 0.2,
    "scale": 0.3,
    "shear": 20,
    "perspective": 0.3,
    "brightness": 0.5,
    "contrast": 0.5,
    "saturation": 0.5,
    "grey": 0.5,
    "blur": 2,
    "erase": 0.9,
}


def changed(images, **settings):
    torch.manual_seed(3)
    return augment(images, AugmentationConfig(**settings))


@pytest.fixture
def noise():
    return torch.rand(16, 3, 24, 24, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def drawn(monkeypatch):
    """Make every uniform number in [-width, width] the upper or lower end, or any share of it."""

    def pretend(share):
        monkeypatch.setattr(
            "facelab.training.augment._spread", lambda images, width, _: torch.full((len(images),), share * width)
        )

    return pretend


def test_nothing_switched_on_is_the_same_object(noise):
    state = torch.get_rng_state()
    assert augment(noise, AugmentationConfig()) is noise
    assert torch.equal(torch.get_rng_state(), state)


def test_each_setting_is_tested():
    assert EACH.keys() == AugmentationConfig.model_fields.keys() - {"chance"}


@pytest.mark.parametrize("name", EACH)
def test_each_image_has_its_own_draw(noise, name):
    alike = noise[:1].expand(16, -1, -1, -1)
    before = alike.clone()
    images = changed(alike, **{name: EACH[name]})
    assert len(images.flatten(1).unique(dim=0)) >= (2 if name in ("flip", "grey") else 12)
    assert torch.equal(alike, before)


@pytest.mark.parametrize("settings", [*({name: value} for name, value in EACH.items()), EACH], ids=[*EACH, "all"])
def test_range_and_shape(noise, settings):
    images = changed(noise, **settings)
    assert images.shape == noise.shape
    assert images.dtype == torch.float32
    assert images.min() >= -1e-6
    assert images.max() <= 1 + 1e-6


@pytest.mark.parametrize("name", EACH)
def test_grey_is_a_colour_photo_of_equal_channels(noise, name):
    grey = noise[:, :1]
    colour = changed(grey.expand(-1, 3, -1, -1), **{name: EACH[name]})
    torch.testing.assert_close(changed(grey, **{name: EACH[name]}), colour[:, :1])


ALWAYS = {"flip", "grey", "blur", "erase"}


@pytest.mark.parametrize("name", sorted(EACH.keys() - ALWAYS))
@pytest.mark.parametrize("chance", [0.3, 0.8])
def test_chance_is_how_often_a_change_is_made(noise, name, chance):
    """A translation and a tilt have two directions, and each is made as often."""
    alike = noise[:1].expand(1000, -1, -1, -1)
    left = torch.isclose(changed(alike, chance=chance, **{name: EACH[name]}), alike, atol=1e-4).flatten(1).all(1)
    directions = 2 if name in ("translate", "perspective") else 1
    assert left.double().mean().item() == pytest.approx((1 - chance) ** directions, abs=0.06)


@pytest.mark.parametrize("name", sorted(ALWAYS))
def test_chance_leaves_the_others_as_they_are(noise, name):
    assert torch.equal(changed(noise, chance=0.1, **{name: EACH[name]}), changed(noise, **{name: EACH[name]}))


def test_certain_flip_is_an_exact_mirror(noise):
    assert torch.equal(changed(noise, flip=1), noise.flip(3))


def test_flips_are_as_frequent_as_asked(noise):
    images = noise[:1].expand(1000, -1, -1, -1)
    flipped = (changed(images, flip=0.3) != images).flatten(1).any(1)
    assert 250 < flipped.sum() < 350


@pytest.mark.parametrize(("share", "turns"), [(1, 1), (-1, -1), (0, 0)])
def test_rotation_by_a_right_angle(noise, drawn, share, turns):
    drawn(share)
    torch.testing.assert_close(changed(noise, rotate=90), noise.rot90(turns, (2, 3)), atol=1e-4, rtol=0)


@pytest.mark.parametrize("share", [1, 0.5, -0.5])
def test_translation_moves_by_a_share_of_the_side(noise, drawn, share):
    drawn(share)
    images, pixels = changed(noise, translate=0.25), round(share * 0.25 * 24)
    moved = noise.roll((-pixels, -pixels), (2, 3))
    inside = (..., slice(max(0, -pixels), 24 - max(0, pixels)))
    torch.testing.assert_close(images.mT[inside].mT[inside], moved.mT[inside].mT[inside], atol=1e-4, rtol=0)


def test_what_comes_in_from_outside_repeats_the_edge():
    constant = torch.full((8, 3, 20, 20), 0.7)
    moved = changed(constant, translate=0.4, rotate=90, scale=0.5, shear=30, perspective=0.3)
    torch.testing.assert_close(moved, constant)


def test_scale_enlarges_about_the_centre(drawn):
    drawn(1)
    square = torch.zeros(1, 3, 40, 40)
    square[..., 15:25, 15:25] = 1
    images = changed(square, scale=0.5)
    assert images.sum().item() == pytest.approx(300 * 1.5**2, rel=0.02)
    torch.testing.assert_close(images, images.flip(2, 3))


def test_shear_slants_vertical_lines(drawn):
    drawn(1)
    line = torch.zeros(1, 3, 41, 41)
    line[..., 20] = 1
    columns = changed(line, shear=45)[0, 0, 8:33].argmax(1)
    assert (columns.diff() == -1).all()


def test_tilt_divides_places_by_their_distance(drawn):
    drawn(1)
    at = (2 * torch.arange(40) + 1) / 40 - 1
    ramp = ((at + 1) / 2).expand(1, 3, 40, 40)
    seen = at / (1 + 0.3 * at + 0.3 * at[:, None])
    inside = (seen.abs() < 0.95) & (seen.T.abs() < 0.95)
    images = changed(ramp, perspective=0.3)
    torch.testing.assert_close(images[0, 0][inside], ((seen + 1) / 2)[inside], atol=1e-5, rtol=0)


def test_brightness_scales_all_values(noise, drawn):
    drawn(-1)
    torch.testing.assert_close(changed(noise, brightness=0.4), noise * 0.6)


def test_no_contrast_leaves_the_mean_grey(noise, drawn):
    drawn(-1)
    grey = noise[:, 0] * 0.299 + noise[:, 1] * 0.587 + noise[:, 2] * 0.114
    mean = grey.mean((1, 2)).view(-1, 1, 1, 1).expand_as(noise)
    torch.testing.assert_close(changed(noise, contrast=1), mean)


def test_no_saturation_leaves_each_grey(noise, drawn):
    drawn(-1)
    grey = noise[:, 0] * 0.299 + noise[:, 1] * 0.587 + noise[:, 2] * 0.114
    torch.testing.assert_close(changed(noise, saturation=1), grey[:, None].expand_as(noise))
    dark = changed(noise, contrast=0.5, saturation=1)
    assert torch.equal(dark[:, 0], dark[:, 2])
    mean = grey.mean((1, 2), keepdim=True)
    torch.testing.assert_close(dark[:, 0], mean + (grey - mean) / 2)


def test_grey_takes_the_colour_from_its_share_of_photos():
    images = torch.rand(500, 3, 4, 4)
    drained = changed(images, grey=0.3)
    is_grey = (drained == drained[:, :1]).flatten(1).all(1)
    assert 120 < is_grey.sum() < 180
    assert torch.equal(drained[~is_grey], images[~is_grey])
    grey = images[:, 0] * 0.299 + images[:, 1] * 0.587 + images[:, 2] * 0.114
    torch.testing.assert_close(drained[is_grey, 0], grey[is_grey])


@pytest.mark.parametrize("width", [0.5, 2, 5])
def test_blur_smooths_and_keeps_a_constant(noise, width):
    constant = torch.full((4, 3, 12, 12), 0.7)
    torch.testing.assert_close(changed(constant, blur=width), constant)
    smoothed = changed(noise, blur=width).std((2, 3)) / noise.std((2, 3))
    assert smoothed.max() < 1 + 1e-6
    assert smoothed.min() < 0.95


def test_blur_is_a_gaussian(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size: torch.ones(*size))
    dot = torch.zeros(1, 3, 31, 31)
    dot[..., 15, 15] = 1
    image = augment(dot, AugmentationConfig(blur=2))[0, 1]
    place = torch.arange(31.0) - 15
    assert (image.sum(0) * place**2).sum() == pytest.approx(4, rel=0.03)
    assert torch.equal(image, image.T)


def test_erased_share():
    images = torch.zeros(500, 3, 64, 64)
    erased = changed(images, erase=0.6) == 0.5
    assert torch.equal(erased.any(1), erased.all(1))
    shares = erased[:, 0].double().mean((1, 2))
    chosen = shares[shares > 0]
    assert 250 < len(chosen) < 350
    # Rectangles end on whole pixels.
    assert ERASED_AREA[0] - 0.005 < chosen.min()
    assert chosen.max() < ERASED_AREA[1] + 0.015
    for mask in erased[:20, 0]:
        rows, columns = mask.any(1), mask.any(0)
        assert torch.equal(mask, rows[:, None] & columns)
