"""The store as a database: several users at once, other versions, and what goes wrong with files and disks."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from facelab.errors import RunError, StoreError
from facelab.runs import RunStore
from facelab.runs.database import Database
from facelab.runs.tables import runs, schema
from tests.runs.records import CONFIG, epoch, row_counts, started, step


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


def test_what_is_written_at_once_is_kept_as_a_whole_or_not_at_all(store):
    def write(error):
        with store.at_once():
            started(store)
            store.create(CONFIG)
            if error:
                raise error

    with pytest.raises(RunError):
        write(RunError("Enough."))
    assert store.all() == []
    write(None)
    assert len(store.all()) == 2
