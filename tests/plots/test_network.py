"""Figures of what a network is and sees: weights, architecture, receptive fields."""

import numpy as np
import pytest

from facelab.plots import alt, architecture, palette, receptive_field, weight_wall
from facelab.plots.diagram import family
from facelab.plots.weights import MODES

LAYERS = [
    {"name": "input", "kind": "Input", "shape": (3, 64, 64), "parameters": 0},
    {"name": "conv1", "kind": "Conv2d", "shape": (16, 64, 64), "parameters": 448},
    {"name": "pool1", "kind": "MaxPool2d", "shape": (16, 32, 32), "parameters": 0},
    {"name": "output", "kind": "Linear", "shape": (6,), "parameters": 98_310},
]


def test_signed_weights_share_one_scale_with_white_in_the_middle():
    weights = np.array([0.0, 0.5, -1.0]).reshape(3, 1, 1, 1)
    pictures, _ = MODES["signed"](weights, 1.0)
    assert pictures[0, 0, 0].tolist() == [255, 255, 255]
    assert pictures[2, 0, 0].tolist() == list(palette.rgb(palette.DIVERGING[0]))
    assert pictures[1, 0, 0, 0] > pictures[1, 0, 0, 2]


def test_colour_stretches_each_unit_to_its_own_range():
    weights = np.random.default_rng(0).normal(size=(4, 3, 5, 5)) * np.array([1, 2, 3, 4]).reshape(4, 1, 1, 1)
    pictures, _ = MODES["colour"](weights, 1.0)
    assert pictures.shape == (4, 5, 5, 3)
    assert pictures.min((1, 2, 3)).tolist() == [0] * 4
    assert pictures.max((1, 2, 3)).tolist() == [255] * 4


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("channels", [1, 3, 16])
def test_every_mode_draws_any_weights(mode, channels):
    weights = np.zeros((5, channels, 3, 3), np.float32)
    weights[1, 0, 0, 0] = np.nan
    fig = weight_wall(weights, mode=mode)
    assert len(fig.data[0].text) == 5
    assert "5 units" in alt(fig)


def test_wall_names_each_unit():
    fig = weight_wall(np.full((2, 1, 1, 1), 0.25), titles=["Ada", "Alan"])
    assert fig.data[0].text[1] == "<b>Alan</b><br>weights 0.250 to 0.250"
    assert alt(weight_wall(np.zeros((0, 3, 5, 5)))) == "No weights to show."


def test_architecture_names_every_layer():
    fig = architecture(LAYERS)
    assert fig.layout.xaxis.ticktext[1] == "<b>conv1</b><br>16 × 64 × 64"
    assert fig.data[0].text[1] == "<b>conv1</b> (Conv2d)<br>output 16 × 64 × 64<br>448 parameters"
    assert len(fig.layout.annotations) == len(LAYERS) - 1
    assert alt(fig) == "A network of 4 layers with 98,758 parameters, from input (3 × 64 × 64) to output (6)."


def test_blocks_shrink_with_their_feature_maps():
    fronts = [architecture(LAYERS).layout.shapes[3 * index].path for index in range(3)]
    heights = [np.ptp([float(point.split(",")[1]) for point in path.strip("MZ").split("L")]) for path in fronts]
    assert heights[0] == heights[1] > heights[2]


@pytest.mark.parametrize("number", [0, 1, 25])
def test_architecture_of_any_depth(number):
    fig = architecture((LAYERS * 7)[:number])
    assert len(fig.layout.shapes) == 3 * number


def test_families():
    assert [family(kind) for kind in ("Conv2d", "AvgPool2d", "Linear", "Flatten")] == [
        "convolution",
        "pooling",
        "dense",
        "other",
    ]


def test_receptive_fields_lie_where_the_boxes_say():
    image = np.zeros((3, 32, 32), np.uint8)
    fig = receptive_field(image, [{"name": "conv1", "box": (4, 6, 7, 9)}, {"name": "conv2", "box": (-20, 2, 60, 30)}])
    small = fig.data[1]
    assert {y for y in small.y if y is not None} == {4, 7}
    assert {x for x in small.x if x is not None} == {6, 9}
    assert (
        alt(fig)
        == "One unit of conv1 sees 3 × 3 px of the 32 × 32 px face, one of conv2 80 × 28 px, reaching outside it."
    )


def test_a_field_reaching_outside_is_cut_with_a_dashed_line():
    fig = receptive_field(np.zeros((32, 32, 3), np.uint8), [{"name": "conv2", "box": (-20, 2, 60, 30)}])
    cut = next(trace for trace in fig.data if trace.line.dash not in (None, "solid"))
    low, high = fig.layout.yaxis.range[::-1]
    assert {y for y in cut.y if y is not None} == {low, high}
    assert "conv2" in alt(fig)


def test_no_receptive_fields():
    assert alt(receptive_field(np.zeros((3, 8, 8), np.uint8), [])).startswith("This network has no layers")
