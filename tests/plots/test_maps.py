import numpy as np

from facelab.plots import alt, settings_map

ACCURACY = np.array([[0.5, 0.6, np.nan], [0.7, 0.9, 0.8]])
AXES = (["0.01", "0.1", "1"], ["4", "8"], "Learning rate", "Units")


def test_cells_carry_their_accuracy_and_where_they_are():
    heat, cells = settings_map(ACCURACY, *AXES).data
    np.testing.assert_allclose(heat.z, 100 * ACCURACY)
    assert [list(row) for row in heat.text] == [["50", "60", "×"], ["70", "90", "80"]]
    assert list(zip(cells.y, cells.x, strict=True)) == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    assert cells.text[4] == "Learning rate 0.1<br>Units 8<br><b>90.0 %</b>"
    assert "diverged" in cells.text[2]


def test_the_best_cell_is_framed():
    (frame,) = settings_map(ACCURACY, *AXES).layout.shapes
    assert (frame.x0, frame.x1, frame.y0, frame.y1) == (0.5, 1.5, 0.5, 1.5)


def test_the_map_in_words():
    assert alt(settings_map(ACCURACY, *AXES)) == (
        "Test accuracy of 6 trainings over Learning rate and Units: from 50 % to 90 %, best at Learning rate 0.1 and "
        "Units 8; 1 diverged."
    )


def test_all_diverged():
    figure = settings_map(np.full((2, 3), np.nan), *AXES)
    assert not figure.layout.shapes
    assert alt(figure) == "Test accuracy of 6 trainings over Learning rate and Units: all diverged."
