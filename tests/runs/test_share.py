"""Many members in one job, in this process."""

import threading
import time

import numpy as np
import pytest
import torch

from facelab.runs import RunConfig, Sweep, job, share
from facelab.runs.share import execute_share

BASE = RunConfig.parse(
    {
        "data": {"source": "spirals", "points": 120, "split": {"train": 0.5, "validation": 0.2, "test": 0.3}},
        "model": {"kind": "mlp", "hidden": [6, 5]},
        "batch_size": 10,
        "epochs": 12,
    }
)
LONG = BASE.replace({"data.points": 20_000, "epochs": 10_000})
"""Training that no test waits for."""
FACTS = ("status", "message", "epoch", "step", "best_epoch", "best_validation_accuracy", "validation_accuracy")
FACTS += ("test_right", "test_total", "classes", "parameters", "fingerprint", "threads")
DIVERGING = {"optimizer.name": "sgd", "optimizer.learning_rate": 100, "optimizer.weight_decay": 10}


@pytest.fixture(autouse=True)
def _same_threads_afterwards():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def store(local_store):
    return local_store


def created(store, field="optimizer.learning_rate", values=(0.1, 0.01), base=BASE, **settings):
    """The id of a new sweep, and its members as a job gets them."""
    one = Sweep.parse({"base": base, "vary": [{"field": field, "values": values}]} | settings)
    sweep_id = store.create_sweep(one, runner="us")
    (queued,) = store.queued_by("us")
    return sweep_id, queued


def trained(store, *args, **settings):
    sweep_id, queued = created(store, *args, **settings)
    execute_share(queued, store.url)
    return store.members(sweep_id)


def in_background(store, queued):
    thread = threading.Thread(target=execute_share, args=(queued, store.url))
    thread.start()
    return thread


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "It took too long."
        time.sleep(0.02)


def assert_same_tensors(ours, theirs):
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)


def test_a_member_is_as_if_it_had_been_trained_alone(store):
    for ours in trained(store, "early_stopping.patience", (0, 2)):
        alone = store.create(ours.config)
        job.execute(alone, 1, store.url)
        theirs = store.get(alone)
        for name in FACTS:
            assert getattr(ours, name) == pytest.approx(getattr(theirs, name)), name
        for blob in ("weights", "predictions"):
            assert_same_tensors(store.load_tensors(ours.id, blob), store.load_tensors(alone, blob))
        our_curves, their_curves = store.history(ours.id), store.history(alone)
        for name in ("epoch", "step", "train_loss", "validation_loss", "test_accuracy", "learning_rate", "best_epoch"):
            np.testing.assert_allclose(our_curves.epochs[name], their_curves.epochs[name], rtol=1e-6, err_msg=name)
        for name, column in our_curves.steps.items():
            np.testing.assert_allclose(column, their_curves.steps[name], rtol=1e-6, err_msg=name)
        assert {"images_per_second", "seconds_left"} < our_curves.epochs.keys()
        steps, frames = store.frames(ours.id, "weights")
        np.testing.assert_array_equal(frames[0], store.frames(alone, "weights")[1][0])
        assert (steps[0], steps[-1]) == (0, ours.step)


def test_a_long_member_keeps_few_records(store):
    for run in trained(store, base=BASE.replace({"epochs": 700})):
        curves = store.history(run.id)
        assert 90 <= len(curves.epochs["epoch"]) <= 101
        assert len(curves.steps["step"]) <= 200
        assert 15 <= len(store.frames(run.id, "weights")[0]) <= 21
        assert run.best_validation_accuracy is not None


def test_a_diverged_member_is_shown_as_such_while_the_others_go_on(store):
    base = BASE.replace(DIVERGING | {"optimizer.learning_rate": 0.01})
    diverged, finished = trained(store, values=(100, 0.001), base=base)
    assert (diverged.status, finished.status) == ("diverged", "finished")
    alone = store.create(diverged.config)
    job.execute(alone, 1, store.url)
    assert diverged.message == store.get(alone).message != ""
    assert_same_tensors(store.load_tensors(diverged.id, "weights"), store.load_tensors(alone, "weights"))


def test_progress_is_seen_while_they_train(store):
    sweep_id, queued = created(store, base=LONG, repeats=3)
    thread = in_background(store, queued)
    until(lambda: all(run.epoch for run in store.members(sweep_id)))
    run, *_ = store.members(sweep_id)
    assert run.status == "running"
    assert run.seconds_left > 0
    assert len(store.last_frames([run.id], "weights")) == 1
    store.ask_sweep(sweep_id, "stop")
    thread.join(20)
    assert {run.status for run in store.members(sweep_id)} == {"stopped"}


def test_one_member_is_paused_and_later_starts_again_alone(store, monkeypatch):
    sweep_id, queued = created(store, base=LONG)
    thread = in_background(store, queued)
    first = queued[0][0]
    until(lambda: store.get(first).epoch)
    store.ask(first, "pause")
    until(lambda: [run.status for run in store.members(sweep_id)] == ["paused", "running"])
    store.ask_sweep(sweep_id, "stop")
    thread.join(20)
    assert store.load_tensors(first, "weights")

    def interrupt(record):
        if record.epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(job, "FLUSH_SECONDS", 0)
    attempt = store.requeue(first, "us")
    assert store.queued_by("us") == [[(first, attempt)]]
    with pytest.raises(KeyboardInterrupt):
        job.execute(first, attempt, store.url, interrupt)
    assert store.history(first).epochs["epoch"].tolist() == [0, 1, 2, 3]


def test_deleted_members_leave_nothing_and_the_others_go_on(store):
    sweep_id, queued = created(store, base=LONG)
    thread = in_background(store, queued)
    (first, _), (second, _) = queued
    until(lambda: store.get(first).epoch)
    store.delete(first)
    epoch = store.get(second).epoch
    until(lambda: store.get(second).epoch > epoch)
    store.ask(second, "stop")
    thread.join(20)
    assert [run.status for run in store.members(sweep_id)] == ["stopped"]
    assert store.history(first).epochs == {}


def test_a_deleted_sweep_ends_its_job(store):
    sweep_id, queued = created(store, base=LONG)
    thread = in_background(store, queued)
    until(lambda: store.members(sweep_id)[0].epoch)
    store.delete_sweep(sweep_id)
    thread.join(20)
    assert not thread.is_alive()
    assert store.all() == store.sweeps() == []


def test_a_member_that_cannot_be_trained_fails_alone(store):
    failed, finished = trained(store, "batch_size", (500, 10))
    assert (failed.status, finished.status) == ("failed", "finished")
    assert failed.message.startswith("batch_size is 500, but there are only 60 examples to train on")


def test_a_member_that_is_not_wanted_any_more_is_left_out(store):
    sweep_id, queued = created(store)
    store.ask(queued[0][0], "stop")
    execute_share(queued, store.url)
    assert [run.status for run in store.members(sweep_id)] == ["stopped", "finished"]


def test_after_the_death_of_its_worker_the_job_runs_again(store, monkeypatch):
    """As Dask has it: the same attempt. What is finished stays so, and curves have no gap and no double."""
    sweep_id, queued = created(store, "epochs", (10, 3000))
    keep = share._keep

    def die(leases, members, many):
        keep(leases, members, many)
        if len(leases.left) == 1 and not many.fitted[1].outcome:
            raise SystemExit

    monkeypatch.setattr(share, "FLUSH_SECONDS", 0)
    with monkeypatch.context() as patch:
        patch.setattr(share, "_keep", die)
        with pytest.raises(SystemExit):
            execute_share(queued, store.url)
    first, second = store.members(sweep_id)
    assert (first.status, second.status) == ("finished", "running")
    execute_share(queued, store.url)
    again, second = store.members(sweep_id)
    assert again == first
    assert second.status == "finished"
    found = store.history(second.id).epochs["epoch"]
    assert (np.diff(found) > 0).all()
    assert (found[0], found[-1]) == (0, 3000)


def test_an_unexpected_error_is_in_the_store_and_raised(store, monkeypatch):
    sweep_id, queued = created(store)
    monkeypatch.setattr(share, "fit_many", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        execute_share(queued, store.url)
    assert {(run.status, run.message) for run in store.members(sweep_id)} == {
        ("failed", "ZeroDivisionError: division by zero")
    }


def test_interrupted_at_the_keyboard_all_are_stopped(store, monkeypatch):
    sweep_id, queued = created(store)

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(share, "_keep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        execute_share(queued, store.url)
    assert {run.status for run in store.members(sweep_id)} == {"stopped"}
