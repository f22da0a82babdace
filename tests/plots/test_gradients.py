import numpy as np
import pytest

from facelab.plots import alt, gradient_map, palette
from facelab.plots.gradients import powers_of

NORMS = np.array([[1e-6, 1e-4, 0.0], [1.0, 10.0, 100.0]])
LAYERS = ["dense1", "output"]


def test_colours_are_powers_of_ten_and_the_pointer_shows_norms():
    heat, *_ = gradient_map(NORMS, LAYERS).data
    np.testing.assert_allclose(heat.z, [[-6, -4, np.nan], [0, 1, 2]])
    np.testing.assert_allclose(heat.customdata, NORMS, rtol=1e-6)
    assert (heat.zmin, heat.zmax) == (-6, 2)
    assert list(heat.x) == [1, 2, 3]


def test_several_maps_share_their_colours():
    assert powers_of([NORMS, np.array([[1e-9, np.inf]])]) == (-9, 2)
    assert powers_of([np.zeros((2, 2))]) == (0, 1)
    heat, *_ = gradient_map(NORMS, LAYERS, powers=(-9, 3)).data
    assert (heat.zmin, heat.zmax) == (-9, 3)


def test_the_first_layer_is_at_the_bottom():
    fig = gradient_map(NORMS, LAYERS)
    assert fig.layout.yaxis.range == (-0.5, 1.5)
    assert fig.layout.yaxis.ticktext == ("dense1", "output")


def test_zero_and_what_is_no_number_have_colours_of_their_own():
    norms = np.array([[0.0, 1.0], [np.nan, np.inf]])
    _, lost, *entries = gradient_map(norms, LAYERS).data
    np.testing.assert_array_equal(lost.z, [[1, 0], [2, 2]])
    assert [colour for _, colour in lost.colorscale] == [palette.CLEAR, palette.GREY, palette.VERMILION]
    assert [entry.name for entry in entries] == ["zero", "not a finite number"]
    assert len(gradient_map(np.ones((2, 2)), LAYERS).data) == 1


def test_a_hundred_layers_over_a_hundred_epochs_stay_small():
    norms = 10.0 ** np.random.default_rng(0).uniform(-30, 0, (100, 100))
    fig = gradient_map(norms, [f"dense{layer}" for layer in range(1, 101)])
    assert list(fig.layout.yaxis.ticktext) == ["1", *map(str, range(10, 101, 10))]
    assert len(fig.to_json()) < 150_000


def test_gradients_in_words():
    start, end = "Gradient norm of 2 layers over", "in output."
    first, last = (alt(gradient_map(norms, LAYERS)) for norms in (NORMS[:, :2], NORMS))
    assert first == f"{start} 2 epochs. In the last epoch it goes from 0.0001 in dense1 to 10 {end}"
    assert last == f"{start} 3 epochs; 17 % of it is zero. In the last epoch it goes from 0 in dense1 to 1e+02 {end}"
    assert alt(gradient_map(np.zeros((0, 0)), [])) == "No gradient norms yet."


@pytest.mark.parametrize("norm", [0.0, 1.0, np.nan, 1e-300, 1e300])
def test_any_norm_gives_a_figure(norm):
    fig = gradient_map(np.full((1, 1), norm), ["output"], np.array([5]))
    assert alt(fig).endswith(".")
    assert fig.layout.xaxis.range == (4.5, 5.5)
    fig.to_json()
