"""Where and how the arithmetic runs."""

import pytest
import torch

from facelab.errors import SettingsError
from facelab.models import build
from facelab.training import TrainingConfig, fit, predict
from facelab.training import numerics as module
from facelab.training.numerics import choose, set_threads


@pytest.fixture
def fast(monkeypatch):
    """A CPU that computes in bfloat16, and one that does not."""

    def pretend(is_fast):
        monkeypatch.setitem(module.BFLOAT16_IS_FAST, "cpu", lambda: is_fast)

    return pretend


@pytest.mark.parametrize("is_fast", [True, False])
@pytest.mark.parametrize(
    ("precision", "for_convnet", "for_mlp"),
    [("auto", None, False), ("float32", False, False), ("bfloat16", True, True)],
)
def test_choice_on_a_cpu(convnet, mlp, images, fast, is_fast, precision, for_convnet, for_mlp):
    fast(is_fast)
    config = TrainingConfig(device="cpu", precision=precision)
    for network, bfloat16 in ((convnet, is_fast if for_convnet is None else for_convnet), (mlp, for_mlp)):
        chosen = choose(build(network, images), config)
        assert (chosen.device.type, chosen.bfloat16, chosen.channels_last) == ("cpu", bfloat16, network is convnet)


@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_missing_device(monkeypatch, mlp, points, device):
    monkeypatch.setitem(module.DEVICES, device, lambda: False)
    with pytest.raises(SettingsError, match=f"device is '{device}', but this computer has none: choose auto or cpu."):
        fit(build(mlp, points), points, TrainingConfig(device=device, batch_size=8))


def test_auto_takes_the_first_device_there_is(monkeypatch, mlp, points):
    for name, there in (("cuda", False), ("mps", True)):
        monkeypatch.setitem(module.DEVICES, name, lambda there=there: there)
    monkeypatch.setitem(module.BFLOAT16_IS_FAST, "mps", lambda: False)
    assert choose(build(mlp, points), TrainingConfig()).device.type == "mps"


def test_images_become_floats_laid_out_for_convolutions(convnet, images):
    model = build(convnet, images)
    chosen = choose(model, TrainingConfig(device="cpu"))
    assert chosen.place(model).blocks[0].conv.weight.is_contiguous(memory_format=torch.channels_last)
    batch = chosen.inputs(images.inputs)
    assert batch.is_contiguous(memory_format=torch.channels_last)
    torch.testing.assert_close(batch, images.inputs / 255)


def test_pairs_become_floats(convnet, images, pairs):
    inputs, _ = pairs.split("validation")
    batch = choose(build(convnet, images), TrainingConfig(device="cpu")).inputs(inputs)
    torch.testing.assert_close(batch, inputs / 255)


def test_points_are_taken_as_they_are(mlp, points):
    chosen = choose(build(mlp, points), TrainingConfig(device="cpu"))
    assert chosen.inputs(points.inputs) is points.inputs


def test_bfloat16_learns_as_well(train, convnet, images):
    inputs, labels = images.split("validation")
    right = {}
    for precision in ("float32", "bfloat16"):
        config = TrainingConfig(batch_size=10, epochs=20, optimizer={"learning_rate": 0.01}, precision=precision)
        model = train(convnet, images, config).model
        assert all(parameter.dtype == torch.float32 for parameter in model.parameters())
        right[precision] = (predict(model, inputs).argmax(1) == labels).float().mean().item()
    assert min(right.values()) > 0.9


def test_threads(monkeypatch, convnet, mlp, images):
    before = torch.get_num_threads()
    monkeypatch.setattr(module, "cores", lambda: 8)
    try:
        model = build(convnet, images)
        assert [set_threads(model, jobs) for jobs in (0, 1, 3, 20)] == [8, 8, 2, 1]
        assert set_threads(build(mlp, images)) == 1 == torch.get_num_threads()
    finally:
        torch.set_num_threads(before)
