"""Pages with a store of their own, and training in this process."""

import pytest

from facelab.runs import RunStore
from facelab.runs.job import execute
from facelab.ui import live, services
from facelab.ui.breaking import cure
from facelab.ui.playground import keep


@pytest.fixture(autouse=True)
def fresh_store(tmp_path, monkeypatch):
    """A store of its own, and training in this process instead of in workers."""
    monkeypatch.setenv("FACELAB_STORE", f"sqlite:///{tmp_path / 'runs.sqlite'}")
    services.everyones_store.clear()

    def train_here(config, name="", store=None):
        run_id = store.create(config, name)
        execute(run_id, 1, store.url)
        return run_id

    for page in (live, keep, cure):
        monkeypatch.setattr(page, "submit", train_here)
    yield RunStore()
    services.everyones_store.clear()
