"""Known answers: each method beside its formula, written down a second time."""

import pytest
import torch
from torch import nn

from facelab._torchvision import torchvision
from facelab.analysis.attribution import Likeness, attribute
from tests.analysis.networks import CLASSES, SIDE, network, some_photos

TARGETS = torch.tensor([2, 0])


class GuidedReLU(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        return grad.clamp(min=0) * (ctx.saved_tensors[0] > 0)


def guided(model, photos, targets):
    """Springenberg et al. 2015, eq. 6, with every ReLU's class changed for the time of one pass."""
    photos = photos.clone().requires_grad_()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nn.ReLU, "forward", lambda self, x: GuidedReLU.apply(x))
        scores = model(photos)[range(len(photos)), targets]
    return torch.autograd.grad(scores.sum(), photos)[0]


def gradient(model, photos, targets):
    photos = photos.clone().requires_grad_()
    return torch.autograd.grad(model(photos)[range(len(photos)), targets].sum(), photos)[0]


class Reused(nn.Module):
    """One ReLU, in place, for everything."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu, self.output = nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Linear(4 * 14 * 14, CLASSES)

    def forward(self, x):
        return self.output(self.relu(self.relu(self.conv(x)).flatten(1) - 0.1))


@pytest.fixture
def photos():
    return some_photos()


@pytest.fixture
def linear():
    """Logits = weight times flattened photo, plus bias."""
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Linear(3 * SIDE**2, CLASSES))


def untrained(name, side):
    torch.manual_seed(0)
    return getattr(torchvision.models, name)(weights=None, num_classes=CLASSES).eval(), some_photos(2, side=side)


@pytest.mark.parametrize("method", ["input_x_gradient", "integrated_gradients"])
def test_a_linear_network_gives_weight_times_input(linear, photos, method):
    weight = linear[1].weight[TARGETS].view_as(photos)
    torch.testing.assert_close(attribute(linear, photos, TARGETS, method), weight * photos)


def test_a_linear_network_has_its_weights_as_saliency_with_any_noise(linear, photos):
    weight = linear[1].weight[TARGETS].view_as(photos)
    torch.testing.assert_close(attribute(linear, photos, TARGETS, "saliency"), weight.abs())
    torch.testing.assert_close(attribute(linear, photos, TARGETS, "smoothgrad"), weight)


def test_smoothgrad_is_the_mean_gradient_over_noisy_photos(photos):
    model = network("convnet", activation="tanh")
    noise = 0.2 * torch.randn(5, *photos.shape[1:], generator=torch.Generator().manual_seed(7))
    mean = torch.stack([gradient(model, photos + some, TARGETS) for some in noise]).mean(0)
    found = attribute(model, photos, TARGETS, "smoothgrad", samples=5, noise=0.2, seed=7)
    torch.testing.assert_close(found, mean)
    torch.testing.assert_close(attribute(model, photos[1:], 0, "smoothgrad", samples=5, noise=0.2, seed=7), found[1:])


@pytest.mark.parametrize(
    ("model", "photos"),
    [
        (network("mlp"), some_photos()),
        (network("mlp", hidden=(12, 12), residual=True, batch_norm=True), some_photos()),
        (network("convnet", batch_norm=True), some_photos()),
        (Reused(), some_photos()),
        untrained("alexnet", 64),
        untrained("resnet18", 32),
    ],
    ids=["mlp", "residual mlp", "convnet", "one relu", "alexnet", "resnet18"],
)
def test_guided_backprop_equals_a_plain_autograd_version(model, photos):
    found = attribute(model, photos, TARGETS, "guided_backprop")
    for module in model.modules():
        module.inplace = False
    expected = guided(model, photos, TARGETS)
    torch.testing.assert_close(found, expected)
    assert not torch.allclose(expected, gradient(model, photos, TARGETS))


def cam(maps, rest, photos, targets):
    """Selvaraju et al. 2017, eqs. 1 and 2, from the feature maps on."""
    maps = maps.detach().requires_grad_()
    scores = rest(maps)[range(len(photos)), targets]
    weights = torch.autograd.grad(scores.sum(), maps)[0].mean((2, 3), keepdim=True)
    small = (weights * maps).sum(1, keepdim=True).relu().detach()
    return nn.functional.interpolate(small, photos.shape[-2:], mode="bilinear")


def test_grad_cam_equals_its_formula_behind_norm_and_activation(photos):
    model = network("convnet", batch_norm=True)
    expected = cam(
        model.blocks(model.standardize(photos)),
        lambda maps: model.output(model.hidden(maps.flatten(1))),
        photos,
        TARGETS,
    )
    torch.testing.assert_close(attribute(model, photos, TARGETS, "grad_cam"), expected)
    product = expected * attribute(model, photos, TARGETS, "guided_backprop")
    torch.testing.assert_close(attribute(model, photos, TARGETS, "guided_grad_cam"), product)


def test_grad_cam_takes_the_call_it_means_of_a_layer_that_is_reused(photos):
    model = Reused().eval()
    maps = model.conv(photos).relu()
    expected = cam(maps, lambda maps: model.output((maps.flatten(1) - 0.1).relu()), photos, TARGETS)
    torch.testing.assert_close(attribute(model, photos, TARGETS, "grad_cam"), expected)


def test_grad_cam_of_a_residual_network_is_that_of_its_last_block():
    model, photos = untrained("resnet18", 64)
    maps = nn.Sequential(*list(model.children())[:-2])(photos)
    expected = cam(maps, lambda maps: model.fc(model.avgpool(maps).flatten(1)), photos, TARGETS)
    torch.testing.assert_close(attribute(model, photos, TARGETS, "grad_cam"), expected)


def test_occlusion_of_a_linear_network_is_the_sum_in_the_windows(linear, photos):
    weight = linear[1].weight[TARGETS].view_as(photos)
    lost = (weight * (photos - photos.mean((2, 3), keepdim=True))).sum(1, keepdim=True)
    sums = nn.functional.avg_pool2d(lost, 4, 4) * 16
    found = attribute(linear, photos, TARGETS, "occlusion", window=4, stride=4)
    torch.testing.assert_close(found, sums.repeat_interleave(4, 2).repeat_interleave(4, 3), rtol=1e-4, atol=1e-5)


def test_overlapping_windows_are_averaged(linear):
    photo = some_photos(1)
    lost = (linear[1].weight[1].view_as(photo) * photo).sum(1)[0]
    total, times = torch.zeros(SIDE, SIDE), torch.zeros(SIDE, SIDE)
    for top in range(0, SIDE - 2, 2):
        for left in range(0, SIDE - 2, 2):
            place = slice(top, top + 4), slice(left, left + 4)
            total[place] += lost[place].sum()
            times[place] += 1
    found = attribute(linear, photo, 1, "occlusion", window=4, stride=2, baseline="black")
    torch.testing.assert_close(found[0, 0], total / times, rtol=1e-4, atol=1e-5)


def test_lrp_conserves_relevance_without_biases(photos):
    torch.manual_seed(0)
    layers = [nn.Linear(3 * SIDE**2, 20, bias=False), nn.ReLU(), nn.Linear(20, CLASSES, bias=False)]
    model = nn.Sequential(nn.Flatten(), *layers)
    logits = model(photos)[range(2), TARGETS]
    torch.testing.assert_close(attribute(model, photos, TARGETS, "lrp").sum((1, 2, 3)), logits, rtol=1e-3, atol=1e-4)


def test_lrp_of_relus_without_biases_is_the_gradient_times_what_the_first_layer_gets(photos):
    """Ancona et al. 2018: with ReLU and no bias the epsilon rule is input times gradient."""
    model = network("convnet")
    for module in model.modules():
        if getattr(module, "bias", None) is not None:
            nn.init.zeros_(module.bias)
    expected = gradient(model, photos, TARGETS) * (photos - model.standardize.mean)
    torch.testing.assert_close(attribute(model, photos, TARGETS, "lrp"), expected, rtol=1e-3, atol=1e-4)


def test_likeness_of_two_photos_is_shared_out_among_pixels(photos):
    encoder = network("convnet")
    model = Likeness(encoder, photos[1])
    a, b = encoder.embed(photos)
    torch.testing.assert_close(model(photos[:1])[0, 0], a @ b / b.norm())
    assert attribute(model, photos[:1], 0, "lrp").any()
    assert attribute(model, photos[:1], 0, "grad_cam").shape == (1, 1, SIDE, SIDE)
