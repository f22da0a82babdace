import numpy as np
import pytest
import torch

from facelab.analysis.attribution import BASELINES, VIEWS, four_views, heat, strength

GRADIENT = torch.tensor([[[-2.0, 0.0], [1.0, 4.0]], [[1.0, 0.0], [0.0, -1.0]], [[0.0, 0.0], [2.0, 0.0]]])


def test_the_four_views_by_hand():
    views = four_views(GRADIENT)
    np.testing.assert_allclose(views["Colour"][..., 0], [[0, 1 / 3], [0.5, 1]])
    np.testing.assert_allclose(views["Positive saliency"][..., 0], [[0, 0], [0.25, 1]])
    np.testing.assert_allclose(views["Negative saliency"][..., 0], [[1, 0], [0, 0]])
    top = np.percentile([3, 0, 3, 5], 99)
    np.testing.assert_allclose(views["Grey"], [[3 / top, 0], [3 / top, 1]], rtol=1e-6)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("scale", [0.0, 1e-30, 1.0, -1.0])
def test_views_are_ready_to_draw(channels, scale):
    gradient = scale * torch.rand(channels, 5, 4, generator=torch.Generator().manual_seed(0))
    views = four_views(gradient)
    assert views.keys() == VIEWS.keys()
    for title, view in views.items():
        assert view.shape == ((5, 4) if title == "Grey" else (5, 4, channels))
        assert view.dtype == np.float32
        assert view.min() >= 0
        assert view.max() <= 1


def test_heat_sums_what_has_a_sign_and_takes_the_largest_of_what_has_not():
    np.testing.assert_allclose(heat(GRADIENT[None], "integrated_gradients")[0], [[-1, 0], [3, 3]])
    np.testing.assert_allclose(heat(GRADIENT[None], "guided_backprop")[0], [[2, 0], [2, 4]])


def test_one_strength_for_several_maps():
    maps = np.array([[0, 1, 2], [0, -50, 50]])
    assert strength(maps) == pytest.approx(np.percentile([1, 2, 50, 50], 99))
    assert strength(-maps) == strength(maps)
    assert strength(np.zeros((2, 2))) == strength(np.full((2, 2), np.nan)) == 1
    assert strength(np.array([np.nan, np.inf, 2])) == 2


def test_a_network_that_diverged_has_views_too():
    views = four_views(torch.full((3, 2, 2), torch.nan))
    assert all(np.isfinite(view).all() for view in views.values())


@pytest.mark.parametrize("side", [1, 2, 7, 28])
@pytest.mark.parametrize("name", BASELINES)
def test_baselines_have_the_photos_shape_and_range(name, side):
    photos = torch.rand(2, 3, side, side, generator=torch.Generator().manual_seed(0))
    found = BASELINES[name](photos)
    assert found.shape == photos.shape
    assert found.min() >= 0
    assert found.max() <= 1
    assert found.var() <= photos.var() + 1e-6


def test_the_mean_colour_is_each_photos_own():
    photos = torch.rand(2, 3, 4, 4)
    np.testing.assert_allclose(BASELINES["mean colour"](photos)[1, 2], photos[1, 2].mean(), rtol=1e-6)
