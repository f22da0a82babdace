"""Lists as they are published, and lists as they arrive."""

import pytest

from facelab.data.web.listing import COLUMNS, read_list
from facelab.errors import DataError

HEADER = "\t".join(COLUMNS)


def test_a_line_is_a_face(line):
    (entry,), failures = read_list(line(b"photo", bbox="-3,2,40,50").encode())
    assert failures == []
    assert (entry.line, entry.name, entry.image, entry.face, entry.url) == (
        1,
        "Ann Lee",
        "7",
        "1",
        "http://example.com/a.jpg",
    )
    assert entry.box == (-3, 2, 40, 50)
    assert entry.stem == "Ann_Lee/1"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_header_may_be_there(line, end, mark):
    entries, failures = read_list(mark + end.join([HEADER, line(), "", line(face_id="2"), ""]).encode())
    assert [(entry.line, entry.face) for entry in entries] == [(2, "1"), (4, "2")]
    assert failures == []


def test_a_header_names_the_columns(line):
    cells = line().split("\t")
    text = "\t".join(["note", *reversed(COLUMNS)]) + "\n" + "\t".join(["hm", *reversed(cells)])
    assert read_list(text.encode())[0][0].box == (0, 0, 20, 20)


def test_hashes_may_have_capitals(line):
    assert read_list(line(sha256="AB" * 32).encode())[0][0].sha256 == "ab" * 32


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"bbox": "1,2,3"}, "The box is not four whole numbers"),
        ({"bbox": "1,2,3,4,5"}, "The box is not four whole numbers"),
        ({"bbox": "a,2,3,4"}, "The box is not four whole numbers"),
        ({"bbox": "1,2,3,1e9"}, "The box is not four whole numbers"),
        ({"bbox": "1,2,3,9999999"}, "The box is not four whole numbers"),
        ({"bbox": "5,5,5,9"}, "The box has no area"),
        ({"bbox": "9,9,1,1"}, "The box has no area"),
        ({"sha256": "xyz"}, "The SHA-256 is not 64 hexadecimal digits."),
        ({"sha256": "g" * 64}, "The SHA-256 is not 64 hexadecimal digits."),
        ({"face_id": "../1"}, "The face id is not made of"),
        ({"face_id": ""}, "The face id is not made of"),
        ({"face_id": "1\t2"}, "The line has 7 columns between tabs instead of 6."),
        ({"name": ".."}, "The name is missing, too long, or holds characters"),
        ({"name": "../../etc"}, "The name is missing, too long, or holds characters"),
        ({"name": "a\\b"}, "The name is missing, too long, or holds characters"),
        ({"name": "a\x1bb"}, "The name is missing, too long, or holds characters"),
        ({"name": "é" * 101}, "The name is missing, too long, or holds characters"),
        ({"name": ""}, "The name is missing, too long, or holds characters"),
        ({"url": ""}, "The address of the photo is missing."),
    ],
)
def test_a_wrong_line_is_told_by_its_number(line, parts, sentence):
    entries, (failure,) = read_list("\n".join([line(), line(**{"face_id": "2"} | parts)]).encode())
    assert len(entries) == 1
    assert failure.line == 2
    assert failure.reason.startswith(sentence)


def test_too_few_columns_and_bytes_that_are_no_text(line):
    other = line(face_id="3", name="N").encode()
    _, failures = read_list(b"\n".join([line().encode(), b"Ann Lee\t7", b"\xff" + other]))
    assert [failure.line for failure in failures] == [2, 3]
    assert failures[0].reason == "The line has 2 columns between tabs instead of 6."
    assert failures[0].who == "Ann Lee"


def test_the_same_face_twice_is_taken_once(line):
    entries, (failure,) = read_list("\n".join([line(), line(name="ANN LEE")]).encode())
    assert len(entries) == 1
    assert failure.reason == "An earlier line has the same person and face id."


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The list names no face"),
        (b"\n \n", "The list names no face"),
        (b"hello\nthere", "Line 1: The line has 1 columns"),
        (HEADER.encode(), "The list names no face"),
        (b"name\turl\tbbox\n", "The list's header names no column face_id"),
        (b"\x89PNG\r\n\x1a\n\0\0", "The list is not text in UTF-8"),
        ("Ann\t1".encode("utf-16"), "The list is not text in UTF-8"),
        (bytes(range(128, 256)), "The list names no face"),
    ],
)
def test_what_is_no_list(content, sentence):
    with pytest.raises(DataError, match=sentence):
        read_list(content)


def test_a_list_that_cannot_be_opened(tmp_path, monkeypatch):
    with pytest.raises(DataError, match="cannot be opened: no such file or directory"):
        read_list(tmp_path / "none.txt")
    with pytest.raises(DataError, match="cannot be opened: is a directory"):
        read_list(tmp_path)
    monkeypatch.setattr("facelab.data.web.listing.MAX_BYTES", 3)
    with pytest.raises(DataError, match="more than 0 MB"):
        read_list(b"long")
