"""The ready-made runs are what their settings say, and open as any run does."""

import pytest

from facelab.labs import starters
from facelab.labs.starters import STARTERS, install
from facelab.models import blank
from facelab.runs import RunStore


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('starters') / 'runs.sqlite'}")
    install(store)
    return store


def test_they_are_installed_once(store):
    before = store.all()
    assert install(store) == [f"ready-made-{name}" for name in STARTERS]
    assert store.all() == before
    assert {run.name for run in before} == {starter.title for starter in STARTERS.values()}


def test_one_that_was_deleted_or_is_of_another_version_comes_back(store):
    first, second, *_ = install(store)
    store.delete(first)
    store.delete(second)
    store.create(STARTERS["mlp"].config.replace({"epochs": 1}), run_id=second)
    store.claim(second, 1).end("finished")
    install(store)
    assert [store.get(run_id).config for run_id in (first, second)] == [
        STARTERS[name].config for name in ("convnet", "mlp")
    ]


def test_another_server_on_the_same_store_may_be_faster(tmp_path, monkeypatch):
    store = RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    unpack = starters.unpack
    monkeypatch.setattr(starters, "unpack", lambda *args: (unpack(*args), unpack(*args)))
    assert install(store) == [run.id for run in store.all()[::-1]]


@pytest.mark.parametrize("name", STARTERS)
def test_it_was_trained_with_its_settings(store, name):
    starter = STARTERS[name]
    run = store.get(f"ready-made-{name}")
    assert run.config == starter.config
    assert (run.status, run.epoch) == ("finished", starter.config.epochs)
    model = blank(run.config.model, run.config.input_shape, run.classes)
    model.load_state_dict(store.load_tensors(run.id, "weights"))
    card = starter.file(name).with_suffix(".md").read_text()
    assert f"({run.test_right} of {run.test_total};" in card
    assert f"{run.parameters:,} parameters" in card
