"""Searches over networks of a few weights on points, in this process."""

import threading

import numpy as np
import pytest
import sqlalchemy as sql
import torch

from facelab.data import load_points
from facelab.errors import RunError, StoreError
from facelab.runs import RunConfig, RunStore, job
from facelab.runs.search import best_trial, forget, importances, search, searches, trials
from facelab.runs.spaces import Search

RATE = {"field": "optimizer.learning_rate", "low": 1e-4, "high": 1.0, "log": True}
BASE = RunConfig.parse(
    {
        "data": {"source": "moons", "points": 100, "split": {"train": 0.5, "validation": 0.25, "test": 0.25}},
        "model": {"kind": "mlp", "hidden": [4]},
        "batch_size": 10,
        "epochs": 5,
    }
)


@pytest.fixture(autouse=True)
def _same_threads_afterwards():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def small(**changes):
    return Search.parse({"base": BASE.model_dump(), "spaces": [RATE], "trials": 3, "pruner": False} | changes)


def stopped(plan, store, trial, epoch):
    """The trials that ended before the search was stopped in one of them, after so many of its epochs."""
    asked = threading.Event()

    def listen(run_id, record):
        if record.kind == "epoch" and record.epoch == epoch and store.get(run_id).name.startswith(f"Trial {trial}:"):
            asked.set()

    return list(search(plan, store, listen, asked.is_set))


def test_every_trial_is_a_run_with_its_settings(store):
    plan = small(
        spaces=[RATE, {"field": "depth", "low": 1, "high": 3}, {"field": "model.batch_norm", "choices": [True]}]
    )
    done = list(search(plan, store))
    assert done == trials(plan, store)
    assert [trial.number for trial in done] == [0, 1, 2]
    for trial in done:
        run = store.get(trial.run_id)
        assert run.status == "finished"
        assert run.config.optimizer.learning_rate == trial.values["optimizer.learning_rate"]
        assert run.config.model.hidden == (4,) * trial.values["depth"]
        assert run.config.model.batch_norm
        accuracies = store.history(run.id).epochs["validation_accuracy"]
        assert trial.accuracy == accuracies[-1]


def test_the_best_is_chosen_by_validation(local_store):
    done = list(search(small(), local_store))
    assert best_trial(done).accuracy == max(trial.accuracy for trial in done)
    assert best_trial([]) is None


def test_a_search_finds_the_rate_that_learns(local_store):
    plan = small(spaces=[RATE | {"low": 1e-6}], trials=12, base=BASE.replace({"epochs": 10}).model_dump())
    assert best_trial(list(search(plan, local_store))).values["optimizer.learning_rate"] > 1e-3


def test_two_sittings_propose_what_one_would(local_store, tmp_path):
    first = list(search(small(trials=2), local_store))
    more = list(search(small(trials=4), local_store))
    other = list(search(small(trials=4), RunStore(f"sqlite:///{tmp_path / 'other.sqlite'}")))
    assert [trial.values for trial in first + more] == [trial.values for trial in other]
    assert [trial.accuracy for trial in first + more] == [trial.accuracy for trial in other]
    assert not list(search(small(trials=4), local_store))


def test_a_search_stopped_in_a_trial_goes_on_in_it(local_store):
    """The second trial is stopped at its third epoch, and ends as if it had not been."""
    plan = small()
    assert len(stopped(plan, local_store, trial=1, epoch=3)) == 1
    _, left = trials(plan, local_store)
    assert (left.state, local_store.get(left.run_id).status) == ("running", "stopped")
    assert local_store.history(left.run_id).epochs["epoch"].tolist() == [0, 1, 2, 3]

    done = list(search(plan, local_store))
    assert (done[0].number, done[0].run_id, done[0].state) == (1, left.run_id, "finished")
    assert local_store.history(left.run_id).epochs["epoch"].tolist() == [0, 1, 2, 3, 4, 5]
    assert local_store.history(left.run_id).steps["step"].tolist() == list(range(1, 26))
    assert len(trials(plan, local_store)) == 3


def test_a_trial_whose_run_was_deleted_is_closed(local_store):
    plan = small(trials=1)
    stopped(plan, local_store, trial=0, epoch=1)
    (left,) = trials(plan, local_store)
    local_store.delete(left.run_id)
    assert not list(search(plan, local_store))
    assert [trial.state for trial in trials(plan, local_store)] == ["failed"]


def test_a_trial_whose_run_ended_without_its_search_counts(local_store):
    """As when a process is killed between the two, or the run was resumed by hand."""
    plan = small(trials=1)
    stopped(plan, local_store, trial=0, epoch=1)
    (left,) = trials(plan, local_store)
    job.execute(left.run_id, local_store.requeue(left.run_id), local_store.url)
    assert not list(search(plan, local_store))
    assert [trial.state for trial in trials(plan, local_store)] == ["finished"]


def test_a_trial_whose_run_is_deleted_meanwhile_has_no_say(local_store):
    def listen(run_id, record):
        if record.kind == "epoch" and record.epoch == 1:
            local_store.delete(run_id)

    (trial,) = search(small(trials=1), local_store, listen)
    assert trial.state == "failed"
    assert best_trial([trial]) is None


def test_two_that_search_together_leave_each_other_their_trials(local_store):
    """One begins in the middle of the other's first trial."""
    plan, meanwhile = small(trials=2), []

    def listen(run_id, record):
        if record.kind == "epoch" and record.epoch == 1 and not meanwhile:
            meanwhile.extend(search(plan, RunStore(local_store.url)))

    assert [trial.number for trial in search(plan, local_store, listen)] == [0]
    assert [trial.number for trial in meanwhile] == [1]
    assert {run.attempt for run in local_store.all()} == {1}


def test_hopeless_trials_are_pruned(local_store):
    """Weights so small that nothing is learned stay behind the median of the trials before."""
    spaces = [{"field": "optimizer.learning_rate", "low": 1e-7, "high": 0.1, "log": True}]
    plan = small(spaces=spaces, trials=15, pruner=True, base=BASE.replace({"epochs": 20}).model_dump())
    done = list(search(plan, local_store))
    pruned = [trial for trial in done if trial.state == "pruned"]
    assert pruned
    assert best_trial(done).state == "finished"
    for trial in pruned:
        run, history = local_store.get(trial.run_id), local_store.history(trial.run_id)
        assert (run.status, run.test_accuracy) == ("stopped", None)
        assert "median" in run.message
        assert 4 <= run.epoch < 20
        assert history.epochs["epoch"].tolist() == list(range(round(run.epoch) + 1))
        assert history.steps["step"].tolist() == list(range(1, run.step + 1))


def test_a_trial_that_diverged_counts_with_what_it_reached(local_store):
    base = BASE.replace({"optimizer.name": "sgd", "model.activation": "identity"}).model_dump()
    spaces = [{"field": "optimizer.learning_rate", "choices": [100.0]}]
    (trial,) = search(small(spaces=spaces, trials=1, base=base), local_store)
    assert (trial.state, local_store.get(trial.run_id).status) == ("finished", "diverged")
    assert trial.accuracy == np.nanmax(local_store.history(trial.run_id).epochs["validation_accuracy"])


def test_trials_that_all_fail_end_the_search_with_their_reason(local_store):
    batch = len(load_points(BASE.data).split("train")[1]) + 1
    plan = small(spaces=[{"field": "batch_size", "low": batch, "high": batch + 9}], trials=9)
    with pytest.raises(RunError, match=r"The first 3 trials came to nothing: .*batch"):
        list(search(plan, local_store))
    assert {trial.state for trial in trials(plan, local_store)} == {"failed"}


def test_no_trial_begins_once_the_time_is_over(local_store):
    assert not list(search(small(seconds=1e-9), local_store))
    assert trials(small(), local_store) == []


def test_importances_find_the_setting_that_counts(local_store):
    plan = small(spaces=[RATE | {"low": 1e-6}, {"field": "clip_norm", "low": 50, "high": 60}], trials=12)
    assert importances(plan, local_store) == {}
    list(search(plan, local_store))
    shares = importances(plan, local_store)
    assert next(iter(shares)) == "optimizer.learning_rate"
    assert sum(shares.values()) == pytest.approx(1)
    assert all(isinstance(share, float) for share in shares.values())


def test_searches_are_listed_and_forgotten(store):
    assert searches(store) == []
    plans = [small(trials=1), small(trials=1, seed=1)]
    for plan in plans:
        list(search(plan, store))
    assert searches(store) == plans[::-1]
    assert searches(store, 1) == plans[1:]
    forget(plans[0], store)
    forget(plans[0], store)
    assert searches(store) == plans[1:]
    assert len(store.all()) == 2


def test_optuna_is_quiet(local_store, caplog, capfd):
    list(search(small(trials=1), local_store))
    assert not caplog.records
    assert capfd.readouterr() == ("", "")


def test_a_store_that_fails_is_told(local_store):
    list(search(small(trials=1), local_store))
    engine = sql.create_engine(local_store.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE trials")
    engine.dispose()
    with pytest.raises(StoreError, match="cannot be read or written: no such table"):
        trials(small(), local_store)
