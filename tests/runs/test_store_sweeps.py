"""Sweeps in the store: their members, and many runs at once."""

import pytest
import torch

from facelab.errors import RunError
from facelab.runs import status
from facelab.runs.tables import metadata
from tests.runs.records import CONFIG, age, epoch, row_counts, step, swept


def test_a_sweep_groups_its_members(store):
    store.create(CONFIG)
    sweep_id = swept(store, repeats=2)
    kept, members = store.sweep(sweep_id), store.members(sweep_id)
    assert [run.config for run in members] == [member.config for member in kept.sweep.members()]
    assert [run.member for run in members] == list(range(6))
    assert [run.name for run in members[:2]] == ["epochs 1", "epochs 1, repeat 2"]
    assert {run.sweep for run in members} == {sweep_id}
    assert kept.name == "Epochs: ConvNet 16-32-64-128, adam 0.001, generated"
    assert store.queued_by("us") == [[(run.id, 1)] for run in members]


def test_sweeps_are_listed_newest_first(store):
    ids = [swept(store) for _ in range(3)]
    assert [kept.id for kept in store.sweeps()] == ids[::-1]
    assert [kept.id for kept in store.sweeps(1)] == ids[2:]
    with pytest.raises(RunError, match="There is no sweep nothing: it was deleted"):
        store.sweep("nothing")


def test_members_can_be_left_out_of_the_list(store):
    run_id, sweep_id = store.create(CONFIG), swept(store)
    assert [run.id for run in store.all(members=False)] == [run_id]
    assert len(store.all()) == 4
    store.delete_sweep(sweep_id)
    assert [run.id for run in store.all()] == [run_id]


def test_deleting_a_sweep_leaves_nothing_in_any_table(store):
    sweep_id = swept(store)
    for run in store.members(sweep_id):
        job = store.claim(run.id, 1)
        job.record([epoch(0), step(1, weights=[1.0])])
        job.save_tensors("weights", {"a": torch.zeros(3)})
    assert all(row_counts(store).values())
    store.delete_sweep(sweep_id)
    assert row_counts(store) == dict.fromkeys(metadata.tables, 0) | {"schema_version": 1}


def test_a_whole_sweep_is_asked_to_stop(store):
    sweep_id = swept(store)
    done, running, _ = store.members(sweep_id)
    store.claim(done.id, 1).end("finished")
    job = store.claim(running.id, 1)
    store.ask_sweep(sweep_id, "stop")
    assert [run.status for run in store.members(sweep_id)] == ["finished", "running", "stopped"]
    assert job.beat() == "stop"


def test_many_leases_beat_at_once_and_hear_commands(store):
    first, second, third = store.members(swept(store))
    leases = store.claim_many([(run.id, 1) for run in (first, second, third)])
    store.ask(second.id, "stop")
    store.delete(third.id)
    age(store, first.id, status.LOST_AFTER + 1)
    leases.beat()
    assert leases.asked == {second.id, third.id}
    assert store.get(first.id).status == "running"
    leases.end("finished")
    assert {run.status for run in store.members(first.sweep)} == {"finished"}
    assert not leases.left


def test_a_thousand_runs_are_kept_listed_and_read_at_once(store):
    sweep_id = swept(store, range(1, 1001))
    ids = [run.id for run in store.members(sweep_id)]
    store.claim(ids[-1], 1).record([epoch(0, train_loss=1.0)])
    assert {run.id for run in store.all()} == set(ids)
    assert len(store.all(10)) == 10
    assert len(store.queued_by("us")) == 999
    histories = store.histories(ids)
    assert [len(histories[run_id].epochs.get("epoch", ())) for run_id in ids] == [0] * 999 + [1]
    store.delete_sweep(sweep_id)
    assert store.all() == []
