import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from facelab.plots import Rates, alt, det_curves, palette, roc_curves
from facelab.plots.rates import deviate

STEPS = np.linspace(0, 1, 11)


def rates(label="ours", colour=0, point=(0.1, 0.5)):
    return Rates(label, colour, STEPS, np.sqrt(STEPS), 2 * STEPS, point)


def test_roc_in_per_cent_with_the_threshold_in_use():
    guessing, line, dot = roc_curves([rates()]).data
    assert tuple(guessing.x) == tuple(guessing.y) == (0, 100)
    np.testing.assert_allclose(line.y, 100 * np.sqrt(STEPS), rtol=1e-6)
    assert (dot.x[0], dot.y[0]) == (pytest.approx(10), pytest.approx(50))
    assert alt(roc_curves([rates(), rates("dlib", 1, None)])) == (
        "ROC curves of 2 networks; at its threshold ours accepts 50.0 % of the same and 10.0 % of the different pairs."
    )


def test_det_on_normal_deviates():
    fig = det_curves([rates()])
    equal, line, dot = fig.data
    assert tuple(equal.x) == tuple(equal.y)
    np.testing.assert_allclose(line.x[1:-1], ndtri(STEPS[1:-1]), atol=1e-6)
    np.testing.assert_allclose(line.y[1:-1], ndtri(1 - np.sqrt(STEPS[1:-1])), atol=1e-6)
    assert np.isnan([line.x[0], line.x[-1], line.y[0], line.y[-1]]).all()
    assert (dot.x[0], dot.y[0]) == (pytest.approx(ndtri(0.1)), pytest.approx(0, abs=1e-6))
    place = dict(zip(fig.layout.xaxis.ticktext, fig.layout.xaxis.tickvals, strict=True))
    assert (place["5"], place["0.5"]) == (pytest.approx(-1.644854), pytest.approx(-2.575829))


def test_normally_distributed_distances_give_a_straight_det_curve():
    thresholds = np.linspace(-2, 3, 40)
    near, far = (ndtr(thresholds - mean) for mean in (0, 2))
    line = det_curves([Rates("ours", 0, far, near, thresholds)]).data[1]
    np.testing.assert_allclose(np.diff(line.y) / np.diff(line.x), -1, rtol=1e-3)


def test_det_axes_reach_from_below_the_lowest_rate_that_is_drawn():
    low, high = det_curves([rates()]).layout.xaxis.range
    # At 0.8 false accepts; beyond that nothing is drawn.
    assert ndtri(0.7 * (1 - np.sqrt(0.8))) < low < ndtri(1 - np.sqrt(0.8))
    assert high == pytest.approx(ndtri(0.8))


@pytest.mark.parametrize("figure", [roc_curves, det_curves])
def test_curves_of_many_pairs_stay_light_and_those_of_none_say_so(figure):
    shares = np.linspace(0, 1, 100_000)
    fig = figure([Rates(f"network {index}", index, shares, shares, shares) for index in range(3)])
    assert all(len(line.x) <= palette.POINTS + 3 for line in fig.data)
    assert alt(figure([])) == "No network has been tested on pairs yet."


def test_deviates_of_certainty_are_gaps():
    assert np.isnan(deviate(np.array([0.0, 1.0]))).all()
    assert deviate(np.array([0.5])).tolist() == [0]
