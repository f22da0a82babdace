import time

import pytest
import torch
from torch import nn

from facelab.analysis.invariance import TRANSFORMS, apply, flip_strength, kernels, probabilities, transformed
from facelab.errors import SettingsError
from facelab.models import ENCODERS, blank
from tests.analysis.networks import TINY


class Light(nn.Module):
    """Two people told apart by the mean value: the second above 0.6."""

    def forward(self, x):
        mean = x.mean((1, 2, 3))
        return torch.stack((torch.full_like(mean, 0.6), mean), 1)


@pytest.fixture
def photo():
    return torch.randint(0, 256, (3, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("channels", [1, 3])
def test_a_slider_changes_the_photo_and_zero_does_not(name, channels, photo):
    photo = photo[:channels]
    assert torch.equal(transformed(photo, {name: 0.0}), photo)
    changed = transformed(photo, {name: 1.0})
    assert (changed.shape, changed.dtype) == (photo.shape, torch.uint8)
    assert torch.equal(changed, transformed(photo, {name: 1.0}))
    assert torch.equal(changed, photo) == (channels == 1 and name in ("saturation", "hue"))


def test_a_slider_means_the_whole_magnitude_in_its_direction(photo):
    values = photo.float() / 255
    for strength, degrees in ((0.5, 45.0), (-0.5, -45.0)):
        turned = kernels.affine(values[None], degrees=degrees)[0].clamp(0, 1)
        torch.testing.assert_close(transformed(values, {"rotation": strength}), turned)
    torch.testing.assert_close(transformed(values, {"brightness": -1}), 0.2 * values)


def test_the_order_of_the_sliders_does_not_matter(photo):
    first = transformed(photo, {"rotation": 0.3, "jpeg": 0.9, "hue": -0.4})
    assert torch.equal(first, transformed(photo, {"hue": -0.4, "jpeg": 0.9, "rotation": 0.3}))


def test_a_photo_flips_above_the_middle(photo):
    assert torch.equal(transformed(photo, {"horizontal_flip": 0.5}), photo)
    assert torch.equal(transformed(photo, {"horizontal_flip": 0.6}), photo.flip(2))


@pytest.mark.parametrize("kind", ENCODERS)
def test_probabilities_of_every_network_add_up(kind, photo):
    model = blank(TINY[kind], (3, 28, 28), 5).train()
    chances = probabilities(model, photo)
    assert chances.shape == (5,)
    assert chances.sum().item() == pytest.approx(1, abs=1e-5)
    assert model.training


def test_the_strength_at_which_the_answer_flips():
    dim = torch.full((3, 8, 8), 0.5)
    # 0.5 * (1 + 0.8 s) passes 0.6 at s = 0.25.
    assert flip_strength(Light(), dim, "brightness") == pytest.approx(0.25, abs=1e-3)
    bright = torch.full((3, 8, 8), 0.75)
    assert flip_strength(Light(), bright, "brightness") == pytest.approx(-0.25, abs=1e-3)
    assert flip_strength(Light(), dim, "saturation") is None
    assert flip_strength(Light(), dim, "vertical_flip") is None


def test_what_cannot_be_done_is_said(photo):
    # Published settings have one strength, and no slider.
    unknown = ({"melting": 0.5}, {"melting": 0.0}, {"published_rotation": 1.0})
    for strengths in (*unknown, {"jpeg": -0.5}, {"rotation": -1.5}):
        with pytest.raises(SettingsError):
            transformed(photo, strengths)
    for strengths in unknown:
        with pytest.raises(SettingsError):
            flip_strength(Light(), photo, *strengths)
    assert torch.equal(apply(photo[None], "jpeg", 0)[0], transformed(photo, {}))


def test_all_sliders_at_once_are_quick(photo):
    model = blank(TINY["convnet"], (3, 28, 28), 5)
    strengths = dict.fromkeys(TRANSFORMS, 0.3)
    seconds = []
    for _ in range(5):
        start = time.process_time()
        probabilities(model, transformed(photo, strengths))
        seconds.append(time.process_time() - start)
    assert min(seconds) < 0.15
