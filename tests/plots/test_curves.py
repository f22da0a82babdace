import numpy as np
import pytest

from facelab.plots import accuracy_curves, alt, loss_curves, norm_curves, rate_curve
from facelab.plots.curves import smooth, thin

EPOCHS = {
    "epoch": np.array([1, 2, 3]),
    "train_loss": np.array([2.0, 1.0, 0.5]),
    "validation_loss": np.array([2.1, 1.2, 1.4]),
    "train_accuracy": np.array([0.2, 0.6, 0.9]),
    "validation_accuracy": np.array([0.25, 0.5, 0.45]),
    "learning_rate": np.array([0.1, 0.1, 0.01]),
    "gradient_norm.conv1": np.array([1.0, 0.5, 0.0]),
    "gradient_norm.output": np.array([3.0, 2.0, np.inf]),
}
STEPS = {"epoch": np.linspace(0.1, 3, 30), "loss": np.linspace(3, 0.4, 30)}


def named(fig, name):
    return next(trace for trace in fig.data if trace.name == name)


def test_loss_curves_hold_the_losses():
    fig = loss_curves(STEPS, EPOCHS)
    np.testing.assert_allclose(named(fig, "train, raw").y, STEPS["loss"], rtol=1e-6)
    np.testing.assert_allclose(named(fig, "train, running mean").y, smooth(STEPS["loss"], 0.6), rtol=1e-6)
    np.testing.assert_allclose(named(fig, "validation").y, EPOCHS["validation_loss"], rtol=1e-6)
    assert named(fig, "validation").y.dtype == np.float32


def test_loss_in_words():
    sentence = alt(loss_curves({}, EPOCHS))
    assert sentence == "Training loss falls from 2 to 0.5 over 3 epochs; validation loss is lowest, 1.2, at epoch 2."
    assert alt(loss_curves({}, EPOCHS, best_epoch=3)).endswith("validation loss is 1.4 at epoch 3.")


def test_a_loss_that_never_was_a_number_has_a_log_axis_too():
    fig = loss_curves({}, {"epoch": np.array([1]), "train_loss": np.array([np.nan])}, log=True)
    assert fig.layout.yaxis.type == "log"
    assert "never a number" in alt(fig)


def test_accuracy_in_per_cent():
    fig = accuracy_curves(EPOCHS, best_epoch=2, chance=0.2)
    np.testing.assert_allclose(named(fig, "validation").y, [25, 50, 45])
    assert alt(fig) == (
        "Training accuracy rises from 20 % to 90 %; validation accuracy is best, 50 %, at epoch 2; "
        "guessing would reach 20 %."
    )
    assert [shape.x0 for shape in fig.layout.shapes if shape.x0 == shape.x1] == [2]
    assert [shape.y0 for shape in fig.layout.shapes if shape.y0 == shape.y1] == [20]


def test_the_axis_stands_still_during_training():
    early = loss_curves({key: column[:2] for key, column in STEPS.items()}, {}, total_epochs=9)
    late = loss_curves(STEPS, EPOCHS, total_epochs=9)
    assert early.layout.xaxis.range == late.layout.xaxis.range
    assert early.layout.xaxis.range[1] >= 9
    assert early.layout.uirevision == late.layout.uirevision


def test_a_diverged_run_is_marked_and_its_beginning_stays_visible():
    loss = np.array([2.0, 3, 40, 5e8, np.inf, np.nan])
    fig = loss_curves({"epoch": np.arange(6) / 2, "loss": loss}, {}, diverged=4)
    assert fig.layout.shapes[0].x0 == 2
    assert fig.layout.yaxis.range == (0, 6)
    assert np.isnan(named(fig, "train, raw").y[-2:]).all()
    assert "diverges at epoch 2.00" in alt(fig)


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("loss", [[], [2.0], [np.nan], [np.inf, np.inf], [0.0, -1.0], [1e300, 1.0]])
def test_any_loss_gives_a_figure(loss, log):
    steps = {"epoch": np.arange(len(loss)) / 10, "loss": np.array(loss)}
    fig = loss_curves(steps, {}, log=log, diverged=0, best_epoch=1)
    assert alt(fig).endswith(".")
    fig.to_json()


def test_nothing_yet():
    for draw in (accuracy_curves, rate_curve, norm_curves):
        fig = draw({"epoch": np.array([])})
        assert "yet" in alt(fig)
        assert not fig.data
    assert alt(loss_curves({}, {})) == "No training steps yet."


def test_missing_columns_are_left_out():
    known = {"epoch": np.array([1]), "train_loss": np.array([1.5]), "validation_loss": np.array([np.nan])}
    assert [trace.name for trace in loss_curves({}, known).data] == ["train"]
    assert alt(loss_curves({}, known)) == "Training loss is 1.5 over 1 epoch."
    assert not accuracy_curves(known).data


def test_learning_rate():
    fig = rate_curve(EPOCHS)
    np.testing.assert_allclose(fig.data[0].y, EPOCHS["learning_rate"], rtol=1e-6)
    assert alt(fig) == "The learning rate goes from 0.1 to 0.01 over 3 epochs."


def test_gradients_have_gaps_where_a_log_axis_has_no_place():
    fig = norm_curves(EPOCHS)
    np.testing.assert_array_equal(named(fig, "conv1 (first)").y, np.float32([1, 0.5, np.nan]))
    assert np.isnan(named(fig, "output (last)").y[-1])
    assert fig.layout.yaxis.type == "log"


def test_many_layers_leave_the_legend_short():
    layers = {f"gradient_norm.conv{index}": np.full(3, 10.0**-index) for index in range(12)}
    fig = norm_curves({"epoch": np.arange(3), **layers})
    assert [trace.name for trace in fig.data if trace.showlegend] == ["conv0 (first)", "conv11 (last)"]
    assert alt(fig) == "In the last epoch the gradient norms of 12 layers reach from 1e-11 in conv11 to 1 in conv0."


def test_of_a_hundred_layers_five_are_drawn_and_named():
    layers = {f"gradient_norm.dense{index}": np.full(3, 10.0**-index) for index in range(1, 102)}
    fig = norm_curves({"epoch": np.arange(3), **layers}, powers=(-120, 0))
    names = ["dense1 (first)", "dense26", "dense51", "dense76", "dense101 (last)"]
    assert [trace.name for trace in fig.data if trace.showlegend] == [trace.name for trace in fig.data] == names
    assert fig.layout.yaxis.range == (-120, 0)
    assert "101 layers" in alt(fig)


def test_smoothing_is_unbiased_and_passes_over_gaps():
    np.testing.assert_allclose(smooth(np.full(5, 3.0), 0.9), 3)
    np.testing.assert_allclose(smooth(np.array([1.0, 3.0]), 0.5), [1, (0.25 * 1 + 0.5 * 3) / 0.75])
    np.testing.assert_allclose(smooth(np.array([1, np.nan, 1]), 0.5), [1, np.nan, 1])
    np.testing.assert_array_equal(smooth(np.array([1.0, 5.0]), 0), [1, 5])


def test_thinning_keeps_the_extremes():
    values = np.random.default_rng(0).normal(size=10_001)
    values[[123, 7000]] = 50, -50
    values[5000] = np.nan
    rows = thin(values, 1000)
    assert len(rows) <= 1010
    assert {123, 7000, 10_000} <= set(rows.tolist())
    assert (np.diff(rows) > 0).all()
