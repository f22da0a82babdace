import numpy as np

from facelab import plots


def test_rows_are_shares_of_the_true_class_and_what_never_happened_is_empty():
    fig = plots.confusion(np.array([[3, 1], [0, 4]]), ["a", "b"])
    np.testing.assert_allclose(fig.data[0].z, [[75, 25], [np.nan, 100]])
    assert fig.data[0].text.tolist() == [["3", "1"], ["", "4"]]
    assert plots.alt(fig) == "Confusion of 2 classes: 7 of 8 answers are right; most often a is taken for b, 1 time."


def test_cells_can_be_chosen():
    _, markers = plots.confusion(np.array([[3, 1], [0, 4]]), ["a", "b"]).data
    assert list(zip(markers.x, markers.y, strict=True)) == [(0, 0), (1, 0), (1, 1)]
    assert markers.text[1] == "a, taken for b:<br>1 time, 25 % of its row"


def test_many_classes_are_not_written_out():
    fig = plots.confusion(np.eye(40, dtype=int), [str(number) for number in range(40)])
    assert fig.layout.xaxis.showticklabels is False
    assert plots.alt(fig) == "Confusion of 40 classes: 40 of 40 answers are right."
