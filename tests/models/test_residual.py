"""Known answers for the residual network, and its names."""

import pytest
import torch
from torch import nn

from facelab.models import ResidualConfig, blank
from facelab.models.residual import BasicBlock


def block(inputs, width, stride):
    return BasicBlock(inputs, width, stride, "relu").eval()


def test_a_block_that_learned_nothing_passes_its_input_on():
    silent = block(3, 3, 1)
    nn.init.zeros_(silent.second.norm.weight)
    x = torch.randn(2, 3, 5, 5)
    assert torch.equal(silent(x), x.relu())


@pytest.mark.parametrize(("inputs", "width", "stride"), [(3, 4, 1), (3, 3, 2), (3, 4, 2)])
def test_where_the_shape_changes_the_way_past_is_a_convolution(inputs, width, stride):
    """Of 1x1 pixel, every `stride` pixels, with a fresh batch norm that divides by sqrt(1 + its epsilon)."""
    silent = block(inputs, width, stride)
    nn.init.zeros_(silent.second.norm.weight)
    x = torch.randn(2, inputs, 6, 6)
    past = torch.einsum("oi,bihw->bohw", silent.shortcut.conv.weight[:, :, 0, 0], x[:, :, ::stride, ::stride])
    torch.testing.assert_close(silent(x), (past / (1 + silent.shortcut.norm.eps) ** 0.5).relu())


def test_maps_halve_in_the_stem_where_asked_and_from_stage_to_stage():
    for stem_stride, sides in ((1, [24, 24, 12, 6]), (2, [12, 12, 6, 3])):
        network = blank(ResidualConfig(widths=(2, 3, 4), blocks=2, stem_stride=stem_stride), (3, 24, 24), 2)
        maps = [network.stem(torch.zeros(1, 3, 24, 24))]
        for stage in network.stages:
            maps.append(stage(maps[-1]))
        assert [tuple(x.shape[1:]) for x in maps] == list(zip((2, 2, 3, 4), sides, sides, strict=True))


def test_pooling_keeps_the_mean_of_each_map_or_all_of_it():
    x = torch.randn(2, 3, 8, 8)
    for pool, reduce in (("average", lambda maps: maps.mean((2, 3))), ("none", lambda maps: maps.flatten(1))):
        network = blank(ResidualConfig(widths=(2, 4), pool=pool), (3, 8, 8), 2).eval()
        torch.testing.assert_close(network.embed(x), reduce(network.stages(network.stem(x))))


def test_names_read_well():
    network = blank(ResidualConfig(widths=(2, 3)), (3, 8, 8), 2)
    leaves = [name for name, module in network.named_modules() if not list(module.children())]
    parts = [f"{way}.{part}" for way in ("first", "second") for part in ("conv", "norm", "activation")][:-1]
    assert leaves == [
        "standardize",
        *("stem.conv", "stem.norm", "stem.activation"),
        *(f"stages.0.0.{part}" for part in (*parts, "shortcut", "activation")),
        *(f"stages.1.0.{part}" for part in (*parts, "shortcut.conv", "shortcut.norm", "activation")),
        *("pool.0", "pool.1", "dropout", "output"),
    ]
