"""What people typed, names of persons and of runs, is shown as they typed it and never read as markup."""

import numpy as np
import pytest

from facelab import plots

NAME = '<a href="https://example.org">Ann</a> & <b>Bob</b>'
SHOWN = '&lt;a href="https://example.org"&gt;Ann&lt;/a&gt; &amp; &lt;b&gt;Bob&lt;/b&gt;'
NAMES = [NAME, "Cem"]
X = np.array([0.0, 0.5, 1.0])
FACES = np.zeros((2, 3, 8, 8), np.uint8)
FIGURES = {
    "ranked_people": lambda: plots.ranked_people(NAMES, [0.7, 0.3]),
    "confusion": lambda: plots.confusion(np.array([[3, 1], [2, 4]]), NAMES),
    "split_counts": lambda: plots.split_counts(tuple(NAMES), {"train": np.array([3, 2])}),
    "ranked split_counts": lambda: plots.split_counts((NAME,) * 80, {"train": np.arange(80) + 1}),
    "answer_sheet": lambda: plots.answer_sheet(FACES, [0, 1], [1, 1], [0.9, 0.8], NAMES),
    "person_rates": lambda: plots.person_rates(NAMES, (X[1:], X[1:], X[1:]), (X[1:], X[1:], X[1:])),
    "face_sheet": lambda: plots.face_sheet(FACES, columns=1, row_titles=NAMES),
    "overlaid_curves": lambda: plots.overlaid_curves([plots.Curve(NAME, 0, X, X)], "epoch", "Loss", smoothing=0.5),
    "diverged overlaid_curves": lambda: plots.overlaid_curves(
        [plots.Curve(NAME, 0, X, np.array([1, 2, np.inf]))], "epoch", "Loss"
    ),
    "strength_curves": lambda: plots.strength_curves([plots.Band(NAME, 0, X, X, X, X)]),
    "roc_curves": lambda: plots.roc_curves([plots.Rates(NAME, 0, X, X, X, (0.5, 0.5))]),
    "det_curves": lambda: plots.det_curves([plots.Rates(NAME, 0, X, X, X, (0.5, 0.5))]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_markup_in_a_name_is_shown_and_not_followed(name):
    figure = FIGURES[name]()
    figure.layout.meta = None  # the text for those who cannot see it, in which nothing is markup
    drawn = str(figure.to_dict())
    assert SHOWN in drawn
    assert "<a " not in drawn
    assert "<b>Bob" not in drawn
