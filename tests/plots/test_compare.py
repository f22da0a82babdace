import numpy as np
import pytest

from facelab.plots import Curve, against_setting, alt, overlaid_curves, palette
from facelab.plots.curves import smooth

EPOCHS = np.arange(5)
FALLING = np.array([2.0, 1.5, 1.0, 0.5, 0.25])
RUNS = [Curve("rate 0.1", 0, EPOCHS, FALLING), Curve("rate 1", 1, EPOCHS, np.array([2, 3, np.inf, np.nan, np.nan]))]
RESULTS = {
    "train": np.array([[0.5, 0.7], [0.9, np.nan]]),
    "test": np.array([[0.4, 0.6], [0.8, 0.8]]),
}


def named(fig, name):
    return next(trace for trace in fig.data if trace.name == name)


def test_every_run_has_its_curve_and_its_colour():
    fig = overlaid_curves(RUNS)
    np.testing.assert_allclose(named(fig, "rate 0.1").y, FALLING)
    np.testing.assert_array_equal(named(fig, "rate 1").y, np.float32([2, 3, np.nan, np.nan, np.nan]))
    assert named(fig, "rate 1").line.color == palette.alpha(palette.category(1), 1)
    assert fig.layout.hovermode == "closest"


def test_a_plain_tuple_is_a_curve():
    assert overlaid_curves([("rate 0.1", 0, [0, 1], [2, 1])]).data[0].name == "rate 0.1"


def test_smoothed_curves_lie_over_faint_raw_ones():
    raw, _, line, *_ = overlaid_curves(RUNS, smoothing=0.6).data
    np.testing.assert_allclose(raw.y, FALLING)
    assert raw.hoverinfo == "skip"
    assert raw.line.color == palette.alpha(palette.category(0), palette.FAINT)
    np.testing.assert_allclose(line.y, smooth(FALLING, 0.6), rtol=1e-6)


def test_a_cross_stands_where_a_run_diverged():
    (cross,) = [trace for trace in overlaid_curves(RUNS).data if trace.name == "diverged"]
    assert (cross.x, cross.y, cross.text) == ((1,), (3,), ("rate 1",))
    assert not any(trace.name == "diverged" for trace in overlaid_curves(RUNS[:1]).data)


@pytest.mark.parametrize(("x", "title"), [("epoch", "Epoch"), ("step", "Step"), ("seconds", "Time (s)")])
def test_curves_against_epochs_steps_and_time(x, title):
    assert overlaid_curves(RUNS, x=x).layout.xaxis.title.text == title


def test_a_log_axis_leaves_out_what_it_cannot_show():
    fig = overlaid_curves([Curve("run", 0, np.arange(3), np.array([1.0, 0.0, 0.1]))], log=True)
    assert fig.layout.yaxis.type == "log"
    np.testing.assert_array_equal(fig.data[0].y, np.float32([1, np.nan, 0.1]))


def test_shares_are_shown_in_per_cent():
    fig = overlaid_curves([Curve("run", 0, [0, 1], [0.2, 0.9])], y="Accuracy (%)", percent=True)
    np.testing.assert_allclose(fig.data[0].y, [20, 90])


def test_the_chosen_run_stands_out():
    plain, thick = overlaid_curves(RUNS, chosen=1).data[:2]
    assert thick.line.width > plain.line.width
    assert plain.line.color == palette.alpha(palette.category(0), 0.25)


def test_twenty_runs_look_different_and_stay_small():
    loss = np.random.default_rng(0).random((20, 5000))
    fig = overlaid_curves([Curve(f"run {i}", i, np.arange(5000), row) for i, row in enumerate(loss)], smoothing=0.5)
    lines = [trace for trace in fig.data if trace.showlegend]
    assert len({(trace.line.color, trace.line.dash) for trace in lines}) == 20
    assert len(fig.to_json()) < 500_000


def test_curves_in_words():
    assert alt(overlaid_curves([*RUNS, Curve("rate 0.01", 2, EPOCHS, 2 * FALLING)])) == (
        "Cross-entropy loss (nats) of 3 runs against epoch; at the end it is lowest, 0.25, for rate 0.1 and highest, "
        "0.5, for rate 0.01; 1 diverged."
    )
    assert alt(overlaid_curves([])) == "No curves to compare yet."
    assert alt(overlaid_curves([Curve("run", 0, [], [])])) == "No curves to compare yet."


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("loss", [[], [2.0], [np.nan, 1], [0.0, -1.0], [1.0, 1e300], [-2.0, -1.0]])
def test_any_loss_gives_a_figure(loss, log):
    fig = overlaid_curves([Curve("run", 30, np.arange(len(loss)), np.array(loss))], log=log, smoothing=0.9)
    assert alt(fig).endswith(".")
    fig.to_json()


def test_repeats_are_dots_and_their_means_a_line():
    fig = against_setting([1, 10], RESULTS, "Hidden layers")
    np.testing.assert_allclose(named(fig, "train, repeats").y, [50, 70, 90])
    np.testing.assert_allclose(named(fig, "train").y, [60, 90])
    np.testing.assert_allclose(named(fig, "test").y, [50, 80])
    assert fig.layout.xaxis.ticktext == ("1", "10")
    assert named(fig, "test").line.color == palette.SPLITS["test"]


def test_intervals_are_whiskers():
    ends = {"test": np.array([[0.3, 0.8], [np.nan, np.nan]])}
    bars = named(against_setting([1, 10], {"test": RESULTS["test"]}, "Hidden layers", ends), "test").error_y
    np.testing.assert_allclose(bars.array, [30, np.nan])
    np.testing.assert_allclose(bars.arrayminus, [20, np.nan])


def test_an_interval_beyond_100_per_cent_does_not_stretch_the_axis():
    fig = against_setting([1], {"test": np.array([[0.9, 1.0]])}, "Hidden layers", {"test": np.array([[0.3, 1.6]])})
    assert fig.layout.yaxis.range[1] <= 102


@pytest.mark.parametrize(
    ("values", "places", "title"),
    [
        ([1, 2, 6], [1, 2, 6], "Setting"),
        ([1.0, 0.01, 0.0001], [0, -2, -4], "Setting, log scale"),
        ([0, 0.1, 100], [0, 0.1, 100], "Setting"),
        (["sgd", "adam", "7"], [0, 1, 2], "Setting"),
        ([True, False], [0, 1], "Setting"),
    ],
)
def test_where_values_stand(values, places, title):
    fig = against_setting(values, {"test": np.full((len(values), 1), 0.5)}, "Setting")
    np.testing.assert_allclose(fig.layout.xaxis.tickvals, places)
    np.testing.assert_allclose(named(fig, "test").x, places)
    assert fig.layout.xaxis.title.text == title


def test_a_setting_in_words():
    assert alt(against_setting(["sgd", "adam"], {"test": RESULTS["test"]}, "optimizer")) == (
        "Accuracy (%) against optimizer, 2 values with 2 repeats each; the mean test value is highest, 80 %, at adam."
    )
    assert alt(against_setting([1], {"test": np.array([[np.nan]])}, "x")) == "There are no results to compare yet."


def test_loss_against_a_setting_is_no_share():
    fig = against_setting([1, 2], {"validation": np.array([[3.0], [1.0]])}, "Width", y="Loss (nats)", percent=False)
    np.testing.assert_allclose(named(fig, "validation").y, [3, 1])
