"""The Olivetti faces by scikit-learn's own code, from a server on this machine."""

import socket
import threading

import numpy as np
import pytest
import torch

from facelab.data import OlivettiSpec, available, download, downloads, load_faces
from facelab.errors import DataError


def test_not_there_says_what_to_do(home):
    assert "download them" in available("olivetti")
    with pytest.raises(DataError, match=r"download (it|them)"):
        load_faces(OlivettiSpec())
    assert not home.exists()


def test_download_and_load(olivetti_server, olivetti_pixels, capsys):
    told = []
    download("olivetti", lambda share: told.append((share, threading.current_thread())))
    assert told[-1][0] == 1.0
    assert [share for share, _ in told] == sorted(share for share, _ in told)
    assert {thread for _, thread in told} == {threading.current_thread()}  # as a page needs it
    assert capsys.readouterr().out == ""  # standard output may be JSON
    assert available("olivetti") is None
    faces = load_faces(OlivettiSpec())
    assert torch.bincount(faces.labels).tolist() == [10] * 40
    for channel in range(3):
        assert np.array_equal(faces.images[:, channel], olivetti_pixels)
    assert faces.source == "400 photos of 40 people from the Olivetti faces, in grey."


def test_a_second_download_changes_nothing(olivetti_server):
    download("olivetti")
    olivetti_server.unlink()
    download("olivetti")
    assert available("olivetti") is None


def test_a_damaged_file_is_named_and_replaced_by_the_next_download(olivetti_server):
    download("olivetti")
    file = next(downloads.data_home().glob("olivetti*.pkz"))
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(DataError, match="damaged: download them again"):
        load_faces(OlivettiSpec())
    download("olivetti")
    assert len(load_faces(OlivettiSpec())) == 400


def test_a_file_that_was_tampered_with_is_refused(olivetti_server):
    olivetti_server.write_bytes(olivetti_server.read_bytes() + b"more")
    with pytest.raises(DataError, match="could not be downloaded: The SHA256 checksum"):
        download("olivetti")
    assert available("olivetti") is not None


@pytest.mark.filterwarnings("ignore:Retry downloading")
def test_no_connection_is_one_plain_sentence(olivetti_server, monkeypatch):
    from sklearn.datasets import _base, _olivetti_faces

    with socket.create_server(("127.0.0.1", 0)) as free:
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}/olivettifaces.mat"
    monkeypatch.setattr(_olivetti_faces, "FACES", _olivetti_faces.FACES._replace(url=nobody))
    monkeypatch.setattr(_base.time, "sleep", lambda seconds: None)
    with pytest.raises(DataError, match="server that has them cannot be reached"):
        download("olivetti")


def test_other_counts_are_refused(olivetti_server, monkeypatch):
    from sklearn.datasets import fetch_olivetti_faces

    download("olivetti")

    def fewer(**options):
        bunch = fetch_olivetti_faces(**options)
        return type(bunch)(images=bunch.images[:395], target=bunch.target[:395])

    monkeypatch.setattr("sklearn.datasets.fetch_olivetti_faces", fewer)
    with pytest.raises(DataError, match="395 photos of 40 people instead of 400 of 40"):
        load_faces(OlivettiSpec())


def test_crop_and_size(olivetti_server, olivetti_pixels):
    download("olivetti")
    faces = load_faces(OlivettiSpec(size=32, crop=0.5))
    assert np.array_equal(faces.images[:, 0], olivetti_pixels[:, 16:48, 16:48])
