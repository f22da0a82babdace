"""The standing of a search, and the job that does it."""

import threading
import time

import pytest

from facelab.errors import RunError
from facelab.runs import RunStore, searching
from facelab.runs.search import forget, search, trials
from facelab.runs.status import LOST_AFTER
from tests.runs.test_search import small


def run_here(plan, store):
    searching.queue(plan, store)
    searching.execute_search(plan.model_dump_json(), store.url)
    return searching.standing(plan, store)


def test_a_search_is_queued_running_and_finished(store):
    plan = small()
    assert not searching.standing(plan, store).active
    searching.queue(plan, store)
    assert searching.standing(plan, store).status == "queued"
    assert searching.waits(plan, store)
    searching.execute_search(plan.model_dump_json(), store.url)
    assert searching.standing(plan, store) == searching.Standing("finished")
    assert not searching.waits(plan, store)
    assert [trial.state for trial in trials(plan, store)] == ["finished"] * 3
    assert searching.find(plan.id, store) == plan


def test_one_that_goes_on_is_not_begun_twice(local_store):
    searching.queue(small(), local_store)
    with pytest.raises(RunError, match="going on already"):
        searching.queue(small(), local_store)


def test_stopped_in_the_queue_it_needs_no_worker(local_store):
    searching.queue(small(), local_store)
    searching.ask_to_stop(small(), local_store)
    assert not searching.waits(small(), local_store)
    assert searching.standing(small(), local_store).status == "stopped"


def test_stopped_in_a_trial_it_goes_on_in_it(local_store):
    plan = small(trials=2, base=small().base.replace({"epochs": 10_000}).model_dump())
    searching.queue(plan, local_store)
    job = threading.Thread(target=searching.execute_search, args=(plan.model_dump_json(), local_store.url))
    job.start()
    while not trials(plan, local_store):
        time.sleep(0.02)
    assert searching.standing(plan, local_store).status == "running"
    searching.ask_to_stop(plan, local_store)
    job.join(20)
    assert searching.standing(plan, local_store) == searching.Standing("stopped")
    (left,) = trials(plan, local_store)
    assert local_store.get(left.run_id).status == "stopped"


def test_without_a_heartbeat_it_is_lost_and_can_be_queued_again(local_store, monkeypatch):
    searching.queue(small(), local_store)
    later = local_store.now() + LOST_AFTER + 1
    monkeypatch.setattr(RunStore, "now", lambda self: later)
    assert searching.standing(small(), local_store).status == "lost"
    searching.queue(small(), local_store)
    assert searching.standing(small(), local_store).status == "queued"


def test_why_it_failed_is_said(local_store):
    plan = small(spaces=[{"field": "batch_size", "low": 900, "high": 999}], trials=9)
    ended = run_here(plan, local_store)
    assert ended.status == "failed"
    assert "came to nothing" in ended.message
    assert "batch" in ended.message


def test_out_of_time_it_says_so(local_store):
    ended = run_here(small(seconds=1e-9), local_store)
    assert (ended.status, "seconds are over" in ended.message) == ("stopped", True)


def test_a_killed_worker_is_told_unless_it_had_ended(local_store):
    searching.queue(small(), local_store)
    searching.fail(small(), local_store, "Killed.")
    assert searching.standing(small(), local_store) == searching.Standing("failed", "Killed.")
    run_here(small(), local_store)
    searching.fail(small(), local_store, "Killed.")
    assert searching.standing(small(), local_store).status == "finished"


def test_what_is_deleted_is_not_found(local_store):
    run_here(small(trials=1), local_store)
    forget(small(), local_store)
    with pytest.raises(RunError, match="no search"):
        searching.find(small().id, local_store)
    assert not searching.waits(small(), local_store)


def test_one_from_the_command_line_stands_as_ended(local_store):
    list(search(small(trials=1), local_store))
    assert searching.standing(small(), local_store) == searching.Standing("stopped")
