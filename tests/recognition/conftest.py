"""Faces that everybody has: those that facelab draws itself."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from facelab import paths
from facelab.data.generated import generate
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.runs.parcel import pack


@pytest.fixture(scope="session")
def portraits() -> list[np.ndarray]:
    """Six photos of six people, uint8 [128, 128, 3]."""
    return list(generate(people=6, photos=1, size=128, seed=0).images.permute(0, 2, 3, 1).contiguous().numpy())


@pytest.fixture
def real_lfw() -> Path:
    """The folder of LFW's photos and protocol; skips where there is none."""
    folder = Path(os.environ.get("FACELAB_DATA", "")) / "lfw"
    if not (folder / "lfw-deepfunneled").is_dir():
        pytest.skip("FACELAB_DATA holds no deep-funneled LFW")
    return folder


@pytest.fixture(scope="session")
def pair_run(tmp_path_factory) -> tuple[RunStore, str]:
    """A store, and the id of a finished run on pairs of drawn faces in it."""
    faces = {"source": "generated", "people": 12, "photos": 5, "size": 28}
    settings = {
        "data": {"source": "pairs", "faces": faces, "pairs": 200},
        "model": {"kind": "siamese", "branch": {"kind": "mlp", "hidden": [16]}, "embedding": 8, "loss": "contrastive"},
        "epochs": 2,
        "device": "cpu",
    }
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('pairs') / 'runs.sqlite'}")
    run_id = store.create(RunConfig.parse(settings), "On pairs")
    threads = torch.get_num_threads()
    execute(run_id, 1, store.url)
    torch.set_num_threads(threads)
    return store, run_id


@pytest.fixture
def assets(pair_run, tmp_path, monkeypatch) -> Path:
    """The folder of what comes with facelab, where the run is the ready-made network."""
    (tmp_path / "starters").mkdir()
    (tmp_path / "starters" / "verifier.run").write_bytes(pack(*pair_run, half=True))
    shutil.copy(paths.assets() / "reference.safetensors", tmp_path)
    monkeypatch.setattr(paths, "assets", lambda: tmp_path)
    return tmp_path
