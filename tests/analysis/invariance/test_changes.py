import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageEnhance

from facelab._torchvision import v2
from facelab.analysis.invariance import PUBLISHED, TRANSFORMS, apply, kernels, magnitude
from facelab.analysis.invariance.changes import drawn
from facelab.errors import SettingsError

ALL = [*TRANSFORMS, *PUBLISHED]
RANDOM = [name for name, transform in (TRANSFORMS | PUBLISHED).items() if transform.random]


@pytest.fixture(scope="module")
def photos():
    """Smooth colours under fine texture: uint8 [6, 3, 32, 32]."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.nn.functional.interpolate(torch.rand(6, 3, 5, 5, generator=generator), (32, 32), mode="bicubic")
    return (255 * (coarse + 0.05 * torch.randn(6, 3, 32, 32, generator=generator)).clamp(0, 1)).to(torch.uint8)


def pil(photo):
    return Image.fromarray(photo.permute(1, 2, 0).numpy())


def tensor(image):
    return torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)


def furthest(first, second):
    return (first.int() - second.int()).abs().max().item()


@pytest.mark.parametrize("name", ALL)
def test_strength_zero_is_the_identity_bit_for_bit(name, photos):
    for images in (photos, photos.float() / 255, photos[:, :1]):
        assert torch.equal(apply(images, name, 0, seed=3), images)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("channels", [1, 3])
def test_photos_keep_shape_dtype_and_range(name, channels, photos):
    images = photos[:, :channels, :, :28]
    bytes_, floats = apply(images, name, 0.7), apply(images.float() / 255, name, 0.7)
    assert (bytes_.shape, bytes_.dtype) == (images.shape, torch.uint8)
    assert (floats.shape, floats.dtype) == (images.shape, torch.float32)
    assert 0 <= floats.min() <= floats.max() <= 1
    assert furthest(bytes_, (255 * floats).round()) <= 1


@pytest.mark.parametrize("name", ALL)
def test_the_strongest_changes_photos_and_the_weakest_hardly(name, photos):
    apart = [(apply(photos, name, strength).float() - photos.float()).abs().mean() for strength in (0.02, 1)]
    assert apart[1] > 5
    if name in TRANSFORMS:
        assert apart[0] < apart[1] / 2


@pytest.mark.parametrize("name", ALL)
def test_a_seed_gives_the_same_photos_again_and_in_parts(name, photos):
    whole = apply(photos, name, 0.8, seed=5)
    torch.manual_seed(1)
    parts = torch.cat([apply(photos[:2], name, 0.8, seed=5), apply(photos[2:], name, 0.8, seed=5, first=2)])
    assert furthest(whole, parts) <= 1
    assert (not torch.equal(apply(photos, name, 0.8, seed=6), whole)) == (name in RANDOM)


@pytest.mark.parametrize("name", RANDOM)
def test_equal_photos_come_out_each_by_its_own_draw(name, photos):
    changed = apply(photos[:1].expand(6, -1, -1, -1), name, 0.5)
    assert len(changed.flatten(1).unique(dim=0)) > (1 if name.endswith("flip") else 4)


def test_the_draws_are_uniform_and_no_two_transforms_share_them():
    draws = drawn("rotation", 10_000, seed=0)
    assert draws.abs().max() <= 1
    assert abs(draws.mean()) < 0.02
    assert draws.var() == pytest.approx(1 / 3, abs=0.01)
    assert not torch.equal(draws, drawn("shear", 10_000, seed=0))


@pytest.mark.parametrize(("degrees", "turns"), [(90, 1), (-90, -1), (180, 2)])
def test_right_angles_turn_as_rot90_does(degrees, turns, photos):
    values = photos.float() / 255
    torch.testing.assert_close(kernels.affine(values, degrees=degrees), values.rot90(turns, (2, 3)), atol=1e-5, rtol=0)


def test_translation_shifts_whole_pixels():
    values = torch.rand(1, 3, 8, 16)
    moved = kernels.affine(values, x=2 / 16, y=-1 / 8)
    torch.testing.assert_close(moved[..., :-1, 2:], values[..., 1:, :-2], atol=1e-5, rtol=0)
    assert moved[..., -1:, :].abs().max() < 1e-5 > moved[..., :2].abs().max()


def test_scale_two_enlarges_the_middle(photos):
    values = photos.float() / 255
    middle = torch.nn.functional.interpolate(values[..., 8:24, 8:24], scale_factor=2, mode="bilinear")
    larger = kernels.affine(values, scale=2.0)
    torch.testing.assert_close(larger[..., 1:-1, 1:-1], middle[..., 1:-1, 1:-1], atol=1e-5, rtol=0)


def test_all_photos_are_flipped_at_the_full_strength(photos):
    assert torch.equal(apply(photos, "horizontal_flip", 1), photos.flip(3))
    assert torch.equal(apply(photos, "vertical_flip", 1), photos.flip(2))


def test_the_flips_strength_is_the_share_of_photos(photos):
    many = photos[:1].repeat(2000, 1, 1, 1)
    flipped = (apply(many, "horizontal_flip", 0.3) != many).flatten(1).any(1)
    assert flipped.float().mean() == pytest.approx(0.3, abs=0.03)


def test_an_occlusion_is_a_grey_square_inside_the_photo():
    white = torch.ones(50, 3, 20, 20)
    hidden = apply(white, "occlusion", 0.5)
    assert set(hidden.unique().tolist()) == {0.5, 1.0}
    assert ((hidden == 0.5).sum((1, 2, 3)) == 3 * 6 * 6).all()


@pytest.mark.parametrize("factor", [0.3, 1.0, 1.6])
@pytest.mark.parametrize(
    ("kernel", "enhance"),
    [
        (kernels.brightness, ImageEnhance.Brightness),
        (kernels.contrast, ImageEnhance.Contrast),
        (kernels.saturation, ImageEnhance.Color),
    ],
)
def test_light_and_colour_are_those_of_pillow(kernel, enhance, factor, photos):
    ours = kernel(photos.float() / 255, torch.full((6,), factor)).clamp(0, 1).mul(255).round()
    assert all(
        furthest(own, tensor(enhance(pil(photo)).enhance(factor))) <= 2 for own, photo in zip(ours, photos, strict=True)
    )


@pytest.mark.parametrize("turn", [-0.5, -0.2, 0.1, 0.37])
def test_hue_is_that_of_torchvision(turn, photos):
    values = photos.float() / 255
    theirs = v2.functional.adjust_hue(values, turn)
    torch.testing.assert_close(kernels.hue(values, torch.full((6,), turn)), theirs, atol=1e-5, rtol=0)


def test_each_photos_blur_is_that_of_torchvision(photos):
    values, widths = photos.float() / 255, [0.2, 0.7, 1.0, 2.0, 4.0, 5.0]
    theirs = torch.stack(
        [v2.functional.gaussian_blur(photo, [5, 9], [width] * 2) for photo, width in zip(values, widths, strict=True)]
    )
    torch.testing.assert_close(kernels.gaussian_blur(values, torch.tensor(widths), (2, 4)), theirs, atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    "amounts",
    [{"degrees": 17.0}, {"scale": 0.8}, {"shear": 20.0}, {"degrees": -30.0, "x": 0.125, "y": -0.25, "scale": 1.3}],
)
def test_warps_are_those_of_torchvision(amounts, photos):
    values = photos.float() / 255
    theirs = v2.functional.affine(
        values,
        angle=-amounts.get("degrees", 0.0),
        translate=[amounts.get("x", 0) * 32, amounts.get("y", 0) * 32],
        scale=amounts.get("scale", 1.0),
        shear=[amounts.get("shear", 0.0), 0.0],
        interpolation=v2.InterpolationMode.BILINEAR,
    )
    torch.testing.assert_close(kernels.affine(values, **amounts), theirs, atol=2e-4, rtol=0)


def test_a_turned_photo_is_close_to_pillows(photos):
    inner = (slice(None), slice(9, 23), slice(9, 23))
    theirs = v2.functional.rotate(pil(photos[0]), 20, v2.InterpolationMode.BILINEAR)
    ours = kernels.affine(photos[:1].float(), degrees=20.0)[0]
    assert furthest(ours[inner], tensor(theirs)[inner]) <= 3


def test_perspective_is_that_of_torchvision(photos):
    values = photos.float() / 255
    moves = torch.tensor([[4, 2], [6, 3], [1, 7], [5, 0]])
    corners = torch.tensor([[0, 0], [31, 0], [31, 31], [0, 31]])
    inwards = corners + moves * torch.tensor([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    theirs = v2.functional.perspective(values, corners.tolist(), inwards.tolist())
    # torchvision counts from the middles of the corner pixels, we from the photo's edges: half a pixel of 32.
    ours = kernels.perspective(values, (moves / 32).expand(6, 4, 2))
    assert (ours - theirs).abs().mean() < 0.03


def test_perspective_moves_each_corner_inwards_to_its_place():
    white = torch.ones(1, 1, 40, 40)
    seen = kernels.perspective(white, torch.tensor([[[0.25, 0.25], [0, 0], [0, 0], [0, 0]]]))[0, 0]
    assert seen[8, 8] == 0
    assert seen[12, 12] == seen[1, 38] == seen[38, 38] == seen[38, 1] == 1


@pytest.mark.parametrize(("strength", "quality"), [(0.5, 50), (1, 1)])
def test_jpeg_is_pillows(strength, quality, photos):
    file = io.BytesIO()
    pil(photos[0]).save(file, "JPEG", quality=quality)
    assert furthest(apply(photos[:1], "jpeg", strength)[0], tensor(Image.open(file))) == 0
    assert magnitude("jpeg", strength) == pytest.approx(quality, abs=1)


def test_a_grey_photo_has_no_colour_to_change(photos):
    grey = photos[:, :1].expand(-1, 3, -1, -1)
    for name in ("saturation", "hue"):
        assert furthest(apply(grey, name, 1), grey) <= 1
        assert furthest(apply(photos[:, :1], name, 1), photos[:, :1]) <= 1


@pytest.mark.parametrize(
    ("name", "strength", "words"),
    [
        ("rotation", 0.5, "up to 45 degrees to either side"),
        ("jpeg", 0.5, "50.5 of 100"),
        ("resolution", 1, "10 % of the side"),
        ("published_rotation", 1, "up to 45 degrees to either side"),
    ],
)
def test_strengths_in_words(name, strength, words):
    assert (TRANSFORMS | PUBLISHED)[name].words(strength) == words


@pytest.mark.parametrize(("name", "strength"), [("melting", 0.5), ("rotation", 1.1), ("rotation", float("nan"))])
def test_what_cannot_be_done_is_said(name, strength, photos):
    with pytest.raises(SettingsError):
        apply(photos, name, strength)
