"""Which sweeps and searches are refused before they begin."""

import pytest
from PIL import Image

from facelab.errors import DataError, SettingsError, ShapeError
from facelab.runs import RunConfig, Sweep, room
from facelab.runs.room import check, check_search
from facelab.runs.spaces import Search

SHARES = {"train": 0.5, "validation": 0.25, "test": 0.25}
POINTS = RunConfig.parse({"data": {"source": "moons", "split": SHARES}, "model": {"kind": "mlp", "hidden": [8, 8]}})
FACES = RunConfig.parse(
    {"data": {"source": "generated", "people": 6, "photos": 50, "split": {"train": 30, "validation": 10, "test": 10}}}
)


def sweep(field, values, base=POINTS, **settings):
    return Sweep.parse({"base": base, "vary": [{"field": field, "values": values}]} | settings)


def searched(base, **space):
    return Search.parse({"base": base, "spaces": [space]})


@pytest.mark.parametrize(("base", "examples"), [(POINTS, 250), (FACES, 180)])
def test_a_batch_larger_than_the_data(base, examples):
    batches = [10, examples + 1]
    said = f"batch_size is {examples + 1}, but there are only {examples} .*: choose at most {examples}"
    with pytest.raises(SettingsError, match=said):
        check(sweep("batch_size", batches, base))
    with pytest.raises(SettingsError, match=said):
        check_search(searched(base, field="batch_size", low=10, high=examples + 1))
    check(sweep("batch_size", [10, examples], base))
    check_search(searched(base, field="batch_size", choices=[10, examples]))


def test_a_folder_is_counted(tmp_path):
    for name in ("Ada", "Ben"):
        (tmp_path / name).mkdir()
        for number in range(10):
            Image.new("RGB", (28, 28)).save(tmp_path / name / f"{number}.png")
    data = {"source": "folder", "path": str(tmp_path), "split": {"train": 4, "validation": 3, "test": 3}}
    with pytest.raises(SettingsError, match=r"batch_size is 9, but there are only 8 "):
        check(sweep("batch_size", [8, 9], RunConfig.parse({"data": data})))


def test_data_that_are_not_there():
    with pytest.raises(DataError, match=r"no\.csv"):
        check(sweep("data.path", ["no.csv"], POINTS.replace({"data.source": "table"})))
    with pytest.raises(DataError, match="There is no folder nowhere"):
        check(sweep("data.path", ["nowhere"], FACES.replace({"data.source": "folder", "data.path": "x"})))


def test_a_network_that_cannot_take_its_data():
    blocks = [{"kernel": 31, "padding": 0}] * 3
    with pytest.raises(ShapeError, match="Block 3"):
        check(sweep("epochs", [1, 2], FACES.replace({"model.blocks": blocks})))


def test_more_members_in_the_engine_than_memory_allows(monkeypatch):
    one = sweep("optimizer.learning_rate", [1, 0.1], repeats=20)
    check(one)
    monkeypatch.setattr(room, "ROOM", 1e-6)
    with pytest.raises(SettingsError, match=r"These 40 members would need about 0\.0 GB of memory, but only 0\.0 GB"):
        check(one)


@pytest.mark.parametrize("base", [FACES, POINTS.replace({"model.hidden": [100, 100]})], ids=["faces", "wide"])
def test_of_jobs_only_those_that_train_at_once_count(base, monkeypatch):
    free = type("Memory", (), {"available": 1e9})
    monkeypatch.setattr(room.psutil, "virtual_memory", lambda: free)
    monkeypatch.setattr(room, "_job_bytes", lambda *args: 0.2e9)
    check(sweep("seed", range(50), base), at_once=2)
    with pytest.raises(SettingsError, match=r"^The 3 largest networks, which may .* about 0\.6 GB .* only 0\.5 GB may"):
        check(sweep("seed", range(50), base), at_once=3)
    check_search(searched(base, field="seed", low=0, high=9))


def test_a_job_needs_what_its_network_and_batch_need(monkeypatch):
    """As measured in a process of its own: peaks of 0.6 and 1.7 GB."""
    asked = []
    job_bytes = room._job_bytes
    monkeypatch.setattr(room, "_job_bytes", lambda *args: asked.append(job_bytes(*args)) or asked[-1])
    data = {"source": "generated", "people": 40, "photos": 30, "size": 64}
    check(sweep("seed", [0], RunConfig.parse({"data": data, "batch_size": 512})))
    check(sweep("seed", [0], RunConfig.parse({"data": data, "model": {"kind": "mlp", "hidden": [4096, 4096]}})))
    assert asked == pytest.approx([0.61e9, 1.66e9], rel=0.15)
