"""A home of its own for every test, datasets in their real file formats made on the spot, and a server to load from."""

import hashlib
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facelab.data import lfw, load
from facelab.data.pairs import load as pairs_load

REAL_DATA = os.environ.get("FACELAB_DATA")


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch) -> Path:
    """An empty FACELAB_HOME, no FACELAB_DATA, nothing in memory."""
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACELAB_DATA", raising=False)
    forget()
    return tmp_path / "home"


def forget() -> None:
    load._albums.clear()
    load._faces.clear()
    pairs_load._pairs.clear()


@pytest.fixture
def forget_memory() -> Callable[[], None]:
    """Empties the in-process caches, as a new process would find them."""
    return forget


@pytest.fixture
def real_data(monkeypatch) -> Path:
    """The folder of real datasets; skips where there is none."""
    if not REAL_DATA:
        pytest.skip("FACELAB_DATA is not set")
    monkeypatch.setenv("FACELAB_DATA", REAL_DATA)
    return Path(REAL_DATA)


def portrait(person: int, photo: int, width: int = 32, height: int = 32) -> Image.Image:
    """Not a face, but no two are equal: a flat colour per person, a bright stripe per photo."""
    pixels = np.full((height, width, 3), (37 * person) % 200, dtype=np.uint8)
    pixels[photo % height] = 255
    return Image.fromarray(pixels)


def make_people(root: Path, counts: dict[str, int], suffix: str = ".png", **size: int) -> Path:
    """`root/<name>/<number><suffix>`, as many photos of each as `counts` says."""
    for person, (name, photos) in enumerate(counts.items()):
        (root / name).mkdir(parents=True)
        for photo in range(1, photos + 1):
            portrait(person, photo, **size).convert("L" if suffix == ".pgm" else "RGB").save(
                root / name / f"{photo}{suffix}"
            )
    return root


@pytest.fixture
def people(tmp_path) -> Callable[..., Path]:
    """Makes a folder of people: `people({"Ann": 5, "Bob": 6})`."""
    return lambda counts, **options: make_people(tmp_path / "people", counts, **options)


@pytest.fixture
def orl_home(tmp_path, monkeypatch) -> Path:
    """A FACELAB_DATA with an `orl` of 40 people x 10 grey PGMs 92x112."""
    make_people(tmp_path / "data" / "orl", {f"s{n}": 10 for n in range(1, 41)}, ".pgm", width=92, height=112)
    monkeypatch.setenv("FACELAB_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


@pytest.fixture
def server(tmp_path) -> Iterator[tuple[Path, str]]:
    """A folder, and the address at which a server on this machine shows it."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *message: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as httpd:
        threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield folder, f"http://127.0.0.1:{httpd.server_port}"
        httpd.shutdown()


def remote(file: Path, address: str):
    """scikit-learn's description of a file to download."""
    from sklearn.datasets._base import RemoteFileMetadata

    return RemoteFileMetadata(file.name, f"{address}/{file.name}", hashlib.sha256(file.read_bytes()).hexdigest())


@pytest.fixture
def olivetti_pixels() -> np.ndarray:
    """uint8 [400, 64, 64] spanning 0 to 255."""
    pixels = np.random.default_rng(0).integers(0, 256, (400, 64, 64), dtype=np.uint8)
    pixels[0, 0, :2] = 0, 255
    return pixels


@pytest.fixture
def olivetti_server(server, olivetti_pixels, monkeypatch) -> Path:
    """scikit-learn downloads `olivetti_pixels` in the original's MATLAB format; the file that is served."""
    from scipy.io import savemat
    from sklearn.datasets import _olivetti_faces

    folder, address = server
    file = folder / "olivettifaces.mat"
    savemat(file, {"faces": olivetti_pixels.transpose(0, 2, 1).reshape(400, -1).T})
    monkeypatch.setattr(_olivetti_faces, "FACES", remote(file, address))
    return file


@pytest.fixture
def lfw_server(server, monkeypatch) -> Path:
    """scikit-learn downloads an LFW of three people in the original's archive format; the archive that is served."""
    from sklearn.datasets import _lfw

    folder, address = server
    archive = folder / "lfw-funneled.tgz"
    counts = {"Ann_Lee": 7, "Bob_Ray": 6, "Cy_Poe": 2}
    with tarfile.open(archive, "w:gz") as tar:
        for person, (name, photos) in enumerate(counts.items()):
            for photo in range(1, photos + 1):
                jpeg = io.BytesIO()
                portrait(person, photo, 250, 250).save(jpeg, "JPEG")
                entry = tarfile.TarInfo(f"lfw_funneled/{name}/{name}_{photo:04d}.jpg")
                entry.size = jpeg.tell()
                jpeg.seek(0)
                tar.addfile(entry, jpeg)
    protocol = [folder / name for name in ("pairsDevTrain.txt", "pairsDevTest.txt", "pairs.txt")]
    for file in protocol:
        file.write_text("1\nAnn_Lee\t1\t2\nAnn_Lee\t1\tBob_Ray\t1\n")
    monkeypatch.setattr(_lfw, "FUNNELED_ARCHIVE", remote(archive, address))
    monkeypatch.setattr(_lfw, "TARGETS", tuple(remote(file, address) for file in protocol))
    monkeypatch.setattr(lfw, "PEOPLE", len(counts))
    monkeypatch.setattr(lfw, "PHOTOS", sum(counts.values()))
    monkeypatch.setattr(lfw, "MOST_PHOTOS", max(counts.values()))
    return archive
