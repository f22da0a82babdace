"""LFW in the official layout, by scikit-learn's own code from a server on this machine, and for real."""

import shutil

import pytest
import torch

from facelab.data import LfwSpec, available, download, downloads, lfw, load_faces
from facelab.errors import DataError

SMALL = LfwSpec(size=28, min_photos=6)


def test_not_there_says_what_to_do(home):
    assert "download it" in available("lfw")
    with pytest.raises(DataError, match=r"download (it|them)"):
        load_faces(SMALL)
    assert not home.exists()


def test_download_and_load(lfw_server, capsys):
    told = []
    download("lfw", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert capsys.readouterr().out == ""
    faces = load_faces(SMALL)
    assert faces.names == ("Ann Lee", "Bob Ray")
    assert torch.bincount(faces.labels).tolist() == [7, 6]
    assert "aligned by funneling" in faces.source
    assert (lfw.find().parent / "pairsDevTest.txt").is_file()


def test_half_unpacked_is_named_with_both_counts_and_cured_by_a_download(lfw_server):
    download("lfw")
    shutil.rmtree(downloads.data_home() / "lfw_home" / "lfw_funneled" / "Bob_Ray")
    with pytest.raises(DataError, match=r"9 photos of 2 people instead of 15 of 3.*delete the folder"):
        load_faces(SMALL)
    download("lfw")
    assert len(load_faces(SMALL)) == 13


def test_a_tampered_archive_is_refused(lfw_server):
    lfw_server.write_bytes(b"not the archive")
    with pytest.raises(DataError, match="could not be downloaded: The SHA256 checksum"):
        download("lfw")
    assert available("lfw") is not None


@pytest.mark.parametrize("name", ["lfw-deepfunneled", "lfw_funneled", "lfw"])
def test_the_official_layouts_are_found_in_the_data_folder(lfw_server, name, tmp_path, monkeypatch):
    download("lfw")
    data = tmp_path / "data"
    shutil.move(downloads.data_home() / "lfw_home" / "lfw_funneled", data / "lfw" / name)
    monkeypatch.setenv("FACELAB_DATA", str(data))
    assert lfw.find() == (data / "lfw" / name).resolve()
    assert len(load_faces(SMALL)) == 13


def test_stray_files_are_no_photos(lfw_server):
    download("lfw")
    folder = lfw.find()
    (folder / "Ann_Lee" / "Thumbs.db").write_bytes(b"junk")
    (folder / "notes").mkdir()
    (folder / "notes" / "read me.txt").write_text("junk")
    assert {name: len(files) for name, files in lfw.list_photos(folder).items()} == {
        "Ann Lee": 7,
        "Bob Ray": 6,
        "Cy Poe": 2,
    }


def test_crop_is_a_share_of_the_photo(lfw_server):
    download("lfw")
    whole, half = (load_faces(LfwSpec(size=28, min_photos=6, crop=crop)) for crop in (1.0, 0.5))
    contrast = [(faces.images.amax((1, 2, 3)) - faces.images.amin((1, 2, 3))) for faces in (whole, half)]
    assert contrast[0].amin() > 10  # each photo's stripe lies at its upper edge
    assert contrast[1].amax() < 5


def test_a_minimum_that_leaves_nobody(lfw_server):
    download("lfw")
    with pytest.raises(DataError, match="Fewer than two people with at least 100"):
        load_faces(LfwSpec(min_photos=100))


def test_real_lfw(real_data):
    faces = load_faces(LfwSpec(size=28, min_photos=100))
    assert faces.names == ("Colin Powell", "Donald Rumsfeld", "George W Bush", "Gerhard Schroeder", "Tony Blair")
    assert torch.bincount(faces.labels).tolist() == [236, 121, 530, 109, 144]
    assert "aligned by deep funneling" in faces.source


def test_real_lfw_counts(real_data):
    people = lfw.list_photos(lfw.find())
    assert sum(len(files) for files in people.values() if len(files) >= 20) == 3023
