"""People in a folder and in a zip: what was written is read, and nothing else."""

import os
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from facelab.data.archive import members
from facelab.data.people import EMPTY, KEPT, folder_of, name_of, new_key, pack, read, write
from facelab.data.people.names import folders_of, proper
from facelab.data.people.owner import ELSEWHERE, FILE, is_gone
from facelab.data.photos import read_photo
from facelab.errors import DataError, SettingsError
from tests.data.test_people import enrolled, face

ODD = (
    "Ann", "ann", "ANN", "a/b", "..", ".hidden", "dot.", "CON", "nul.txt", "com1", "%41", "ann%~2", "__MACOSX",
    "Thumbs.db", "*?<>|:\"\\", "tab\there", "é" * 60, "😀" * 60, "/" * 60,
)  # fmt: skip


def files(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file() and file.name != FILE}


def test_what_is_written_is_read(tmp_path):
    people = enrolled(Bob=2, Ann=3)
    write(people, tmp_path / "people")
    again = read(tmp_path / "people")
    assert again.names == ("Ann", "Bob")
    assert again.digest == people.digest
    assert files(tmp_path / "people") == {
        f"{name}/{shot.key}.png" for name in people.names for shot in people.shots(name)
    }
    assert stat.S_IMODE((tmp_path / "people").stat().st_mode) & 0o077 == 0 or os.name == "nt"


def test_a_folder_holds_exactly_who_was_written_last(tmp_path):
    write(enrolled(Ann=3, Bob=1), tmp_path)
    people = enrolled(Ann=3).rename("Ann", "Zoe").add("ann", face(9))
    (tmp_path / "Bob" / "left.part").touch()
    write(people, tmp_path)
    assert files(tmp_path) == {f"{name}/{shot.key}.png" for name in people.names for shot in people.shots(name)}
    write(EMPTY, tmp_path)
    assert files(tmp_path) == set()
    assert read(tmp_path) == EMPTY == read(tmp_path / "nowhere")


def test_what_is_there_already_is_left_alone(tmp_path):
    write(enrolled(Ann=2), tmp_path)
    before = {file: (tmp_path / file).stat().st_mtime_ns for file in files(tmp_path)}
    write(enrolled(Ann=2, Bob=1), tmp_path)
    assert {file: (tmp_path / file).stat().st_mtime_ns for file in before} == before


def test_only_what_was_written_is_read(tmp_path):
    people = enrolled(Ann=1)
    write(people, tmp_path)
    (own,) = people.shots("Ann")
    Image.fromarray(face(5)).save(tmp_path / "Ann" / f"{'0' * 32}.png")  # another picture than it says
    Image.fromarray(face(5)).save(tmp_path / "Ann" / "holiday.png")
    Image.new("RGB", (9, 9)).save(tmp_path / "Ann" / f"{'1' * 32}.png")
    (tmp_path / "Ann" / f"{'2' * 32}.png").write_bytes(b"no picture")
    (tmp_path / "Bob").mkdir()
    (tmp_path / "Bob" / f"{own.key}.png").symlink_to(tmp_path / "Ann" / f"{own.key}.png")
    (tmp_path / "Cy").symlink_to(tmp_path / "Ann")
    assert read(tmp_path) == people


def test_links_are_not_followed_when_people_are_removed(tmp_path):
    write(enrolled(Ann=1), tmp_path / "mine")
    (tmp_path / "mine" / "Ann" / "link").symlink_to(tmp_path / "others")
    write(enrolled(Bob=1), tmp_path / "others")
    write(EMPTY, tmp_path / "mine")
    assert len(read(tmp_path / "others")) == 1


@pytest.mark.parametrize("name", ODD)
def test_every_name_has_a_harmless_folder(name):
    (folder,) = folders_of([name]).values()
    assert name_of(folder) == name
    assert not set(folder) & set('<>:"/\\|?*\t')
    assert not folder.startswith(".")
    assert not folder.endswith((".", " "))
    assert len(folder.encode()) < 250
    assert (folder == name) == (name in ("Ann", "ann", "ANN", "é" * 60, "😀" * 60))


def test_names_that_only_capitals_tell_apart_have_folders_of_their_own(tmp_path):
    people = EMPTY
    for number, name in enumerate(ODD):
        people = people.add(name, face(number))
    folders = folders_of(people.names).values()
    assert len({folder.casefold() for folder in folders}) == len(ODD)
    write(people, tmp_path)
    assert read(tmp_path).digest == people.digest


@settings(max_examples=300, deadline=None)
@given(st.sets(st.text(min_size=1, max_size=60).filter(lambda text: 1 <= len(text.strip()) <= 60), max_size=8))
def test_names_come_back_from_their_folders(texts):
    names = {proper(text) for text in texts if len(proper(text)) <= 60}
    folders = folders_of(names)
    assert {name_of(folder) for folder in folders.values()} == names
    assert len({folder.casefold() for folder in folders.values()}) == len(names)


def test_a_zip_is_the_folder(tmp_path):
    people = enrolled(Ann=2, Bob=1).rename("Bob", "Bob/Bobby")
    write(people, tmp_path)
    packed = {path.as_posix(): data for path, data in members(pack(people), pytest.fail)}
    assert packed.keys() == files(tmp_path)
    again = EMPTY
    for path, data in members(pack(people), pytest.fail):
        again = again.add(name_of(path.parent.name), read_photo(data))
    assert again.digest == people.digest
    assert pack(people) == pack(people)


def test_pictures_hold_pixels_and_nothing_else():
    ((_, data),) = members(pack(enrolled(Ann=1)), pytest.fail)
    at, chunks = 8, set()
    while at < len(data):
        chunks.add(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4])
    assert chunks == {b"IHDR", b"IDAT", b"IEND"}


def test_writers_at_once_leave_a_whole_folder(tmp_path):
    groups = [enrolled(Ann=2), enrolled(Ann=1, Bob=2), enrolled(Cy=1)]
    threads = [threading.Thread(target=write, args=(people, tmp_path)) for people in groups * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(tmp_path).digest in {people.digest for people in groups}


def test_what_cannot_be_written_or_read_is_one_sentence(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"The folder of enrolled people cannot be written: .*\."):
        write(EMPTY, tmp_path / "file" / "people")


def test_keys(home):
    key = new_key()
    assert key != new_key()
    assert folder_of(key) == home / "people" / key
    assert folder_of(KEPT) == home / "people" / "kept"
    for wrong in ("", "..", "kept/../..", "0" * 31, "0" * 33, "A" * 32, f"{'0' * 32}\n", "kept\n"):
        with pytest.raises(SettingsError, match="its key has 32 hex digits"):
            folder_of(wrong)


def test_a_folder_whose_process_has_ended_is_told(tmp_path):
    assert is_gone(tmp_path)
    write(EMPTY, tmp_path)
    assert not is_gone(tmp_path)
    own = (tmp_path / FILE).read_text()
    (tmp_path / FILE).write_text(own.replace('"started": ', '"started": 1'))
    assert is_gone(tmp_path)
    (tmp_path / FILE).write_text(own.replace(str(os.getpid()), "999999999"))
    assert is_gone(tmp_path)
    (tmp_path / FILE).write_text("nonsense")
    assert is_gone(tmp_path)


def test_a_folder_of_another_computer_is_given_time(tmp_path):
    write(EMPTY, tmp_path)
    file = tmp_path / FILE
    file.write_text(file.read_text().replace('"host": "', '"host": "not-'))
    assert not is_gone(tmp_path)
    old = file.stat().st_mtime - ELSEWHERE - 60
    os.utime(file, (old, old))
    assert is_gone(tmp_path)
