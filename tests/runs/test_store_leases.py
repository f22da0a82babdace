"""Who may write about a run, and what it is asked to do."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from facelab.errors import RunError
from facelab.runs import status
from facelab.runs.lease import Unwanted
from tests.runs.records import CONFIG, age, epoch, started, step


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
