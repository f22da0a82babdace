import numpy as np
import pytest
import torch

from facelab.analysis import Folded, Window, answers, survey, window, worst_borders
from facelab.data.points import MoonsSpec, load_points
from facelab.models import MLPConfig, build
from facelab.training import TrainingConfig, fit

POINTS = load_points(MoonsSpec(points=200, noise=0.2))
LINEAR = MLPConfig(hidden=())


def trained(**settings):
    model = build(MLPConfig(**{"hidden": (6, 6), "activation": "tanh"} | settings), POINTS, 0)
    for _ in fit(model, POINTS, TrainingConfig(epochs=3, batch_size=20)):
        pass
    return model


def right_half() -> torch.nn.Module:
    """A network that gives class 1 with probability sigmoid(20 x)."""
    model = build(LINEAR, POINTS, 0)
    model.standardize.mean.zero_(), model.standardize.std.fill_(1)
    with torch.no_grad():
        model.output.weight.copy_(torch.tensor([[0.0, 0.0], [20.0, 0.0]]))
        model.output.bias.zero_()
    return model


@pytest.mark.parametrize("batch_norm", [False, True])
@pytest.mark.parametrize("residual", [False, True])
@pytest.mark.parametrize("hidden", [(), (2,), (6, 6, 3)])
def test_folded_answers_as_the_model_does(batch_norm, residual, hidden):
    model = trained(hidden=hidden, batch_norm=batch_norm, residual=residual)
    inputs, _ = POINTS.split("test")
    with torch.no_grad():
        torch.testing.assert_close(Folded(model)(inputs)[1], model(inputs), atol=1e-5, rtol=1e-4)


def test_a_folded_network_stays_when_its_model_trains_on():
    model = trained()
    network = Folded(model)
    inputs, _ = POINTS.split("test")
    before = network(inputs)[1].clone()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1)
    torch.testing.assert_close(network(inputs)[1], before)


def test_a_unit_that_is_off_passes_nothing_on():
    model = trained(residual=True)
    inputs, _ = POINTS.split("test")
    hidden, logits = Folded(model)(inputs, off=[(1, 2)])
    with torch.no_grad():
        model.output.weight[:, 2] = 0
        torch.testing.assert_close(logits, model(inputs), atol=1e-5, rtol=1e-4)
    assert not hidden[1][:, 2].any()


def test_pixels_are_named_by_their_centres_from_the_top_left():
    grid = Window(left=0, right=4, bottom=0, top=2).grid(2, 4)
    np.testing.assert_allclose(grid[:5], [[0.5, 1.5], [1.5, 1.5], [2.5, 1.5], [3.5, 1.5], [0.5, 0.5]])


def test_regions_and_confidence_of_a_border_that_is_known():
    found = survey(Folded(right_half()), POINTS, Window(-1, 1, -1, 1), rows=4, columns=40)
    np.testing.assert_array_equal(found.regions, np.tile(np.repeat([0, 1], 20), (4, 1)))
    x = (np.arange(40) + 0.5) / 20 - 1
    certain = 1 / (1 + np.exp(-20 * np.abs(x)))
    np.testing.assert_array_equal(found.confidence[0], np.round(255 * (2 * certain - 1)))
    assert found.units.shape == (0, 24, 24)


def test_units_are_scaled_around_zero():
    units = survey(Folded(trained(hidden=(3, 20))), POINTS, window(POINTS), 5, 5, side=10).units
    assert units.shape == (3 + 8, 10, 10)
    assert all(np.abs(unit.astype(int) - 128).max() == 127 for unit in units)


def test_a_network_of_no_number_is_drawn_as_unsure():
    model = right_half()
    with torch.no_grad():
        model.output.weight.fill_(torch.nan)
    found = survey(Folded(model), POINTS, window(POINTS), 3, 3)
    assert not found.confidence.any()


def test_the_window_holds_every_point():
    view = window(POINTS)
    (left, bottom), (right, top) = POINTS.coordinates.min(0).values, POINTS.coordinates.max(0).values
    assert (view.left < left, view.right > right, view.bottom < bottom, view.top > top) == (True,) * 4


def test_the_worst_border_is_counted_and_placed():
    network = Folded(right_half())
    rows = POINTS.splits["test"]
    given = (POINTS.coordinates[rows][:, 0] > 0).long()
    wrong = given != POINTS.labels[rows]
    np.testing.assert_array_equal(answers(network, POINTS, rows), given)
    (border,) = worst_borders(network, POINTS)
    assert (border.names, border.errors, border.total) == (POINTS.names, int(wrong.sum()), len(rows))
    places = POINTS.to_original(POINTS.coordinates[rows][wrong].numpy())
    np.testing.assert_allclose(border.place, np.median(places, axis=0))
