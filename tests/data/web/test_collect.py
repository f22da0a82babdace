"""From a list to a folder of faces."""

import csv
import io
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facelab.__main__ import main
from facelab.data import load_faces
from facelab.data.photos import read_photo
from facelab.data.web import collect, folder_spec
from facelab.data.web.manifest import FILE
from facelab.errors import DataError, PhotoError, SettingsError


@pytest.fixture
def gather(tmp_path, manners):
    """Collects lines into a folder of the test's."""
    return lambda *lines, **options: collect(
        "\n".join(lines).encode(), tmp_path / "faces", **{"manners": manners()} | options
    )


def files(folder: Path) -> set[str]:
    """Everything in a folder but the record of what was fetched."""
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file() and file.name != FILE}


@pytest.fixture
def lines(web, line, make_photo) -> list[str]:
    """Three faces of two people on three photos."""
    found = []
    for number, name in enumerate(["Ann Lee", "Ann Lee", "Bob"]):
        content = make_photo(number)
        found.append(line(content, name=name, face_id=str(number), url=web.show(f"/{number}", content)))
    return found


def test_faces_by_person(gather, lines, make_photo, tmp_path):
    report = gather(*lines, form="png")
    assert (report.total, report.made, report.kept, report.failures, report.done) == (3, 3, 0, [], 1)
    assert files(tmp_path / "faces") == {"Ann_Lee/0.png", "Ann_Lee/1.png", "Bob/2.png"}
    whole = np.asarray(Image.open(io.BytesIO(make_photo(2))))
    assert np.array_equal(np.asarray(Image.open(tmp_path / "faces" / "Bob" / "2.png")), whole[:20, :20])


def test_what_is_there_is_not_fetched_again(gather, lines, web, tmp_path):
    gather(*lines)
    web.asked.clear()
    report = gather(*lines)
    assert (report.made, report.kept, web.asked) == (0, 3, [])
    (tmp_path / "faces" / "Bob" / "2.jpg").unlink()
    (tmp_path / "faces" / "Ann_Lee" / "1.jpg").write_bytes(b"damaged")
    report = gather(*lines)
    assert (report.made, report.kept, sorted(web.asked)) == (2, 1, ["/1", "/2"])


@pytest.mark.parametrize("changed", [{"side": 28}, {"form": "png"}])
def test_made_otherwise_is_made_anew_and_in_place(gather, lines, tmp_path, changed):
    gather(*lines)
    assert gather(*lines, **changed).made == 3
    assert len(files(tmp_path / "faces")) == 3
    assert gather(*lines, **changed).kept == 3


def test_another_box_is_another_face(gather, lines):
    gather(*lines)
    assert gather(*(line.replace("0,0,20,20", "0,0,20,21") for line in lines)).made == 3


def test_a_photo_with_two_faces_is_fetched_once(gather, web, line, make_photo):
    url = web.show("/both", make_photo())
    both = [line(make_photo(), url=url, face_id=number, bbox=f"0,0,2{number},20") for number in "12"]
    assert gather(*both).made == 2
    assert web.asked == ["/both"]


def test_failures_are_told_by_line_and_counted_by_reason(gather, lines, line, web, make_photo):
    page = web.show("/page", b"<html>gone</html>")
    wrong = [
        line(make_photo(), face_id="7", url=page),
        line(b"", face_id="8", url=page),
        line(b"", face_id="9", url=web.url("/none")),
        line(b"<html>gone</html>", face_id="10", url=page),
        line(make_photo(0), face_id="11", url=web.url("/0"), bbox="90,90,120,120"),
        "Ann Lee",
    ]
    with pytest.raises(PhotoError) as no_photo:
        read_photo(b"<html>gone</html>")
    report = gather(wrong[0], *lines, *wrong[1:])
    assert report.made == 3
    assert [failure.line for failure in report.failures] == [1, 5, 6, 7, 8, 9]
    assert report.failures[2].who == "Ann Lee 9"
    assert [failure.reason.split(":")[0] for failure in report.failures] == [
        "The file is not the one in the list",
        "The file is not the one in the list",
        "The server answered 404 (Not Found).",
        str(no_photo.value).split(":")[0],
        "The box lies outside the photo, or has less than 8 pixels of it.",
        "The line has 1 columns between tabs instead of 6.",
    ]
    assert list(report.reasons.values()) == [2, 1, 1, 1, 1]
    assert json.loads(json.dumps(report.as_json()))["failed"] == 6


def test_progress_comes_from_the_callers_thread_and_grows(gather, lines):
    seen = []
    gather(*lines, progress=lambda report: seen.append((report.done, threading.current_thread())))
    assert {thread for _, thread in seen} == {threading.current_thread()}
    shares = [share for share, _ in seen]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_an_interruption_leaves_whole_files_and_goes_on_later(gather, lines, web, tmp_path):
    def interrupt(report):
        if report.made:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(*lines, progress=interrupt)
    (face,) = files(tmp_path / "faces")
    with Image.open(tmp_path / "faces" / face) as whole:
        whole.load()
    assert gather(*lines).kept == 1


def test_an_interruption_while_writing_leaves_nothing(gather, lines, tmp_path, monkeypatch):
    def press(*arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", press)
        with pytest.raises(KeyboardInterrupt):
            gather(*lines)
    assert files(tmp_path / "faces") == set()


@pytest.mark.parametrize(
    "damage", ['{"file": "Bob', "nonsense\n", "[1]\n", "\0\xff", '{"file": ["a"]}\n', "[" * 99_999]
)
def test_a_damaged_record_costs_no_more_than_it_is_about(gather, lines, tmp_path, damage):
    gather(*lines)
    with (tmp_path / "faces" / FILE).open("a") as stream:
        stream.write(damage)
    (tmp_path / "faces" / "Bob" / "2.jpg").unlink()
    assert gather(*lines).kept == 2
    assert gather(*lines).kept == 3


def test_wrong_wishes(gather, lines, tmp_path):
    for wish in ({"side": 0}, {"side": 5000}, {"form": "gif"}):
        with pytest.raises(SettingsError, match="jpg or png with sides of 28 to 1024 pixels"):
            gather(*lines, **wish)
    (tmp_path / "faces").write_text("a file")
    with pytest.raises(DataError, match="cannot be"):
        gather(*lines)


def test_the_folder_is_a_dataset_of_70_20_20(people):
    spec = folder_spec(people({"Ann_Lee": 110, "Bob": 120}))
    faces = load_faces(spec)
    assert faces.names == ("Ann Lee", "Bob")
    assert {name: np.bincount(faces.labels[rows]).tolist() for name, rows in faces.splits.items()} == {
        "train": [70, 70],
        "validation": [20, 20],
        "test": [20, 20],
    }


def test_the_real_list_gives_24_faces_and_6_refusals(web, gather, real_data, tmp_path):
    raw = real_data / "facescrub_raw"
    with (raw / "expected.csv").open(newline="") as stream:
        expected = {row["file"]: row["expected"] for row in csv.DictReader(stream)}
    lines = []
    for file, row in zip(expected, (raw / "faces_list.txt").read_text().splitlines(), strict=True):
        name, image, face, _, *rest = row.split("\t")
        lines.append("\t".join([name, image, face, web.show(f"/{file}", (raw / "images" / file).read_bytes()), *rest]))
    report = gather(*lines)
    good = {"/".join(file.rsplit("_", 1)) for file, kind in expected.items() if kind == "ok"}
    assert (report.made, len(good), report.failed) == (24, 24, 6)
    assert files(tmp_path / "faces") == good
    assert [failure.line for failure in report.failures] == [
        line for line, kind in enumerate(expected.values(), start=1) if kind == "hash differs"
    ]
    assert report.reasons == {"The file is not the one in the list: its SHA-256 differs.": 6}
    for file in good:
        with Image.open(tmp_path / "faces" / file) as face:
            assert (face.mode, max(face.size) <= 256) == ("RGB", True)


@pytest.fixture
def listed(lines, tmp_path) -> list[str]:
    """The arguments of a command that collects."""
    (tmp_path / "list.txt").write_text("\n".join([*lines, "nonsense"]))
    return ["fetch", str(tmp_path / "list.txt"), str(tmp_path / "faces"), "--timeout=1", "--retries=0"]


def test_the_command(listed, tmp_path, capsys):
    assert main([*listed, "--private", "--form=png"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "Line 4 (nonsense): The line has 1 columns between tabs instead of 6."
    assert printed[1] == "3 faces written, 0 were there, 1 of 4 lines failed"
    assert printed[2] == "      1 x The line has 1 columns between tabs instead of 6."
    assert len(files(tmp_path / "faces")) == 3
    assert main([*listed, "--private", "--form=png", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] == 3


def test_the_command_asks_no_private_address_unless_told(listed, web, capsys):
    assert main([*listed, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["failed"] == 4
    assert web.asked == []


def test_the_command_refuses_in_one_sentence(listed, tmp_path, capsys):
    assert main([*listed, "--parallel=0"]) == 2
    assert capsys.readouterr().err == "parallel must be a whole number at least 1 and at most 64, but is 0.\n"
    assert main(["fetch", str(tmp_path / "none.txt"), str(tmp_path)]) == 2
    assert capsys.readouterr().err == "The list cannot be opened: no such file or directory.\n"
