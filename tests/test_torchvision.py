"""torchvision works beside this torch, and is left alone where its operators load."""

import runpy
import sys
from types import ModuleType

import pytest
import torch

import facelab._torchvision
from facelab._torchvision import torchvision, v2


def test_transforms():
    image = torch.arange(2 * 3 * 8 * 8, dtype=torch.uint8).view(2, 3, 8, 8)
    assert torch.equal(v2.functional.horizontal_flip(image), image.flip(-1))
    assert v2.functional.resize(image, [5, 4]).shape == (2, 3, 5, 4)
    assert torch.equal(v2.functional.rotate(image.float(), 180), image.float().flip(-1, -2))
    assert v2.RandomErasing(p=1)(image.float()).shape == image.shape


def test_models():
    network = torchvision.models.resnet18(weights=None).eval()
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 64)).isfinite().all()


@pytest.fixture
def stand_in(monkeypatch):
    """A torchvision whose operators load."""
    names = ("torchvision", "torchvision.transforms", "torchvision.transforms.v2")
    package, transforms, v2 = modules = [ModuleType(name) for name in names]
    package.transforms, transforms.v2 = transforms, v2
    for name, module in zip(names, modules, strict=True):
        monkeypatch.setitem(sys.modules, name, module)
    return package


def test_nothing_is_declared_where_operators_load(stand_in):
    found = runpy.run_path(facelab._torchvision.__file__)
    assert found["torchvision"] is stand_in
    assert "_DECLARED" not in found


def test_other_failures_come_through(monkeypatch):
    class Broken:
        def find_spec(self, name, path=None, target=None):
            if name == "torchvision":
                raise RuntimeError("something else")

    monkeypatch.delitem(sys.modules, "torchvision")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(RuntimeError, match="something else"):
        runpy.run_path(facelab._torchvision.__file__)
