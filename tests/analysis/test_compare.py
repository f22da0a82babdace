import math

import numpy as np
import pytest

from facelab.analysis import best_and_worst, differing_settings, grouped, means_over, spread_of_last, t_interval
from facelab.runs import RunConfig

NAN = math.nan


def test_the_interval_of_a_textbook():
    """Student's t of 4 degrees of freedom at 97.5 % is 2.776 in every table; 1 to 5 have variance 2.5."""
    low, high = t_interval(np.array([1, 2, 3, 4, 5]))
    assert (low, high) == pytest.approx((3 - 2.776 * math.sqrt(2.5 / 5), 3 + 2.776 * math.sqrt(2.5 / 5)), abs=1e-3)


def test_the_interval_of_two():
    """With one degree of freedom t is Cauchy's: its quantile at 97.5 % is tan(0.475 pi)."""
    half = math.tan(0.475 * math.pi) * math.sqrt(2) / math.sqrt(2)
    assert t_interval([0, 2]) == pytest.approx((1 - half, 1 + half))


def test_the_interval_holds_as_often_as_it_says():
    draws = np.random.default_rng(0).normal(0.8, 0.1, (4000, 3))
    hit = [low < 0.8 < high for low, high in map(t_interval, draws)]
    assert np.mean(hit) == pytest.approx(0.95, abs=0.01)


def test_one_repeat_has_no_interval():
    assert np.isnan(t_interval([0.5])).all()
    assert np.isnan(t_interval([0.5, NAN])).all()


def test_groups_come_in_order_of_first_appearance():
    groups = grouped(["b", "a", "b", "a", "c"], [0.5, NAN, 0.7, 0.4, math.inf])
    assert [group.label for group in groups] == ["b", "a", "c"]
    assert [group.count for group in groups] == [2, 1, 0]
    assert [group.diverged for group in groups] == [0, 1, 1]
    np.testing.assert_allclose([group.mean for group in groups], [0.6, 0.4, NAN])
    assert (groups[0].low, groups[0].high) == t_interval([0.5, 0.7])


def test_hidden_layers_are_labels_too():
    assert [group.label for group in grouped([[16, 16], [16], [16, 16]], [1, 2, 3])] == [(16, 16), (16,)]
    assert means_over([[16, 16], [16]], [0, 0], [1, 2]).rows == [(16, 16), (16,)]


def test_best_and_worst():
    assert best_and_worst([0.5, NAN, 0.9, 0.2, 0.9]) == (2, 3)
    assert best_and_worst([0.5]) == (0, 0)
    assert best_and_worst([NAN]) is None
    assert best_and_worst([]) is None


def test_the_spread_is_that_of_the_last_tenth():
    """A wild start does not count; +-1 around a mean has a standard deviation of sqrt(n / (n - 1))."""
    loss = np.concatenate([np.linspace(90, 0, 180), 5 + (-1.0) ** np.arange(20)])
    assert spread_of_last(loss) == pytest.approx(math.sqrt(20 / 19))
    assert spread_of_last(np.array([7.0, 1, 3])) == pytest.approx(math.sqrt(2))
    assert np.isnan([spread_of_last(np.array(few)) for few in ([], [1.0], [1.0, NAN], [1.0, math.inf])]).all()


def test_only_settings_that_differ():
    base = RunConfig.parse({"model": {"kind": "mlp", "hidden": [8, 8]}})
    assert differing_settings([base, base]) == {}
    assert differing_settings([]) == {}
    other = base.replace({"optimizer.learning_rate": 0.1, "model.hidden": [8]})
    assert differing_settings([base, other]) == {"optimizer.learning_rate": [1e-3, 0.1], "model.hidden": [[8, 8], [8]]}


def test_a_setting_that_one_run_lacks_differs():
    dense = RunConfig.parse({"model": {"kind": "mlp"}})
    found = differing_settings([dense, RunConfig()])
    assert found["model.kind"] == ["mlp", "convnet"]
    assert found["model.residual"] == [False, None]
    assert found["model.blocks"][0] is None
    assert "epochs" not in found


def test_a_grid_seen_by_two_of_its_settings():
    """Two rates by three widths by two seeds: the mean over the seeds."""
    grid = np.random.default_rng(0).random((2, 3, 2))
    cells = [(rate, width, grid[i, j]) for i, rate in enumerate((0.1, 0.01)) for j, width in enumerate((8, 16, 4))]
    runs = [(rate, width, value) for rate, width, values in cells for value in values]
    table = means_over(*zip(*runs, strict=True))
    assert (table.rows, table.columns) == ([0.01, 0.1], [4, 8, 16])
    np.testing.assert_allclose(table.means, grid.mean(2)[::-1][:, [2, 0, 1]])


def test_diverged_runs_leave_their_mean_and_empty_cells_are_gaps():
    table = means_over(["sgd", "sgd", "adam"], [True, True, False], [0.4, NAN, NAN])
    assert (table.rows, table.columns) == (["sgd", "adam"], [True, False])
    np.testing.assert_array_equal(table.means, [[0.4, NAN], [NAN, NAN]])
