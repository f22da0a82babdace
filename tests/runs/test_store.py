"""What every kind of run store promises of a run; `local_store` where the kind of database makes no difference."""

import time

import pytest
import torch

from facelab.errors import RunError
from facelab.models import blank
from facelab.runs import RunStore
from facelab.runs.lease import Unwanted
from facelab.runs.tables import metadata
from facelab.training import Checkpoint
from tests.runs.records import CONFIG, epoch, row_counts, started, step


def test_a_new_run_is_queued_and_named_by_its_config(store):
    run = store.get(store.create(CONFIG))
    assert (run.status, run.name, run.config) == ("queued", CONFIG.summary(), CONFIG)
    assert run.active
    assert abs(run.created - time.time()) < 60


def test_all_lists_the_newest_first(store):
    ids = [store.create(CONFIG, name) for name in "abc"]
    assert [run.id for run in store.all()] == ids[::-1]
    assert [run.name for run in store.all(limit=2)] == ["c", "b"]


def test_a_run_is_renamed(store):
    run_id = store.create(CONFIG)
    store.rename(run_id, "  wider ")
    assert store.get(run_id).name == "wider"


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_bad_name_is_refused(store, name):
    run_id = store.create(CONFIG)
    with pytest.raises(RunError, match="1 to 200 characters"):
        store.rename(run_id, name)


@pytest.mark.parametrize(
    "use", [RunStore.get, lambda s, i: s.rename(i, "x"), lambda s, i: s.ask(i, "stop"), RunStore.requeue]
)
def test_an_unknown_id_is_told(store, use):
    with pytest.raises(RunError, match="There is no run nothing: it was deleted"):
        use(store, "nothing")


def test_deleting_leaves_nothing_in_any_table(store):
    run_id, job = started(store)
    job.record([epoch(0), step(1, weights=[1.0])])
    job.save_tensors("weights", {"a": torch.zeros(3)})
    assert all(count for table, count in row_counts(store).items() if table != "sweeps")
    store.delete(run_id)
    assert row_counts(store) == dict.fromkeys(metadata.tables, 0) | {"schema_version": 1}
    store.delete(run_id)


def test_a_deleted_run_takes_nothing_more(store):
    run_id, job = started(store)
    store.delete(run_id)
    tensors = {"a": torch.zeros(3)}
    for write in (job.beat, lambda: job.record([step(1)]), lambda: job.save_tensors("weights", tensors)):
        with pytest.raises(Unwanted):
            write()
    assert row_counts(store)["steps"] == row_counts(store)["blobs"] == 0


def test_deleting_gives_the_disk_its_space_back(local_store, tmp_path):
    run_id, job = started(local_store)
    job.save_tensors("weights", {"a": torch.zeros(1_000_000)})
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) > 4_000_000
    local_store.delete(run_id)
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 500_000


def test_tags_and_notes(store):
    run_id = store.create(CONFIG)
    store.annotate(run_id, tags=" wide, best ")
    store.annotate(run_id, note="Overfits.")
    assert (store.get(run_id).tags, store.get(run_id).note) == ("wide, best", "Overfits.")
    store.annotate(run_id, tags="")
    assert (store.get(run_id).tags, store.get(run_id).note) == ("", "Overfits.")
    with pytest.raises(RunError, match="The tags of a run can have up to 200 characters"):
        store.annotate(run_id, tags="x" * 201)
    with pytest.raises(RunError, match="There is no run nothing"):
        store.annotate("nothing", note="x")


def test_a_network_is_read_as_it_was_kept_last(local_store):
    run_id = local_store.create(CONFIG)
    with pytest.raises(RunError, match="Nothing of this network is kept yet"):
        local_store.load_model(run_id)
    lease = local_store.claim(run_id, 1)
    lease.describe(classes=3)
    first, second = (blank(CONFIG.model, CONFIG.input_shape, 3, seed).state_dict() for seed in (1, 2))
    lease.save_checkpoint(Checkpoint({f"model.{name}": value for name, value in first.items()}, {}))
    assert torch.equal(local_store.load_model(run_id).output.weight, first["output.weight"])
    lease.save_tensors("weights", second)
    assert torch.equal(local_store.load_model(run_id).output.weight, first["output.weight"])
    lease.end("finished")
    assert torch.equal(local_store.load_model(run_id).output.weight, second["output.weight"])
    assert not local_store.load_model(run_id).training
