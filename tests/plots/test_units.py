import numpy as np

from facelab.plots import alt, feature_wall, palette, unit_sheet, weight_wall
from facelab.plots.weights import diverging

RNG = np.random.default_rng(0)
WEIGHTS = RNG.normal(size=(6, 3, 8, 8)).astype(np.float32)
PHOTOS = RNG.integers(0, 256, (6, 2, 3, 8, 8), dtype=np.uint8)


def framed(fig):
    return [trace for trace in fig.data if trace.line.color == palette.ORANGE]


def test_a_sorted_wall_gives_back_the_units_numbers():
    order = np.array([4, 2, 0])
    fig = weight_wall(WEIGHTS[order], units=order)
    assert fig.data[0].customdata == (4, 2, 0)
    assert fig.data[0].text[0].startswith("<b>unit 4</b>")
    assert not framed(fig)


def test_chosen_units_are_framed():
    fig = weight_wall(WEIGHTS[[4, 2, 0]], units=[4, 2, 0], chosen=[2])
    (frame,) = framed(fig)
    assert np.nanmean(frame.x[:4]) == fig.data[0].x[1]


def test_one_scale_can_hold_for_several_walls():
    fig = weight_wall(WEIGHTS[:2], limit=50.0)
    (bar,) = [trace for trace in fig.data if trace.marker.showscale]
    assert (bar.marker.cmin, bar.marker.cmax) == (-50, 50)


def test_zero_is_white_and_the_ends_are_the_palettes():
    blue, white, red = diverging(np.array([[[-2.0, 0.0, 2.0]]]), 2.0)[0, 0].tolist()
    assert white == [255, 255, 255]
    assert tuple(blue) == palette.rgb(palette.DIVERGING[0])
    assert tuple(red) == palette.rgb(palette.DIVERGING[-1])


def test_a_row_per_unit():
    fig = unit_sheet(WEIGHTS[:2], PHOTOS[:2], PHOTOS[2:4], titles=["unit 4", "unit 2"])
    assert len(fig.data[0].x) == 2 * (1 + 2 + 2)
    assert fig.layout.yaxis.ticktext == ("unit 4", "unit 2")
    assert [note.text for note in fig.layout.annotations] == ["Weights", "Excite it most", "Least"]
    assert alt(fig) == (
        "2 units, each with its weights (blue is negative, white zero, red positive) and the 2 photos that excite it "
        "most and least."
    )


def test_units_without_photos():
    fig = unit_sheet(WEIGHTS[:1], PHOTOS[:1, :0], PHOTOS[:1, :0])
    assert [note.text for note in fig.layout.annotations] == ["Weights"]


def test_feature_maps():
    maps = np.zeros((3, 4, 4), np.float32)
    maps[1] = np.arange(16).reshape(4, 4)
    fig = feature_wall(maps, units=[7, 5, 3], chosen=5, layer="blocks.0.conv")
    assert fig.data[0].customdata == (7, 5, 3)
    assert len(framed(fig)) == 1
    assert alt(fig) == (
        "3 feature maps of 4 × 4 of blocks.0.conv for one photo, from 0 to 15; 1 of them are not the same everywhere."
    )


def test_nothing_to_show():
    assert alt(feature_wall(np.empty((0, 4, 4)))) == "No feature maps to show."
    assert alt(unit_sheet(WEIGHTS[:0], PHOTOS[:0], PHOTOS[:0])) == "No units to show."
