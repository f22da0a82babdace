"""Zips of people, and every trick that a zip can play."""

import io
import random
import stat
import tracemalloc
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from facelab.data import archive
from facelab.data.archive import members
from facelab.data.photos import read_square
from facelab.errors import DataError
from tests.data.conftest import make_people

PHOTO = b"a photo, for all that the archive knows"


def pack(*names: str | zipfile.ZipInfo, data: bytes = PHOTO, how: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", how) as zipped:
        for name in names:
            zipped.writestr(name, data, compress_type=how)
    return stream.getvalue()


def take(file) -> tuple[list[str], list[str]]:
    """The paths that come out, and what was said about the others."""
    notes: list[str] = []
    return [str(path) for path, _ in members(file, notes.append)], notes


def test_a_folder_of_people_comes_out_as_it_went_in(tmp_path):
    root = make_people(tmp_path / "people", {"Ann": 11, "Bob": 2})
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as zipped:
        for file in root.rglob("*"):
            zipped.write(file, file.relative_to(root.parent))
    found = list(members(stream, pytest.fail))
    assert [path.name for path, _ in found if path.parent.name == "Ann"] == [f"{n}.png" for n in range(1, 12)]
    assert {path.parent.name for path, _ in found} == {"Ann", "Bob"}
    for path, data in found:
        assert data == (root.parent / path).read_bytes()
        assert read_square(data, 8).shape == (8, 8, 3)
    assert not stream.closed


def test_a_file_its_bytes_and_a_stream_are_the_same(tmp_path):
    (tmp_path / "people.zip").write_bytes(pack("Ann/1.png"))
    expected = [(PurePosixPath("Ann/1.png"), PHOTO)]
    for file in (tmp_path / "people.zip", pack("Ann/1.png"), io.BytesIO(pack("Ann/1.png"))):
        assert list(members(file, pytest.fail)) == expected


def test_what_computers_add_is_passed_over_in_silence():
    litter = ("__MACOSX/Ann/._1.png", "Ann/.DS_Store", ".hidden/1.png", "Ann/Thumbs.db", "Ann/")
    assert take(pack(*litter, "Ann/1.png")) == (["Ann/1.png"], [])


@pytest.mark.parametrize("name", ["../1.png", "Ann/../../1.png", "/etc/1.png", "C:/1.png", r"..\1.png", r"C:\1.png"])
def test_names_that_lead_out_are_skipped_and_nothing_is_written(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paths, [note] = take(pack(name, "Ann/1.png"))
    assert paths == ["Ann/1.png"]
    assert "leads out of the archive" in note
    assert list(tmp_path.rglob("*")) == []


def test_links_and_devices_are_skipped():
    link, device = zipfile.ZipInfo("Ann/link.png"), zipfile.ZipInfo("Ann/null.png")
    link.external_attr, device.external_attr = (stat.S_IFLNK | 0o777) << 16, (stat.S_IFCHR | 0o666) << 16
    paths, notes = take(pack(link, device, "Ann/1.png", data=b"/etc/passwd"))
    assert paths == ["Ann/1.png"]
    assert all("is a link or device" in note for note in notes)
    assert len(notes) == 2


@pytest.mark.filterwarnings("ignore:Duplicate name")  # said while the test writes it
def test_the_second_of_two_equal_names_is_skipped():
    paths, [note] = take(pack("Ann/1.png", "Ann/1.png", r"Ann\2.png"))
    assert paths == ["Ann/1.png", "Ann/2.png"]
    assert note == "Ann/1.png is in the archive twice: give each file its own name."


def test_an_archive_inside_the_archive_is_not_opened():
    paths, [note] = take(pack("Ann/more.jpg", data=pack("Bob/1.png")))
    assert paths == []
    assert "archive inside the archive" in note


def test_accents_as_a_mac_writes_them():
    entry = zipfile.ZipInfo("Jose/1.png")
    raw = pack(entry).replace(b"Jose/1.png", "é/1234.p".encode() + b"g")
    assert take(raw)[0] == ["é/1234.pg"]


def test_a_password_is_named():
    raw = bytearray(pack("Ann/1.png"))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + flags] |= 1
    with pytest.raises(DataError, match=r"locked with a password: unpack it"):
        take(bytes(raw))


def test_a_bomb_is_not_unpacked():
    bomb = pack("Ann/1.png", data=bytes(100_000_000), how=zipfile.ZIP_DEFLATED)
    tracemalloc.start()
    paths, [note] = take(bomb)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert paths == []
    assert "unpacks to far more than a photo does" in note
    assert peak < 10_000_000


def test_a_size_that_lies_is_not_exceeded():
    bomb = bytearray(pack("Ann/1.png", data=bytes(100_000_000), how=zipfile.ZIP_DEFLATED))
    at = bomb.index(b"PK\x01\x02") + 24
    bomb[at : at + 4] = (1000).to_bytes(4, "little")
    tracemalloc.start()
    paths, [note] = take(bytes(bomb))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert paths == []
    assert "is damaged" in note
    assert peak < 10_000_000


def test_limits(monkeypatch):
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    with pytest.raises(DataError, match=r"more than 2 files: split it"):
        take(pack("Ann/1.png", "Ann/2.png", "Ann/3.png"))
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    assert "has more than" in take(pack("Ann/1.png"))[1][0]
    monkeypatch.setattr(archive, "MAX_TOTAL", 10)
    with pytest.raises(DataError, match="unpacks to more than"):
        take(pack("Ann/1.png"))


def test_a_list_of_members_without_end_is_not_read(monkeypatch):
    monkeypatch.setattr(archive, "MAX_DIRECTORY", 500)
    with pytest.raises(DataError, match="not a zip, or it is damaged"):
        take(pack(*(f"Ann/{number}.png" for number in range(20))))


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_compression_is_skipped(how):
    assert "compressed in an unusual way" in take(pack("Ann/1.png", how=how))[1][0]


def test_a_damaged_member_does_not_cost_the_others():
    raw = pack("Ann/1.png", "Ann/2.png").replace(PHOTO, PHOTO.upper(), 1)
    assert take(raw) == (["Ann/2.png"], ["Ann/1.png is damaged in the archive: make the archive again."])


@pytest.mark.parametrize("file", [b"", b"no zip", pack("Ann/1.png")[:-30], pack("Ann/1.png")[40:60]])
def test_what_is_no_zip(file):
    with pytest.raises(DataError, match="not a zip, or it is damaged"):
        take(file)


def test_a_zip_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"cannot be opened: no such file or directory\."):
        take(tmp_path / "none.zip")
    with pytest.raises(DataError, match=r"cannot be opened: is a directory\."):
        take(Path(tmp_path))


def test_mutated_zips_end_in_members_notes_or_one_sentence():
    rng, whole = random.Random(0), pack("Ann/1.png", "Ann/2.png", "Bob/1.png", how=zipfile.ZIP_DEFLATED)
    refused = 0
    for _ in range(2000):
        raw = bytearray(whole)
        for _ in range(rng.choice((1, 2, 4))):
            raw[rng.randrange(len(raw))] = rng.randrange(256)
        try:
            take(bytes(raw))
        except DataError:
            refused += 1
    assert 0 < refused < 2000
