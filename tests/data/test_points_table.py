"""Points from CSV files: every layout that is understood, and bad input at every door."""

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from facelab.data import load_points, save_table
from facelab.data.points import TableSpec, table
from facelab.data.points.table import _cloud
from facelab.errors import DataError

GOOD = [f"{index},{index % 5},{'ab'[index % 2]}" for index in range(12)]


@pytest.fixture
def write(tmp_path):
    """Writes a CSV file of these lines, and returns the spec of it."""

    def to_file(*lines: str, name: str = "points.csv", encoding: str = "utf-8") -> TableSpec:
        (tmp_path / name).write_text("\n".join(lines), encoding)
        return TableSpec(path=str(tmp_path / name))

    return to_file


def originals(points) -> np.ndarray:
    return points.to_original(points.coordinates)


def test_a_path_is_looked_for_in_the_folder_of_real_data_too(write, tmp_path, monkeypatch):
    whole = load_points(write("x,y,label", *GOOD))
    monkeypatch.setenv("FACELAB_DATA", str(tmp_path))
    assert load_points(TableSpec(path="points.csv")).fingerprint == whole.fingerprint


def test_columns_in_any_order_and_case_beside_others(write):
    rows = [f"{index},{'ab'[index % 2]},{10 + index},ignored,{index}" for index in range(12)]
    points = load_points(write(",LABEL, Y ,more,X", *rows))
    np.testing.assert_allclose(originals(points), [[index, 10 + index] for index in range(12)], atol=1e-4)
    assert points.names == ("a", "b")
    assert (points.axes, points.aspect, points.notes) == (("x", "y"), None, ())


def test_semicolons_with_decimal_commas(write):
    points = load_points(write("x;y;label", *(f"{index},5;-{index},25;{'ab'[index % 2]}" for index in range(12))))
    np.testing.assert_allclose(originals(points), [[index + 0.5, -index - 0.25] for index in range(12)], atol=1e-4)


def test_longitude_and_latitude_are_a_map(write):
    points = load_points(write("lat,long,country", *(f"{50 + index},{index},{'ab'[index % 2]}" for index in range(11))))
    np.testing.assert_allclose(originals(points)[10], [10, 60], atol=1e-4)
    assert points.is_map
    assert points.aspect == pytest.approx(1 / math.cos(math.radians(55)))


def test_numbers_as_classes_are_in_their_order(write):
    points = load_points(write("x,y,label", *(f"{index},0,{(2, 10, 1)[index % 3]}" for index in range(12))))
    assert points.names == ("1", "2", "10")


def test_as_spreadsheets_write_it(write):
    points = load_points(write("x,y,label\r", *(f"{row}\r" for row in GOOD), ",,\r", "\r", encoding="utf-8-sig"))
    assert (len(points), points.notes) == (12, ())


def test_a_folder_of_files_is_one_table(write):
    write("x,y,label", *GOOD, name="test.csv")
    spec = write("label,x,y", "c,1,1", "c,2,?", "c,3,1", "c,4,1", "c,5,1", name="train.CSV")
    points = load_points(TableSpec(path=str(Path(spec.path).parent)))
    assert (len(points), points.names) == (16, ("a", "b", "c"))
    assert points.notes[0].endswith("line 3 of train.CSV.")


def test_bad_rows_are_named_by_line(write):
    bad = [",1,a", "1,,a", "1,1,", "1,1", "nan,1,a", "inf,1,a", "one,1,a", "1,-1e300,b"]
    points = load_points(write("x,y,label", *GOOD[:6], "", *bad, *GOOD[6:]))
    assert len(points) == 12
    assert points.notes == (
        "8 rows were left out for want of a class or of two numbers in range: lines 9, 10, 11, 12, 13 and 3 more.",
    )


def test_a_row_over_several_lines_counts_as_it_stands(write):
    points = load_points(write("x,y,label,remark", '1,1,a,"two\nlines"', "x,1,a,", *(row + "," for row in GOOD)))
    assert points.notes == ("1 row was left out for want of a class or of two numbers in range: line 4.",)


def test_a_place_off_the_map_is_a_bad_row(write):
    points = load_points(write("long,lat,country", "10,95,a", *GOOD))
    assert points.notes[0].endswith("line 2.")


def test_a_class_too_small_to_split_is_left_out(write):
    points = load_points(write("x,y,label", *GOOD, "3,3,lonely"))
    assert (points.names, len(points)) == (("a", "b"), 12)
    assert points.notes == ("Left out for having fewer than 2 points: lonely (1).",)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "points.csv needs columns called long,lat,country or x,y,label, but its first line is empty."),
        (
            ["x,y,class", *GOOD],
            "points.csv needs columns called long,lat,country or x,y,label, but it has x, y, class.",
        ),
        (["x,y,label"], "points.csv has no row with two numbers and a class."),
        (["x,y,label", *GOOD[:9]], "There are only 9 points: give at least 10."),
        (["x,y,label", *GOOD[::2] * 2], "A network needs two classes to tell apart, but here only a has at least 2"),
        (
            ["x,y,label", *(f"1,2,{index}" for index in range(301))],
            "points.csv has more than 256 classes: is label the",
        ),
        (["x,y,label", '1,2,"' + "a" * 200_000 + '"'], "points.csv is not a CSV file: line 2: field larger than"),
    ],
)
def test_what_is_no_such_table_is_one_sentence(write, lines, sentence):
    with pytest.raises(DataError) as caught:
        load_points(write(*lines))
    assert str(caught.value).startswith(sentence)


def test_too_many_rows_or_bytes(write, monkeypatch):
    spec = write("x,y,label", *GOOD)
    monkeypatch.setattr(table, "MAX_ROWS", 11)
    with pytest.raises(DataError, match="more than 11 points"):
        load_points(spec)
    monkeypatch.setattr(table, "MAX_BYTES", 2**20)
    Path(spec.path).write_bytes(b" " * (2**20 + 1))
    with pytest.raises(DataError, match=r"points\.csv is larger than 1 MB"):
        load_points(spec)


@pytest.mark.parametrize("path", ["", "  ", "/no/such/file.csv", "\0", "x" * 4000, "~nobody-of-this-name/a.csv"])
def test_no_such_file(path):
    with pytest.raises(DataError, match="path"):
        load_points(TableSpec(path=path))


def test_no_table_in_a_folder_and_files_that_differ(write, tmp_path):
    with pytest.raises(DataError, match="There is no CSV file in the folder"):
        load_points(TableSpec(path=str(tmp_path)))
    write("x,y,label", *GOOD, name="1.csv")
    write("long,lat,country", *GOOD, name="2.csv")
    with pytest.raises(DataError, match=r"2\.csv has other columns than the files before it"):
        load_points(TableSpec(path=str(tmp_path)))


@pytest.mark.parametrize(
    "data", [b"\xff\xfex\x00,\x00y\x00", b"x,y,label\n1,2,\xe9", b"\x89PNG\r\n\x1a\n\0\0", b"PK\3\4"]
)
def test_other_files_are_refused(tmp_path, data):
    (tmp_path / "points.csv").write_bytes(data)
    with pytest.raises(DataError, match=r"^points\.csv (is not text in UTF-8|needs columns)"):
        load_points(TableSpec(path=str(tmp_path / "points.csv")))


def test_a_changed_file_is_read_again(write):
    spec = write("x,y,label", *GOOD)
    assert len(load_points(spec)) == 12
    write("x,y,label", *GOOD, "5,5,a")
    assert len(load_points(spec)) == 13


CELLS = ("1", "-2.5", " 3 ", "1e3", "nan", "inf", "-inf", "", "x", "1e999", "a", "b", '"', ";", "\0", "é")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.sampled_from(CELLS), min_size=1, max_size=5), max_size=20), st.sampled_from([",", ";"]))
def test_whatever_the_rows_hold_only_whole_ones_are_used(rows, comma):
    text = "\n".join([comma.join(("x", "y", "label")), *(comma.join(row) for row in rows)])
    try:
        cloud = _cloud([("points.csv", text.encode())], "points.csv")
    except DataError:
        return
    assert np.isfinite(cloud.coordinates).all()
    assert (abs(cloud.coordinates) <= 1e12).all()
    assert len(cloud.coordinates) == len(cloud.labels) <= len(rows)
    assert set(cloud.labels.tolist()) == set(range(len(cloud.names)))
    assert all(name == name.strip() != "" for name in cloud.names)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_table_or_an_error(data):
    with pytest.raises(DataError, match=r"\.$"):
        _cloud([("points.csv", b"x,y\n" + data)], "points.csv")


def test_an_upload_is_kept_once(home):
    data = "\n".join(["x,y,label", *GOOD]).encode()
    file = save_table(data)
    assert file == save_table(data)
    assert file.parent == home / "tables"
    assert [kept.read_bytes() for kept in file.parent.iterdir()] == [data]
    assert len(load_points(TableSpec(path=str(file)))) == 12


def test_an_upload_that_is_no_table_is_not_kept(home):
    with pytest.raises(DataError, match="the file needs columns"):
        save_table(b"a,b\n1,2\n")
    assert not home.exists()


def test_an_upload_on_a_full_disk_is_one_sentence(home):
    home.write_text("a file where the folder should be")
    with pytest.raises(DataError, match="The table cannot be kept on this computer"):
        save_table("\n".join(["x,y,label", *GOOD]).encode())


def test_the_real_countries(real_data):
    """All three files as they are, against pandas."""
    points = load_points(TableSpec(path=str(real_data / "countries")))
    files = [pd.read_csv(real_data / "countries" / f"{name}.csv") for name in ("test", "train", "validation")]
    frame = pd.concat(files)
    assert (len(points), points.classes, points.notes) == (133_623, 33, ())
    assert points.names == tuple(str(number) for number in range(33))
    assert points.labels.tolist() == frame.country.tolist()
    np.testing.assert_allclose(originals(points), frame[["long", "lat"]], atol=1e-4)
    one = load_points(TableSpec(path=str(real_data / "countries" / "train.csv")))
    assert len(one) == 106_897
    assert len(one.splits["test"]) == pytest.approx(0.2 * 106_897, abs=33)
