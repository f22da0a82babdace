"""What every method must do with every network: one suite over both registries."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest
import torch
from torch import nn

from facelab.analysis.attribution import METHODS, Likeness, attribute, refusals
from facelab.errors import AnalysisError
from facelab.models import ACTIVATIONS, ENCODERS
from tests.analysis.networks import SIDE, TINY, network, some_photos

ONE_CHANNEL = {"grad_cam", "occlusion"}
HOOKS = [name for name in vars(nn.Module()) if name.endswith("_hooks")]


def state(model):
    """All that an attribution must leave alone."""
    return (
        [module.training for module in model.modules()],
        [len(getattr(module, name)) for module in model.modules() for name in HOOKS],
        [
            (value.requires_grad, value.grad, value.dtype, value.data_ptr(), value.stride())
            for value in model.parameters()
        ],
        [sorted(vars(module)) for module in model.modules()],
        {name: value.tolist() for name, value in model.state_dict().items()},
    )


def test_tiny_networks_cover_the_registry():
    assert TINY.keys() == ENCODERS.keys()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("method", METHODS)
def test_every_method_renders_or_says_why_not(method, kind, channels):
    model, photos = network(kind, channels), some_photos(2, channels)
    reason = refusals(model, photos)[method]
    if reason is None:
        found = attribute(model, photos, 1, method)
        assert found.shape == (2, 1 if method in ONE_CHANNEL else channels, SIDE, SIDE)
        assert found.dtype == torch.float32
        assert found.isfinite().all()
        assert found.any()
        assert not found.requires_grad
    else:
        assert reason.endswith(".")
        with pytest.raises(AnalysisError, match=re.escape(reason)):
            attribute(model, photos, 1, method)


@pytest.mark.parametrize("method", METHODS)
def test_a_photo_has_its_map_whatever_its_neighbours_and_whenever_asked(method):
    model, photos = network("convnet"), some_photos(3)
    together = attribute(model, photos, torch.tensor([0, 1, 2]), method)
    for target, (photo, expected) in enumerate(zip(photos.split(1), together, strict=True)):
        torch.testing.assert_close(attribute(model, photo, target, method)[0], expected, rtol=1e-4, atol=1e-5)
    assert torch.equal(attribute(model, photos, torch.tensor([0, 1, 2]), method), together)


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({}, set()),
        ({"batch_norm": True, "dropout": 0.5}, set()),
        ({"hidden": ()}, set()),
        ({"activation": "tanh"}, {"guided_backprop", "guided_grad_cam"}),
        ({"activation": "identity"}, {"guided_backprop", "guided_grad_cam"}),
        *(
            ({"activation": name}, {"guided_backprop", "guided_grad_cam", "lrp"})
            for name in sorted(ACTIVATIONS.keys() - {"relu", "tanh", "identity"})
        ),
    ],
    ids=str,
)
def test_what_a_convnet_allows(changes, refused):
    model, photos = network("convnet", **changes), some_photos(1)
    assert {name for name, reason in refusals(model, photos).items() if reason} == refused
    for method in METHODS.keys() - refused:
        assert attribute(model, photos, 0, method).isfinite().all()


def test_an_mlp_has_no_feature_maps_and_a_residual_one_no_chain():
    refused = {"grad_cam", "guided_grad_cam"}
    assert {name for name, why in refusals(network("mlp"), some_photos()).items() if why} == refused
    model = network("mlp", hidden=(12, 12, 12), residual=True)
    assert {name for name, why in refusals(model, some_photos()).items() if why} == {*refused, "lrp"}


class Functional(nn.Module):
    def __init__(self, relu):
        super().__init__()
        self.conv, self.output, self.relu = nn.Conv2d(3, 2, 3), nn.Linear(2 * 14 * 14, 3), relu

    def forward(self, x):
        return self.output(self.relu(self.conv(x)).flatten(1))


@pytest.mark.parametrize("relu", [nn.functional.relu, torch.relu_])
def test_relu_as_a_function_is_refused_where_captum_would_pass_over_it(relu):
    why = refusals(Functional(relu), some_photos())
    assert "as a function" in why["guided_backprop"]
    assert "step between layers" in why["lrp"]


def test_feature_maps_of_one_pixel_say_nothing_about_where():
    model = nn.Sequential(nn.Conv2d(3, 3, SIDE), nn.Flatten())
    assert "one pixel" in refusals(model, some_photos())["grad_cam"]


@pytest.mark.parametrize(
    ("photos", "targets", "method", "text"),
    [
        (some_photos(), 0, "magic", "no method 'magic'"),
        (some_photos(), 3, "saliency", "from 0 to 2"),
        (some_photos(), -1, "saliency", "from 0 to 2"),
        (some_photos(), 0.5, "saliency", "from 0 to 2"),
        (some_photos(), torch.tensor([0, 1, 2]), "saliency", "2 photos but 3 targets"),
        (some_photos()[0], 0, "saliency", "shape 3x16x16"),
        ((some_photos() * 255).byte(), 0, "saliency", "uint8"),
        (some_photos(side=20), 0, "saliency", "3x20x20"),
        (some_photos(0), 0, "saliency", "shape 0x3x16x16"),
    ],
)
def test_what_is_wrong_is_said(photos, targets, method, text):
    with pytest.raises(AnalysisError, match=re.escape(text)):
        attribute(network("mlp"), photos, targets, method)


class Listener:
    """A hook's owner that cannot be copied."""

    def __init__(self):
        self.lock, self.heard = Lock(), []

    def note(self, *args):
        self.heard.append(args)


@pytest.mark.parametrize("method", METHODS)
def test_the_network_stays_as_it_was(method):
    model = network("convnet", batch_norm=True, dropout=0.3).train().to(memory_format=torch.channels_last)
    model.output.bias.requires_grad_(False)
    listener = Listener()
    model.blocks.register_forward_hook(listener.note)
    before, random = state(model), torch.get_rng_state()
    photos = some_photos()
    attribute(model, photos, 0, method)
    assert state(model) == before
    assert not listener.heard
    assert not photos.requires_grad
    assert torch.equal(torch.get_rng_state(), random)


class Tripwire(nn.Module):
    """Lets the passes that look into the network through, and no backward pass or batch."""

    def forward(self, x):
        if len(x) > 1:
            raise ValueError("too many")
        if x.requires_grad:
            x.register_hook(self.trip)
        return x * 1

    def trip(self, grad):
        raise ValueError("no way back")


@pytest.mark.parametrize("method", sorted(METHODS.keys() - {"lrp"}))
def test_the_network_stays_as_it_was_after_an_exception(method):
    model = network("convnet")
    model.blocks.append(Tripwire())
    before = state(model)
    with pytest.raises(ValueError, match=r"too many|no way back"):
        attribute(model, some_photos(), 0, method)
    assert state(model) == before


@pytest.mark.parametrize("method", METHODS)
def test_two_threads_at_once_give_the_same_as_one_after_the_other(method):
    model, photos = network("convnet"), some_photos(6).split(1)
    alone = [attribute(model, photo, 0, method) for photo in photos]
    start = Barrier(2)

    def run(half):
        start.wait(30)
        return [attribute(model, photo, 0, method) for photo in half * 3]

    with ThreadPoolExecutor(2) as threads:
        both = list(threads.map(run, [photos[:3], photos[3:]]))
    for found, expected in zip([*both[0], *both[1]], [*alone[:3] * 3, *alone[3:] * 3], strict=True):
        assert torch.equal(found, expected)


@pytest.mark.parametrize("around", [torch.no_grad, torch.inference_mode, lambda: torch.autocast("cpu")])
@pytest.mark.parametrize("method", METHODS)
def test_the_callers_settings_do_not_matter(method, around):
    model, photos = network("convnet"), some_photos()
    expected = attribute(model, photos, 0, method)
    with around():
        assert torch.equal(attribute(model, photos.clone(), 0, method), expected)


def test_weights_of_lower_precision_are_taken_as_float32():
    model = network("convnet").bfloat16()
    assert attribute(model, some_photos(), 0, "integrated_gradients").dtype == torch.float32
    assert model.output.weight.dtype == torch.bfloat16


@pytest.mark.parametrize("method", METHODS)
def test_encoders_are_explained_by_likeness(method):
    model = Likeness(network("convnet", 1), some_photos(1, 1, seed=5)[0])
    assert attribute(model, some_photos(2, 1), 0, method).isfinite().all()
