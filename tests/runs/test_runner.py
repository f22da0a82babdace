"""Runs in real worker processes, of which real ones are killed."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
import torch

from facelab.errors import RunError
from facelab.runs import RunConfig, RunStore, Sweep, job, resume, runner, submit_sweep
from facelab.runs.runner import Runner

ROOT = Path(__file__).parents[2]
TRUE_WITHIN = 5.0
"""Seconds within which a status must have become true again."""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    return RunStore(f"sqlite:///{tmp_path_factory.mktemp('store') / 'runs.sqlite'}")


@pytest.fixture(scope="module")
def ours(store):
    ours = runner(store)
    assert ours.ready.wait(60)
    threads = torch.get_num_threads()
    yield ours
    torch.set_num_threads(threads)
    family = [psutil.Process(ours._process.pid), *psutil.Process(ours._process.pid).children(recursive=True)]
    assert len(family) >= 3
    ours.close()
    until(lambda: not any(map(lives, family)), TRUE_WITHIN)


@pytest.fixture(scope="module")
def long(config):
    """Some seconds of training."""
    return config.replace({"epochs": 800})


@pytest.fixture(scope="module")
def longer(config):
    """A run that no test waits for."""
    return config.replace({"epochs": 10_000})


def until(condition, seconds=120.0):
    """Wait until a condition holds; returns what it gave and how long that took."""
    start = time.monotonic()
    while not (value := condition()):
        assert time.monotonic() - start < seconds, "It took too long."
        time.sleep(0.02)
    return value, time.monotonic() - start


def reaches(store, run_id, status, seconds=120.0):
    return until(lambda: store.get(run_id).status == status, seconds)[1]


def trains(store, run_id, epochs=20):
    """Wait until so many more epochs are recorded."""
    first = store.get(run_id).epoch
    until(lambda: store.get(run_id).epoch >= first + epochs)


def workers_of(ours):
    """The worker processes of a runner's own cluster."""
    family = psutil.Process(ours._process.pid).children(recursive=True)
    return [each for each in family if any("multiprocessing" in part and "spawn" in part for part in each.cmdline())]


def worker_of(ours, store, run_id):
    """The process that trains: the busiest of the workers."""
    workers = workers_of(ours)
    before = {worker: sum(worker.cpu_times()[:2]) for worker in workers}
    trains(store, run_id, 100)
    return max(workers, key=lambda worker: sum(worker.cpu_times()[:2]) - before[worker])


def epochs_of(store, run_id):
    return store.history(run_id).epochs["epoch"].tolist()


def test_a_run_is_queued_then_running_then_finished(ours, store, config):
    seen = []
    run_id = ours.submit(config.replace({"epochs": 200}), "mine")

    def ended():
        run = store.get(run_id)
        seen.append(run.status)
        return not run.active

    until(ended)
    assert list(dict.fromkeys(seen)) in (["queued", "running", "finished"], ["running", "finished"])
    assert store.get(run_id).name == "mine"
    assert epochs_of(store, run_id) == list(range(201))


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one worker for one core")
def test_two_runs_train_at_once_and_the_third_takes_the_place_that_comes_free(ours, store, longer):
    first, second, third = (ours.submit(longer) for _ in range(3))
    until(lambda: store.get(first).epoch and store.get(second).epoch)
    if len(ours._client.scheduler_info()["workers"]) == 2:
        assert store.get(third).status == "queued"
    store.ask(second, "stop")
    trains(store, third)
    for run_id in (first, third):
        store.delete(run_id)


def test_it_is_paused_and_resumed_and_stopped(ours, store, longer):
    run_id = ours.submit(longer)
    trains(store, run_id)
    store.ask(run_id, "pause")
    reaches(store, run_id, "paused", TRUE_WITHIN)
    epoch = store.get(run_id).epoch
    ours.resume(run_id)
    with pytest.raises(RunError, match="nothing to resume"):
        ours.resume(run_id)
    trains(store, run_id)
    store.ask(run_id, "stop")
    reaches(store, run_id, "stopped", TRUE_WITHIN)
    assert store.get(run_id).epoch > epoch
    recorded = epochs_of(store, run_id)
    assert recorded == list(range(len(recorded)))


def test_after_the_death_of_its_worker_a_run_goes_on_by_itself(ours, store, long):
    run_id = ours.submit(long)
    worker = worker_of(ours, store, run_id)
    worker.kill()
    recorded = epochs_of(store, run_id)
    time.sleep(TRUE_WITHIN)
    run = store.get(run_id)
    assert run.status in ("running", "finished", "lost")
    assert epochs_of(store, run_id)[: len(recorded)] == recorded
    reaches(store, run_id, "finished")
    assert store.get(run_id).attempt == 1
    assert epochs_of(store, run_id) == list(range(long.epochs + 1))

    reference = store.create(long)
    job.execute(reference, 1, store.url)
    assert store.get(run_id).threads == store.get(reference).threads
    ours, theirs = (store.load_tensors(name, "weights") for name in (run_id, reference))
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_job_that_ends_with_an_error_has_failed(ours, store, config, monkeypatch):
    monkeypatch.setattr(job, "execute", lambda *_: 1 / 0)
    run_id = ours.submit(config)
    reaches(store, run_id, "failed")
    assert store.get(run_id).message == "ZeroDivisionError: division by zero"


def page_server(store, config, then):
    """What a page server does, in a process of its own; prints the id of the run that it submitted."""
    script = f"""
        import sys, time
        from facelab.runs import RunConfig, RunStore, submit
        store = RunStore({store.url!r})
        run_id = submit(RunConfig.parse({config.model_dump_json()!r}), store=store)
        print(run_id, flush=True)
        while {then}:
            time.sleep(0.1)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def lives(process):
    """Whether a process runs; where nobody waits for orphans, dead ones stay in the table."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_after_the_death_of_the_page_server_nothing_is_left_but_the_run(ours, store, long):
    with page_server(store, long, then="True") as server:
        run_id = server.stdout.readline().strip()
        trains(store, run_id, 100)
        family = psutil.Process(server.pid).children(recursive=True)
        assert len(family) >= 3
        server.kill()
    until(lambda: not any(map(lives, family)), TRUE_WITHIN)
    recorded = epochs_of(store, run_id)
    reaches(store, run_id, "lost", TRUE_WITHIN)
    assert recorded == list(range(len(recorded)))
    assert len(recorded) > 100

    resume(run_id, store)
    reaches(store, run_id, "finished")
    assert epochs_of(store, run_id) == list(range(long.epochs + 1))
    assert store.get(run_id).attempt == 2


def test_a_page_server_that_ends_by_itself_leaves_nothing_and_says_nothing(ours, store, config):
    with page_server(store, config, then="store.get(run_id).active") as server:
        server.stdout.readline()
        family = until(lambda: psutil.Process(server.pid).children(recursive=True))[0]
        assert server.wait(120) == 0
        assert server.stderr.read() == ""
    until(lambda: not any(map(lives, family)), TRUE_WITHIN)


def test_a_scheduler_that_does_not_answer_is_told_where_one_looks(store, config, monkeypatch):
    monkeypatch.setattr(sys.modules[Runner.__module__], "CONNECT_SECONDS", 1)
    far = Runner(store, "tcp://127.0.0.1:1")
    run_id = far.submit(config)
    far.start()
    try:
        until(lambda: "No worker process can be reached, trying again" in store.get(run_id).message)
        assert store.get(run_id).status == "queued"
    finally:
        far.close()


@pytest.fixture(scope="module")
def points():
    """A sweep over four learning rates that are trained together; with 10,000 epochs, one no test waits for."""
    base = {"data": {"source": "moons"}, "model": {"kind": "mlp", "hidden": [8]}, "batch_size": 10}

    def make(epochs):
        vary = [{"field": "optimizer.learning_rate", "values": [0.1, 0.03, 0.01, 0.003]}]
        return Sweep.parse({"base": RunConfig.parse(base | {"epochs": epochs}), "vary": vary})

    return make


def statuses(store, sweep_id):
    return [run.status for run in store.members(sweep_id)]


def test_the_members_of_a_sweep_train_at_once(ours, store, points):
    sweep_id = submit_sweep(points(10_000), "rates", store)
    assert store.sweep(sweep_id).name == "rates"
    until(lambda: all(run.epoch for run in store.members(sweep_id)))
    assert statuses(store, sweep_id) == ["running"] * 4
    store.ask_sweep(sweep_id, "stop")
    until(lambda: statuses(store, sweep_id) == ["stopped"] * 4, TRUE_WITHIN)


def test_a_sweep_on_faces_is_a_job_for_each(ours, store, config):
    vary = [{"field": "optimizer.learning_rate", "values": [0.1, 0.001]}]
    sweep_id = ours.submit_sweep(Sweep.parse({"base": config, "vary": vary}))
    until(lambda: statuses(store, sweep_id) == ["finished"] * 2)
    assert all(len(epochs_of(store, run.id)) == config.epochs + 1 for run in store.members(sweep_id))


def test_after_the_death_of_its_workers_a_sweep_goes_on_by_itself(ours, store, points):
    sweep_id = ours.submit_sweep(points(6000))
    until(lambda: all(run.epoch for run in store.members(sweep_id)))
    for worker in workers_of(ours):
        worker.kill()
    until(lambda: statuses(store, sweep_id) == ["finished"] * 4)
    for run in store.members(sweep_id):
        found = epochs_of(store, run.id)
        assert found == sorted(set(found))
        assert (found[0], found[-1]) == (0, 6000)


def test_after_the_death_of_the_cluster_another_takes_the_queue(ours, store, points, config):
    """The sweep keeps every worker busy."""
    sweep_id = ours.submit_sweep(points(10_000))
    until(lambda: all(run.epoch for run in store.members(sweep_id)))
    waiting = ours.submit(config)
    ours._process.kill()
    until(lambda: statuses(store, sweep_id) == ["lost"] * 4, TRUE_WITHIN + 2)
    assert store.get(waiting).status == "queued"
    reaches(store, waiting, "finished")
    first, *_ = store.members(sweep_id)
    ours.resume(first.id)
    trains(store, first.id)
    store.delete_sweep(sweep_id)


def test_a_job_that_kills_its_worker_every_time_has_failed(ours, store, config, monkeypatch):
    monkeypatch.setattr(job, "execute", lambda *_: os._exit(1))
    run_id = ours.submit(config)
    reaches(store, run_id, "failed")
    assert "killed again and again, perhaps for want of memory" in store.get(run_id).message
