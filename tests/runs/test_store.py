"""What every kind of run store promises; `local_store` where the kind of database makes no difference."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import sqlalchemy as sql
import torch

from facelab.errors import RunError, StoreError
from facelab.runs import RunConfig, RunStore, Sweep, lease, status
from facelab.runs.database import Database
from facelab.runs.lease import Unwanted
from facelab.runs.tables import metadata, runs, schema
from facelab.training import Checkpoint, Record

CONFIG = RunConfig()


def step(number, epoch=0.5, **frames):
    metrics = {"loss": 1 / number, "learning_rate": 0.1}
    return Record("step", number, epoch, metrics, checkpoint, {name: np.array(frame) for name, frame in frames.items()})


def epoch(number, **metrics):
    return Record("epoch", 10 * number, float(number), metrics, checkpoint)


def checkpoint():
    return Checkpoint({"model.weight": torch.arange(3.0)}, {"step": 7, "window": [0.5], "best_loss": None})


def started(store):
    run_id = store.create(CONFIG)
    return run_id, store.claim(run_id, 1)


def row_counts(store):
    with Database(store.url).read() as connection:
        return {
            table.name: connection.execute(sql.select(sql.func.count()).select_from(table)).scalar()
            for table in metadata.sorted_tables
        }


def age(store, run_id, seconds):
    """Let a run's last heartbeat lie further back."""
    with Database(store.url).write() as connection:
        change = runs.update().where(runs.c.id == run_id).values(heartbeat=runs.c.heartbeat - seconds)
        connection.execute(change)


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


def test_records_come_back_as_curves_and_frames(store):
    run_id, job = started(store)
    job.record([epoch(0, validation_loss=2.0), step(5, 0.5, weights=[1, 2]), step(10, 1.0, weights=[3, 4])])
    job.record([epoch(1, validation_loss=1.0, train_loss=1.5, best_epoch=1, validation_accuracy=0.5)])
    history, run = store.history(run_id), store.get(run_id)
    assert history.steps["step"].tolist() == [5, 10]
    assert history.epochs["validation_loss"].tolist() == [2, 1]
    assert np.isnan(history.epochs["train_loss"][0])
    assert (run.step, run.epoch, run.best_epoch, run.best_validation_accuracy) == (10, 1, 1, 0.5)
    assert store.recorded(run_id) == (10, 1)
    steps, arrays = store.frames(run_id, "weights")
    assert steps == [5, 10]
    np.testing.assert_array_equal(arrays, [[1, 2], [3, 4]])


def test_a_run_without_records_has_empty_curves(store):
    run_id = store.create(CONFIG)
    history = store.history(run_id)
    assert {name: len(values) for name, values in history.steps.items()} == dict.fromkeys(history.steps, 0)
    assert history.epochs == {}
    assert store.frames(run_id, "weights") == ([], [])
    assert store.recorded(run_id) == (-1, -1)


def test_a_loss_that_is_no_number_is_kept_as_such(store):
    run_id, job = started(store)
    job.record([epoch(0, validation_loss=float("nan"), validation_accuracy=float("nan")), epoch(1, train_loss=np.inf)])
    assert store.history(run_id).epochs["train_loss"][1] == np.inf


def test_tensors_come_back_whole_also_in_parts(store, monkeypatch):
    monkeypatch.setattr(lease, "PART_BYTES", 100)
    run_id, job = started(store)
    weights = {"a": torch.randn(40), "b": torch.arange(3)}
    job.save_tensors("weights", {"a": torch.zeros(400)})
    job.save_tensors("weights", weights)
    loaded = store.load_tensors(run_id, "weights")
    assert loaded.keys() == weights.keys()
    assert all(torch.equal(loaded[name], weights[name]) for name in weights)
    assert store.load_bytes(run_id, "predictions") is None


def test_a_checkpoint_comes_back_and_goes_when_the_run_is_finished(store):
    run_id, job = started(store)
    assert store.load_checkpoint(run_id) is None
    job.save_checkpoint(checkpoint())
    loaded = store.load_checkpoint(run_id)
    assert loaded.progress == checkpoint().progress
    assert torch.equal(loaded.tensors["model.weight"], checkpoint().tensors["model.weight"])
    job.end("finished")
    assert store.load_checkpoint(run_id) is None


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


def test_a_running_run_hears_its_last_command(store):
    run_id, job = started(store)
    assert job.beat() == ""
    store.ask(run_id, "pause")
    store.ask(run_id, "stop")
    assert job.beat() == "stop"
    job.leave()
    assert store.get(run_id).status == "stopped"


@pytest.mark.parametrize(("command", "status"), [("pause", "paused"), ("stop", "stopped")])
def test_a_command_reaches_a_queued_run_at_once(store, command, status):
    run_id = store.create(CONFIG)
    store.ask(run_id, command)
    assert store.get(run_id).status == status
    assert store.claim(run_id, 1) is None


def test_a_command_that_comes_too_late_changes_nothing(store):
    run_id, job = started(store)
    store.ask(run_id, "pause")
    job.end("finished", "Done.")
    with pytest.raises(RunError, match="This run has finished already"):
        store.ask(run_id, "stop")
    assert (store.get(run_id).status, store.get(run_id).message) == ("finished", "Done.")


def test_a_paused_run_is_queued_again_once(store):
    run_id, job = started(store)
    store.ask(run_id, "pause")
    job.leave()
    assert store.requeue(run_id, "someone") == 2
    assert store.queued_by("someone") == [[(run_id, 2)]]
    with pytest.raises(RunError, match="This run is queued: there is nothing to resume"):
        store.requeue(run_id)


def test_of_many_who_resume_at_once_one_does(store):
    run_id = store.create(CONFIG)
    store.ask(run_id, "stop")

    def requeue(_):
        try:
            return store.requeue(run_id)
        except RunError:
            return None

    with ThreadPoolExecutor(8) as pool:
        assert sorted(filter(None, pool.map(requeue, range(8)))) == [2]


@pytest.mark.parametrize("end", ["finished", "diverged"])
def test_what_is_over_is_not_resumed(store, end):
    run_id, job = started(store)
    job.end(end)
    with pytest.raises(RunError, match=f"This run is {end}: there is nothing to resume"):
        store.requeue(run_id)
    assert store.claim(run_id, 1) is None


def test_an_outdated_job_changes_nothing(store):
    run_id, old = started(store)
    age(store, run_id, status.LOST_AFTER + 1)
    store.requeue(run_id)
    assert store.claim(run_id, 1) is None
    new = store.claim(run_id, 2)
    for write in (old.beat, lambda: old.record([step(1)]), lambda: old.end("finished")):
        with pytest.raises(Unwanted):
            write()
    new.record([step(1)])
    store.fail(run_id, 1, "Not this one.")
    assert store.get(run_id).status == "running"


def test_a_job_that_runs_again_takes_over_from_the_one_before(store):
    run_id, first = started(store)
    second = store.claim(run_id, 1)
    with pytest.raises(Unwanted):
        first.record([step(1)])
    second.record([step(1)])
    assert store.history(run_id).steps["step"].tolist() == [1]


def test_without_heartbeats_a_run_is_lost_and_can_go_on(store):
    run_id, job = started(store)
    job.record([epoch(0), epoch(1)])
    age(store, run_id, status.LOST_AFTER + 1)
    run = store.get(run_id)
    assert (run.status, run.resumable, run.epoch) == ("lost", True, 1)
    assert "resume it or discard it" in run.message
    assert store.active() == 0
    job.beat()
    assert store.get(run_id).status == "running"
    assert store.active() == 1


def test_a_lost_run_can_be_stopped_and_its_job_notices(store):
    run_id, job = started(store)
    age(store, run_id, status.LOST_AFTER + 1)
    store.ask(run_id, "stop")
    assert store.get(run_id).status == "stopped"
    with pytest.raises(Unwanted):
        job.beat()


def test_queued_runs_live_by_their_runner(store):
    first, second = store.create(CONFIG, runner="us"), store.create(CONFIG, runner="us")
    store.create(CONFIG, runner="them")
    age(store, first, status.LOST_AFTER + 1)
    assert store.get(first).status == "lost"
    assert store.queued_by("us", "Waiting.") == [[(first, 1)], [(second, 1)]]
    assert (store.get(first).status, store.get(first).message) == ("queued", "Waiting.")
    store.claim(first, 1)
    assert store.queued_by("us") == [[(second, 1)]]
    assert store.get(first).message == ""


def test_a_job_that_died_for_good_has_failed(store):
    run_id, _ = started(store)
    store.fail(run_id, 1, "Killed.")
    assert (store.get(run_id).status, store.get(run_id).message) == ("failed", "Killed.")


def test_two_stores_see_the_same_runs(store):
    other = RunStore(store.url)
    run_id, job = started(store)
    job.record([step(1)])
    assert other.history(run_id).steps["step"].tolist() == [1]
    other.delete(run_id)
    assert store.all() == []


def test_writers_and_readers_at_once_lose_nothing(store):
    jobs = [started(store) for _ in range(4)]

    def write(run_id, job):
        for number in range(1, 41):
            job.record([step(number), epoch(number)])
            job.save_tensors("weights", {"a": torch.full((5000,), number)})

    def read(_):
        ours = RunStore(store.url)
        return [len(ours.history(run.id).steps["step"]) for _ in range(10) for run in ours.all()]

    with ThreadPoolExecutor(8) as pool:
        writers = [pool.submit(write, *job) for job in jobs]
        list(pool.map(read, range(4)))
        for writer in writers:
            writer.result()
    for run_id, _ in jobs:
        assert store.history(run_id).steps["step"].tolist() == list(range(1, 41))
        assert store.load_tensors(run_id, "weights")["a"][0] == 40


def test_first_users_at_once_make_one_store(url):
    together = threading.Barrier(8)

    def open_it(_):
        together.wait()
        return RunStore(url).create(CONFIG)

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(open_it, range(8)))
    assert {run.id for run in RunStore(url).all()} == ids
    assert row_counts(RunStore(url))["schema_version"] == 1


def test_a_store_of_another_version_is_refused_and_left_alone(store):
    with Database(store.url).write() as connection:
        connection.execute(schema.update().values(version=999))
    with pytest.raises(StoreError, match="written by another version of facelab: name another one in FACELAB_STORE"):
        RunStore(store.url)


def test_settings_from_another_time_spoil_no_list(store):
    run_id = store.create(CONFIG)
    with Database(store.url).write() as connection:
        connection.execute(runs.update().values(config='{"epochs": -1}'))
    assert [run.id for run in store.all()] == [run_id]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("sqlite:////nowhere/at/all/runs.sqlite", "cannot be opened: unable to open database file."),
        ("postgresql+psycopg://me:secret@127.0.0.1:1/runs", r"me:\*\*\*@127.0.0.1:1/runs cannot be opened: "),
        ("nonsense", "cannot be opened: "),
        ("oracle9://x", "cannot be opened: "),
    ],
)
def test_a_store_that_cannot_be_opened_is_one_sentence(url, reason):
    with pytest.raises(StoreError, match=reason) as caught:
        RunStore(url)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_one_sentence(tmp_path):
    (tmp_path / "runs.sqlite").write_bytes(b"not a database, but long enough to look" * 100)
    with pytest.raises(StoreError, match="cannot be opened: file is not a database"):
        RunStore(f"sqlite:///{tmp_path / 'runs.sqlite'}")


def test_a_store_damaged_while_in_use_is_one_sentence(local_store, tmp_path):
    for file in tmp_path.iterdir():
        file.write_bytes(b"x" * 8192)
    with pytest.raises(StoreError, match="cannot be read: "):
        RunStore.all(local_store)


def test_a_store_that_may_only_be_read_is_one_sentence(local_store, tmp_path):
    run_id = local_store.create(CONFIG)
    reader = RunStore(f"sqlite:///file:{tmp_path / 'runs.sqlite'}?mode=ro&uri=true")
    assert reader.get(run_id).status == "queued"
    with pytest.raises(StoreError, match="cannot be written: attempt to write a readonly database"):
        reader.create(CONFIG)


def test_a_full_disk_is_one_sentence_and_loses_nothing(local_store):
    run_id, job = started(local_store)
    job.save_tensors("weights", {"a": torch.zeros(10)})
    with job._database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(StoreError, match="cannot be written: database or disk is full"):
        job.save_tensors("weights", {"a": torch.ones(100_000)})
    assert local_store.load_tensors(run_id, "weights")["a"].tolist() == [0] * 10


# Sweeps


def swept(store, values=(1, 2, 3), **settings):
    return store.create_sweep(Sweep.parse({"vary": [{"field": "epochs", "values": values}]} | settings), runner="us")


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


def test_curves_and_frames_of_many_are_those_of_each(store):
    ids = [run.id for run in store.members(swept(store))]
    for number, run_id in enumerate(ids[:2]):
        records = [epoch(0, validation_loss=2.0 + number), step(5, weights=[1, number]), step(10, weights=[3, number])]
        store.claim(run_id, 1).record(records)
    together = store.histories(ids)
    for run_id in ids:
        alone = store.history(run_id)
        for ours, theirs in ((together[run_id].steps, alone.steps), (together[run_id].epochs, alone.epochs)):
            assert ours.keys() == theirs.keys()
            assert all(ours[name].tolist() == theirs[name].tolist() for name in ours)
    frames = store.last_frames(ids, "weights")
    assert {run_id: (at, array.tolist()) for run_id, (at, array) in frames.items()} == {
        ids[0]: (10, [3, 0]),
        ids[1]: (10, [3, 1]),
    }
    assert store.histories([]) == store.last_frames([], "weights") == {}


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


def test_writing_within_writing_is_one_transaction(local_store):
    database = Database(local_store.url)

    def fail_after_writing():
        with database.write() as outer, database.write() as inner:
            assert inner is outer
            inner.execute(schema.update().values(version=999))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_writing()
    RunStore(local_store.url)
