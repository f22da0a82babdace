"""Folders as people have them: stray files, hidden files, links, odd names, too few photos."""

import os

import numpy as np
import pytest
import torch
from PIL import Image

from facelab.data import FolderSpec, OrlSpec, available, folder, load_faces
from facelab.errors import DataError


def spec_of(path, **changes) -> FolderSpec:
    return FolderSpec(path=str(path), size=28, **changes)


def test_one_folder_per_person(people):
    faces = load_faces(spec_of(people({"Ann_Lee": 5, "Bob": 6})))
    assert faces.names == ("Ann Lee", "Bob")
    assert faces.images.shape == (11, 3, 28, 28)
    assert faces.labels.tolist() == [0] * 5 + [1] * 6
    assert faces.source == "11 photos of 2 people from the folder people."
    assert faces.notes == ()


def test_people_and_photos_come_in_natural_order(people):
    root = people({"s10": 11, "s2": 11, "s1": 11})
    listed = folder.list_people(root)
    assert list(listed) == ["s1", "s2", "s10"]
    assert [file.stem for file in listed["s1"]] == [str(number) for number in range(1, 12)]


def test_pixels_arrive_unchanged_and_in_place(people):
    root = people({"Ann": 5, "Bob": 5}, width=28, height=28)
    faces = load_faces(spec_of(root))
    expected = np.asarray(Image.open(root / "Bob" / "3.png")).transpose(2, 0, 1)
    assert np.array_equal(faces.images[7], expected)


def test_unreadable_files_are_listed_and_skipped(people):
    root = people({"Ann": 6, "Bob": 6})
    (root / "Ann" / "2.png").write_bytes(b"")
    (root / "Bob" / "notes.txt").write_text("not a photo")
    faces = load_faces(spec_of(root))
    assert faces.counts()["train"].sum() + len(faces.splits["test"]) + len(faces.splits["validation"]) == 11
    empty, text = faces.notes
    assert empty == "Skipped Ann/2.png: The file is empty."
    assert text.startswith("Skipped Bob/notes.txt: This is not a photo that facelab reads (JPEG, PNG, WebP")


def test_many_unreadable_files_are_counted(people):
    root = people({"Ann": 6, "Bob": 6})
    for number in range(50):
        (root / "Ann" / f"empty{number}.jpg").touch()
    notes = load_faces(spec_of(root)).notes
    assert len(notes) == folder.MAX_LISTED + 1
    assert notes[-1] == "Skipped 30 more files that cannot be read."


def test_what_a_mac_or_a_link_adds_is_ignored(people, tmp_path):
    root = people({"Ann": 5, "Bob": 5, "__MACOSX": 5, ".hidden": 5})
    (root / "Ann" / ".DS_Store").write_bytes(b"junk")
    (root / "Ann" / "._1.png").write_bytes(b"junk")
    (root / "manifest.csv").write_text("a,b")
    (root / "empty").mkdir()
    outside = tmp_path / "secret"
    outside.mkdir()
    Image.new("RGB", (8, 8)).save(outside / "1.png")
    (root / "Ann" / "secret.png").symlink_to(outside / "1.png")
    (root / "Ann" / "broken.png").symlink_to(outside / "nowhere.png")
    (root / "Cy").symlink_to(outside)
    os.mkfifo(root / "Ann" / "pipe.png")
    listed = folder.list_people(root)
    assert {name: len(files) for name, files in listed.items()} == {"Ann": 5, "Bob": 5}


def test_a_link_inside_the_folder_is_followed(people):
    root = people({"Ann": 5, "Bob": 5})
    (root / "Ann" / "again.png").symlink_to(root / "Ann" / "1.png")
    assert len(folder.list_people(root)["Ann"]) == 6


def test_people_with_too_few_photos_are_left_out_and_noted(people):
    root = people({"Ann": 5, "Bob": 5, "Cy": 4, "Di": 5})
    (root / "Di" / "1.png").write_bytes(b"junk")
    faces = load_faces(spec_of(root))
    assert faces.names == ("Ann", "Bob")
    assert faces.labels.tolist() == [0] * 5 + [1] * 5
    assert faces.notes[0] == "2 people were left out for having fewer than 5 photos."


@pytest.mark.parametrize("counts", [{"Ann": 9}, {"Ann": 9, "Bob": 4}, {}])
def test_fewer_than_two_people_is_an_error(people, counts, tmp_path):
    (tmp_path / "people").mkdir() if not counts else people(counts)
    with pytest.raises(DataError, match="Fewer than two people with at least 5 readable photos are in"):
        load_faces(spec_of(tmp_path / "people"))


@pytest.mark.parametrize("path", ["", "  ", "no-such-folder", "~no-such-user/x", "a\0b", "x" * 4000])
def test_a_missing_folder_is_one_plain_sentence(path):
    with pytest.raises(DataError, match=r"^(There is no folder|Name the folder)"):
        load_faces(spec_of(path))


def test_a_relative_path_is_looked_up_in_the_data_folder(people, monkeypatch, tmp_path):
    root = people({"Ann": 5, "Bob": 5})
    monkeypatch.setenv("FACELAB_DATA", str(tmp_path))
    assert folder.find("people") == root.resolve()
    monkeypatch.chdir(root)
    assert folder.find("Ann") == (root / "Ann").resolve()


def test_names_stay_text(people):
    names = ["<b>Ann</b>".replace("/", "|"), "**Bob**", "$x_1$", "A_B", "A B", "A__B", "_"]
    listed = folder.list_people(people(dict.fromkeys(names, 5)))
    assert set(listed) == {"<b>Ann<|b>", "**Bob**", "$x 1$", "A B", "A B (2)", "A B (3)", "_"}


def test_a_name_that_is_no_utf8(people):
    root = people({"Ann": 5, "Bob": 5})
    os.rename(os.fsencode(root / "Bob"), os.fsencode(root) + b"/Bj\xf6rn")
    faces = load_faces(spec_of(root))
    assert faces.names == ("Ann", "Bj\ufffdrn")


def test_a_dataset_larger_than_memory_is_refused_before_decoding(people, monkeypatch):
    monkeypatch.setattr("facelab.data.album.MAX_BYTES", 1000)
    monkeypatch.setattr(folder, "read_square", lambda *_: pytest.fail("decoded"))
    with pytest.raises(DataError, match=r"10 photos of 28x28 pixels take .* choose fewer"):
        load_faces(spec_of(people({"Ann": 5, "Bob": 5})))


def test_decoding_stops_when_the_caller_does(people):
    seen = []

    def stop(share: float) -> None:
        seen.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_faces(spec_of(people({"Ann": 50, "Bob": 50})), stop)
    assert len(seen) == 1


def test_orl_is_a_folder_of_grey_pgms(orl_home):
    faces = load_faces(OrlSpec())
    assert faces.images.shape == (400, 3, 64, 64)
    assert faces.names[:2] == ("s1", "s2")
    assert faces.images[:, 0].equal(faces.images[:, 2])
    assert available("orl") is None


def test_orl_that_is_not_whole(orl_home):
    (orl_home / "orl" / "s7" / "3.pgm").unlink()
    with pytest.raises(DataError, match="399 photos of 40 people instead of 400 of 40"):
        load_faces(OrlSpec())


def test_orl_that_is_not_there():
    assert "put them in a folder orl" in available("orl")
    with pytest.raises(DataError, match="not on this computer"):
        load_faces(OrlSpec())


def test_real_folder(real_data):
    faces = load_faces(FolderSpec(path="facescrub6"))
    assert len(faces) == 857
    counts = torch.bincount(faces.labels).tolist()
    assert dict(zip(faces.names, counts, strict=True)) == {
        "Alec Baldwin": 168,
        "Angie Harmon": 136,
        "Bill Hader": 162,
        "Lorraine Bracco": 118,
        "Peri Gilpin": 103,
        "Steve Carell": 170,
    }


def test_real_orl(real_data):
    faces = load_faces(OrlSpec())
    assert torch.bincount(faces.labels).tolist() == [10] * 40
