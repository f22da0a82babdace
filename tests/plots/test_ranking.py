"""Bars of whom a face may show."""

from facelab import plots
from facelab.plots import palette
from facelab.plots.ranking import MOST


def test_a_bar_per_person_from_the_most_probable_down():
    fig = plots.ranked_people(["Ada", "<b>7</b>"], [0.75, 0.25])
    assert list(fig.data[0].x) == [75, 25]
    assert list(fig.layout.yaxis.ticktext) == ["Ada", "&lt;b&gt;7&lt;/b&gt;"]
    assert fig.layout.yaxis.range[0] > fig.layout.yaxis.range[1]
    assert "Ada 75.0 %" in plots.alt(fig)


def test_only_an_answer_to_be_believed_has_a_colour():
    for is_known, colour in ((True, palette.BLUE), (False, palette.GREY)):
        fig = plots.ranked_people(["Ada", "Bob"], [0.9, 0.1], is_known)
        assert list(fig.data[0].marker.color) == [colour, palette.GREY]


def test_the_least_probable_of_many_are_only_counted():
    names = [f"Person {number}" for number in range(MOST + 3)]
    fig = plots.ranked_people(names, [1 / len(names)] * len(names))
    assert len(fig.data[0].x) == MOST
    assert "3 people less probable" in plots.alt(fig)


def test_nobody_is_no_error():
    assert plots.alt(plots.ranked_people([], [])) == "There is nobody to choose from."
