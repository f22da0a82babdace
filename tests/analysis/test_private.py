"""Whatever looks into a network leaves it alone, and is not disturbed by what others hang on it."""

from threading import Lock

import pytest
import torch
from torch import nn

from facelab.analysis import embed, find_peaks, map_layers, read_units
from facelab.analysis.invariance import sweep
from facelab.analysis.private import private
from facelab.models import ENCODERS
from tests.analysis.networks import SIDE, network

IMAGES = torch.randint(0, 256, (4, 3, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
LABELS = torch.tensor([0, 1, 2, 0])
LOOKS = {
    "embed": (embed, ENCODERS),
    "peaks": (lambda model, images: find_peaks(model, images, "blocks.0.conv"), ["convnet"]),
    "maps": (lambda model, images: map_layers(model, images.shape[1:]), ["convnet"]),
    "units": (lambda model, images: read_units(model, images, LABELS, 3), ["mlp"]),
    "sweep": (lambda model, images: list(sweep(model, images, LABELS, ["rotation"], (1.0,))), ENCODERS),
}


class Listener:
    """A hook's owner that cannot be copied."""

    def __init__(self):
        self.lock, self.heard = Lock(), []

    def note(self, *args):
        self.heard.append(args)


@pytest.mark.parametrize(("look", "kind"), [(name, kind) for name, (_, kinds) in LOOKS.items() for kind in kinds])
def test_a_network_that_others_listen_to_is_looked_into_unheard(look, kind):
    model, listener = network(kind).train(), Listener()
    for module in model.modules():
        module.register_forward_hook(listener.note)
    LOOKS[look][0](model, IMAGES)
    assert not listener.heard
    assert all(module.training and len(module._forward_hooks) == 1 for module in model.modules())
    assert all(value.requires_grad and value.grad is None for value in model.parameters())


def test_a_private_network_answers_alike_and_owns_its_weights():
    model = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(inplace=True), nn.Dropout(), nn.Flatten(), nn.LazyLinear(2))
    photos = IMAGES / 255
    model(photos)
    ours, before = private(model), model.eval()(photos)
    assert torch.equal(ours(photos), before)
    with torch.no_grad():
        for value in ours.parameters():
            value.zero_()
    assert torch.equal(model(photos), before)
    assert (ours[1].inplace, model[1].inplace) == (False, True)
