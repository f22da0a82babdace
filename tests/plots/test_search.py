import numpy as np

from facelab.plots import alt, importances, palette, parallel_coordinates, search_history

COLUMNS = {
    "learning rate": [1e-3, 1e-1, 1e-2, 1.0],
    "depth": [1, 2, 6, 2],
    "optimizer": ["adam", "sgd", "adam", "sgd"],
    "batch norm": [True, False, True, True],
}
ACCURACY = np.array([0.5, 0.9, 0.8, np.nan])


def test_numbers_stand_in_place_or_in_their_logarithm_and_texts_in_a_row():
    rate, depth, optimizer, norm, accuracy = parallel_coordinates(COLUMNS, ACCURACY).data[0].dimensions
    np.testing.assert_allclose(rate.values, [-3, -1, -2])
    assert list(rate.ticktext) == ["0.001", "0.01", "0.1"]
    np.testing.assert_allclose(depth.values, [1, 2, 6])
    assert (list(optimizer.values), list(optimizer.ticktext)) == ([0, 1, 0], ["adam", "sgd"])
    assert (list(norm.values), list(norm.ticktext)) == ([0, 1, 0], ["True", "False"])
    np.testing.assert_allclose(accuracy.values, [50, 90, 80])


def test_many_values_share_a_few_ticks():
    (depth, _) = parallel_coordinates({"depth": list(range(1, 16))}, np.linspace(0, 1, 15)).data[0].dimensions
    assert len(depth.tickvals) == 5


def test_a_search_in_words():
    assert alt(parallel_coordinates(COLUMNS, ACCURACY)) == (
        "Validation accuracy (%) of 4 runs from 50 to 90, highest at learning rate 0.1, depth 2, optimizer sgd and "
        "batch norm False; 1 diverged."
    )
    assert alt(parallel_coordinates(COLUMNS, np.full(4, np.nan))) == "There are no results to compare yet."


def test_the_most_important_setting_is_on_top():
    fig = importances(["depth", "learning rate"], [0.2, 0.8])
    assert list(fig.data[0].x) == [80, 20]
    assert fig.layout.yaxis.ticktext == ("learning rate", "depth")
    assert alt(fig) == "Share of the variation that each setting explains: learning rate 80 % and depth 20 %."
    assert "few more" in alt(importances([], []))


def test_pruned_trials_are_hollow_and_the_best_so_far_is_a_stair():
    values, best = np.array([np.nan, 0.6, 0.5, 0.9]), np.array([np.nan, 0.6, 0.6, 0.9])
    fig = search_history(np.arange(4), values, best, np.array([False, False, True, False]))
    stair, finished, pruned = fig.data
    np.testing.assert_allclose(stair.y, [np.nan, 60, 60, 90])
    assert stair.line.shape == "hv"
    assert list(finished.x) == [0, 1, 3]
    assert (list(pruned.x), pruned.marker.symbol) == ([2], "circle-open")
    assert finished.marker.color == palette.BLUE
    assert alt(fig) == "4 trials, 1 of them pruned; the best validation accuracy, 90 %, comes from trial 3."


def test_a_search_without_success():
    nothing = np.array([np.nan])
    assert alt(search_history([], [], [], [])) == "No trial has ended yet."
    assert alt(search_history([0], nothing, nothing, [True])) == "1 trial, 1 of them pruned; none has finished."
