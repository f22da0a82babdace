import threading
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from facelab._torchvision import torchvision
from facelab.analysis import Patch, cut_patches, feature_maps, field_boxes, find_peaks, map_layers
from facelab.analysis.filters import BEYOND
from facelab.errors import ShapeError
from facelab.models import Block, ConvNetConfig, MLPConfig, blank, clip_box, layer_table, receptive_field, unit_box

GENERATOR = torch.Generator().manual_seed(0)
IMAGES = torch.randint(0, 256, (70, 3, 32, 30), dtype=torch.uint8, generator=GENERATOR)
CONFIG = ConvNetConfig(
    blocks=(Block(channels=4, pool="max"), Block(channels=6, kernel=5, stride=2, padding=0, pool="average")),
    hidden=(10,),
    batch_norm=True,
)


@pytest.fixture(scope="module")
def model():
    return blank(CONFIG, (3, 32, 30), 4, seed=1).eval()


def hooks(model):
    return sum(len(module._forward_hooks) for module in model.modules())


def test_layers_with_their_maps(model):
    table = {layer.name: layer.output_shape for layer in layer_table(CONFIG, (3, 32, 30), 4)}
    found = map_layers(model, (3, 32, 30))
    assert list(found) == [name for name in table if name.startswith("blocks")]
    assert all(table[name] == shape for name, shape in found.items())


@pytest.mark.parametrize("channels", [1, 3])
def test_feature_maps_are_what_the_modules_put_out(channels):
    model = blank(CONFIG, (channels, 32, 30), 4, seed=1).eval()
    photo = IMAGES[0, :channels]
    with torch.no_grad():
        first = model.blocks[0](photo[None] / 255)
        norm = model.blocks[1].norm(model.blocks[1].conv(first))
    np.testing.assert_allclose(feature_maps(model, photo, "blocks.0.pool"), first[0], atol=1e-6)
    np.testing.assert_allclose(feature_maps(model, photo, "blocks.1.norm"), norm[0], atol=1e-6)


def test_peaks_are_the_largest_activations(model):
    peaks = find_peaks(model, IMAGES, "blocks.1.conv")
    maps = np.stack([feature_maps(model, photo, "blocks.1.conv") for photo in IMAGES])
    np.testing.assert_allclose(peaks.values, maps.max((2, 3)), atol=1e-5)
    best, second = peaks.patches(3, count=2)
    assert best.activation >= second.activation
    assert best.activation == pytest.approx(maps[:, 3].max(), abs=1e-5)
    assert maps[(best.photo, 3, *best.place)] == pytest.approx(best.activation, abs=1e-5)
    assert best.box == unit_box(receptive_field(CONFIG)[2], *best.place)


def test_a_patch_alone_excites_the_unit_as_the_photo_does(model):
    """What lies outside the receptive field does not matter."""
    (patch,) = find_peaks(model, IMAGES, "blocks.1.conv").patches(2, count=1)
    top, left, bottom, right = patch.box
    photo = torch.zeros_like(IMAGES[0])
    rows, columns = slice(max(top, 0), bottom), slice(max(left, 0), right)
    photo[:, rows, columns] = IMAGES[patch.photo, :, rows, columns]
    alone = feature_maps(model, photo, "blocks.1.conv")[(2, *patch.place)]
    assert alone == pytest.approx(patch.activation, abs=1e-5)


def test_patches_are_cut_and_padded():
    inside, corner = cut_patches(IMAGES, [Patch(3, 1.0, (0, 0), (4, 5, 8, 9)), Patch(1, 1.0, (0, 0), (-1, 28, 3, 32))])
    np.testing.assert_array_equal(inside, IMAGES[3, :, 4:8, 5:9])
    np.testing.assert_array_equal(corner[:, 1:, :2], IMAGES[1, :, :3, 28:])
    assert (corner[:, 0] == BEYOND).all()
    assert (corner[:, :, 2:] == BEYOND).all()


def test_boxes_below_a_unit_lie_within_its_own(model):
    boxes = field_boxes(model, "blocks.1.activation", (2, 3))
    assert [box["name"] for box in boxes] == ["blocks.0.conv", "blocks.0.pool", "blocks.1.conv"]
    for below, above in pairwise(boxes):
        assert all(a >= b for a, b in zip(below["box"][:2], above["box"][:2], strict=True))
        assert all(a <= b for a, b in zip(below["box"][2:], above["box"][2:], strict=True))


@pytest.mark.parametrize(
    ("name", "layer"), [("alexnet", "features.3"), ("alexnet", "features.6"), ("resnet18", "layer2.0.conv2")]
)
def test_fields_of_torchvisions_networks_reach_as_far_as_the_gradient(name, layer):
    model = torchvision.models.get_model(name, weights=None).eval()
    _, height, width = map_layers(model, (3, 128, 128))[layer]
    place = height // 2, width // 2
    box = clip_box(field_boxes(model, layer, place)[-1]["box"], 128, 128)
    for module in model.modules():  # ReLU and max pooling would stop most of the gradient
        if isinstance(module, nn.MaxPool2d):
            module.forward = nn.AvgPool2d(module.kernel_size, module.stride, module.padding).forward
        if isinstance(module, nn.ReLU):
            module.forward = nn.Identity().forward
    seen, image = {}, torch.rand(1, 3, 128, 128, requires_grad=True)
    model.get_submodule(layer).register_forward_hook(lambda module, inputs, output: seen.update(output=output))
    model(image)
    seen["output"][(0, 0, *place)].backward()
    rows, columns = (image.grad[0].abs().sum((0, axis)).nonzero().flatten().tolist() for axis in (2, 1))
    assert (rows[0], columns[0], rows[-1] + 1, columns[-1] + 1) == box


@pytest.mark.parametrize(
    ("network", "layer"), [(ConvNetConfig(), "output"), (ConvNetConfig(), "nothing"), (MLPConfig(), "hidden.0.linear")]
)
def test_layers_without_maps_are_refused(network, layer):
    model = blank(network, (3, 28, 28), 4)
    with pytest.raises(ShapeError, match=f"no feature maps at '{layer}'"):
        feature_maps(model, IMAGES[0], layer)


def test_an_mlp_has_no_maps():
    assert map_layers(blank(MLPConfig(), (3, 28, 28), 4), (3, 28, 28)) == {}


def test_nothing_is_left_behind(model):
    model.train()
    find_peaks(model, IMAGES[:5], "blocks.0.conv")
    with pytest.raises(RuntimeError):
        feature_maps(model, torch.zeros(5, 32, 30), "blocks.0.conv")  # five channels
    assert hooks(model) == 0
    assert all(module.training for module in model.modules())
    assert int(model.blocks[0].norm.num_batches_tracked) == 0
    model.eval()


def test_two_threads_do_not_disturb_each_other(model):
    expected = {layer: feature_maps(model, IMAGES[0], layer) for layer in ("blocks.0.conv", "blocks.1.pool")}
    found = {layer: [] for layer in expected}

    def ask(layer):
        found[layer] += [feature_maps(model, IMAGES[0], layer) for _ in range(20)]

    threads = [threading.Thread(target=ask, args=(layer,)) for layer in expected]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for layer, maps in expected.items():
        assert len(found[layer]) == 20
        assert all(np.array_equal(one, maps) for one in found[layer])
