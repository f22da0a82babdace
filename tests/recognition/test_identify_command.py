"""`python -m facelab identify`: who is on a photo, in the terminal."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from facelab.__main__ import main
from facelab.data import people
from facelab.recognition import align, find
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path))
    monkeypatch.delenv("FACELAB_STORE", raising=False)
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def photo(portraits, tmp_path):
    file = tmp_path / "face.png"
    Image.fromarray(portraits[0]).save(file)
    return str(file)


def keep(portraits) -> None:
    kept = people.EMPTY
    for name, own in (("Ada", portraits[0]), ("Bob", portraits[2])):
        for pixels in (own, own[:, ::-1].copy()):
            kept = kept.add(name, align(pixels, find(pixels)[0], 250))
    people.write(kept, people.folder_of(people.KEPT))


def test_people_who_are_kept_are_known(portraits, photo, capsys):
    keep(portraits)
    assert main(["identify", photo]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Face 1: Ada, ")
    assert "of strangers for one of the 2 people" in printed
    assert main(["identify", photo, "--json"]) == 0
    [face] = json.loads(capsys.readouterr().out)["faces"]
    assert (face["name"], face["known"], face["cut"]) == ("Ada", True, "aligned")
    assert [each["name"] for each in face["people"]] == ["Ada", "Bob"]
    assert face["facial_area"].keys() == {"x", "y", "w", "h"}


def test_a_run_answers_for_photos_without_a_face_as_well(tmp_path, capsys):
    data = {"source": "generated", "people": 3, "photos": 8, "size": 28}
    config = {"data": data, "epochs": 1, "batch_size": 8, "device": "cpu"}
    Image.fromarray(np.full((60, 80, 3), 120, np.uint8)).save(tmp_path / "grey.png")
    store = RunStore()
    run_id = store.create(RunConfig.parse(config))
    execute(run_id, 1, store.url)
    assert main(["identify", str(tmp_path / "grey.png"), "--run", run_id]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("All of the photo, for no face was found: ")
    assert "95 % interval" in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nobody is kept on this computer: name a run with --run"),
        (["--run", "nobody"], "There is no run nobody"),
        (["--run", "ready-made-verifier"], "learned pairs, not who is on a photo"),
    ],
)
def test_what_cannot_be_asked_is_said(photo, arguments, sentence, capsys):
    assert main(["identify", photo, *arguments]) == 2
    assert sentence in capsys.readouterr().err
