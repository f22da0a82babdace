"""Points drawn by hand: to text and back, and what cannot be drawn."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facelab.data import load_points
from facelab.data.points import DrawnSpec, append_drawn, parse_drawn
from facelab.errors import DataError, SettingsError

place = st.floats(-6, 6).map(lambda value: round(value, 2))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(place, place, st.integers(0, 7)), max_size=50))
def test_text_brings_the_points_back(points):
    coordinates, labels = parse_drawn(append_drawn("", points))
    np.testing.assert_allclose(coordinates, np.array([point[:2] for point in points]).reshape(-1, 2))
    assert labels.tolist() == [point[2] for point in points]
    assert (coordinates.dtype, labels.dtype) == (np.float64, np.int64)


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789.,;- ex"), max_size=30) | st.text(max_size=20))
def test_any_other_text_is_one_sentence(text):
    said = ""
    try:
        coordinates, labels = parse_drawn(text)
        assert len(coordinates) == len(labels)
    except SettingsError as error:
        said = str(error)
    assert not said or (said.startswith("Point ") and said.endswith("a class from 0 to 7."))


def test_text_is_short_and_stays_in_the_window():
    assert append_drawn("1,2,0", [(1.234, -0.001, 1), (9, -7, 2)]) == "1,2,0;1.23,0,1;6,-6,2"


def test_points_stay_where_they_are_when_one_is_added():
    text = append_drawn("", [(number - 5.5, 2, number % 2) for number in range(12)])
    few, many = (load_points(DrawnSpec(drawn=each)) for each in (text, append_drawn(text, [(6, -6, 0)])))
    assert many.coordinates[:12].equal(few.coordinates)
    assert many.coordinates[12].tolist() == [2, -2]
    assert many.names == ("Class 1", "Class 2")


def test_classes_without_points_do_not_count():
    text = append_drawn("", [(number / 2, 0, 5 * (number % 2)) for number in range(10)])
    points = load_points(DrawnSpec(drawn=text))
    assert points.names == ("Class 1", "Class 6")
    assert points.notes == ()


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        ("", "There are only 0 points: give at least 10."),
        ("0,0,0", "There is only 1 point: give at least 10."),
        (";".join(f"0,0,{label}" for label in (0, 1, 2, 3, 4, 5, 6, 7)) + ";0,0,0" * 9, "but here only Class 1 has"),
        ("0,0,0;" * 12, "but here only Class 1 has at least 2 points"),
        ("0,0,0;1,1,1;" * 4, "There are only 8 points: give at least 10."),
    ],
)
def test_too_few_is_said(drawn, sentence):
    with pytest.raises(DataError) as caught:
        load_points(DrawnSpec(drawn=drawn))
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        ("1,1,0;1,x,0", "drawn: Point 2 is '1,x,0', but a point is x,y,class such as 1.5,-2,0"),
        ("7,1,0", "drawn: Point 1 is '7,1,0'"),
        ("1,1,8", "drawn: Point 1 is '1,1,8'"),
        ("1,1,0;" * 2001, "drawn: 2,001 points are too many: at most 2,000 can be drawn."),
    ],
)
def test_wrong_text_is_one_sentence(drawn, sentence):
    with pytest.raises(SettingsError) as caught:
        DrawnSpec.parse({"drawn": drawn})
    assert str(caught.value).startswith(sentence)
