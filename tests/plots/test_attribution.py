import numpy as np
import pytest

from facelab.plots import (
    alt,
    attribution_maps,
    completeness_bars,
    deletion_curves,
    palette,
    randomisation_curves,
    view_sheet,
)
from facelab.plots.attribution import AGAINST, EITHER, FOR
from tests.plots.test_faces import decode

PHOTO = np.random.default_rng(0).integers(0, 256, (3, 6, 6), dtype=np.uint8)
SHARES = np.linspace(0, 1, 5)


def drawn(fig, index):
    """The index-th picture at its own size."""
    pixels = decode(fig.layout.images[index].source)
    times = pixels.shape[0] // 6
    return pixels[times // 2 :: times, times // 2 :: times]


def test_full_colour_is_at_the_limit_and_zero_shows_the_photo():
    values = np.zeros((6, 6))
    values[0] = [0, 1, 2, -2, -4, np.nan]
    fig = attribution_maps(PHOTO, np.stack([values, values]), ["signed", "sized"], [2, 2], [True, False])
    np.testing.assert_array_equal(drawn(fig, 0), PHOTO.transpose(1, 2, 0))
    signed, sized = drawn(fig, 1), drawn(fig, 2)
    assert signed[0, 2].tolist() == list(palette.rgb(FOR))
    assert signed[0, 3].tolist() == signed[0, 4].tolist() == list(palette.rgb(AGAINST))
    assert sized[0, 2].tolist() == sized[0, 3].tolist() == list(palette.rgb(EITHER))
    for place in (0, 5):
        assert len(set(signed[0, place].tolist())) == 1
    low, high = sorted([signed[0, 2, 2], signed[0, 0, 2]])
    assert low < signed[0, 1, 2] < high


def test_zero_on_white_is_pale_whatever_the_photo():
    fig = attribution_maps(PHOTO, np.zeros((1, 6, 6)), ["nothing"], [1], [True], over_photo=False)
    assert (drawn(fig, 1) == 255).all()


def test_captions_stand_under_their_maps_and_the_pointer_reads_the_scale():
    fig = attribution_maps(PHOTO, np.ones((3, 6, 6)), ["a", "b", "c"], [1, 1, 1], [True] * 3, columns=2)
    assert [note.text for note in fig.layout.annotations] == ["Photo", "a", "b", "c"]
    for picture, note in zip(fig.layout.images, fig.layout.annotations, strict=True):
        assert note.x == picture.x + 0.5
        assert note.y == picture.y + picture.sizey
    assert fig.data[0].text[1] == "a<br>full colour at 1"
    assert [trace.name for trace in fig.data[1:]] == ["speaks for", "speaks against"]
    assert alt(fig) == "A photo and 3 maps of which pixels count, on one scale: a, b and c."
    assert "each on its own scale" in alt(attribution_maps(PHOTO, np.ones((2, 6, 6)), "ab", [1, 2], [True] * 2))


def test_views_are_drawn_as_they_are():
    grey = np.linspace(0, 1, 36).reshape(6, 6)
    fig = view_sheet({"Colour": PHOTO.transpose(1, 2, 0) / 255, "Grey": grey, "One channel": grey[..., None]})
    np.testing.assert_array_equal(drawn(fig, 0), PHOTO.transpose(1, 2, 0))
    np.testing.assert_array_equal(drawn(fig, 1), drawn(fig, 2))
    assert drawn(fig, 1)[5, 5].tolist() == [255] * 3
    assert alt(fig) == "3 views of one map: Colour, Grey and One channel."


def test_deletion_beside_the_range_of_random_orders():
    random = np.stack([1 - SHARES, np.ones(5)])
    fig = deletion_curves(SHARES, {"Saliency": np.array([1, 0, 0, 0, 0])}, random)
    band, mean, line = fig.data
    np.testing.assert_allclose(band.y, [100] * 5 + [0, 25, 50, 75, 100])
    np.testing.assert_allclose(mean.y, 100 * random.mean(0))
    assert (mean.name, line.name) == ("2 random orders: area 0.75", "Saliency: area 0.12")
    assert alt(fig).endswith("pixels go: area 0.12 for Saliency; area 0.75 in random order.")


def test_randomisation_runs_from_the_trained_network_down():
    fig = randomisation_curves(["output", "conv"], {"a": np.array([1, 0.2, -0.4]), "b": np.array([np.nan] * 3)})
    assert fig.layout.xaxis.ticktext == ("none", "output", "conv")
    assert fig.layout.yaxis.range[0] == pytest.approx(-0.45)
    assert alt(fig).endswith("once all layers are randomised: a -0.40.")
    assert "No map is left" in alt(randomisation_curves(["output"], {"b": np.array([1, np.nan])}))


def test_completeness_in_words():
    fig = completeness_bars(7.6, 8.0)
    np.testing.assert_allclose(fig.data[0].x, [7.6, 8])
    assert alt(fig) == "The map adds up to 7.6 and the score changes by 8: 0.4 apart (5 %)."
    assert alt(completeness_bars(0.1, 0)).endswith("0.1 apart.")


@pytest.mark.parametrize(
    "fig",
    [
        attribution_maps(PHOTO, np.zeros((0, 6, 6)), [], [], []),
        deletion_curves(SHARES, {}, np.zeros((0, 5))),
        randomisation_curves([], {}),
    ],
)
def test_nothing_yet_is_said(fig):
    assert alt(fig).startswith("No ")
