"""Search: Optuna proposes settings, each trial is a run, and the validation accuracy decides.

The study lies beside the runs in the store's database, so that several processes can work on one search, and one that
was stopped or killed goes on where it was: trials in the middle continue from their runs' checkpoints. The test split
has no say; the score on it is for the one run that is chosen in the end. A search that a worker does is in
`facelab.runs.searching`.
"""

import math
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import optuna
from optuna.storages import BaseStorage, RDBStorage
from optuna.trial import TrialState
from sqlalchemy.exc import SQLAlchemyError

from facelab.errors import RunError, SettingsError, StoreError
from facelab.runs.database import LOCK_SECONDS, Database
from facelab.runs.job import execute
from facelab.runs.lease import Unwanted
from facelab.runs.ranking import accuracies
from facelab.runs.run import History, Run
from facelab.runs.spaces import Search, settings_of
from facelab.runs.store import RunStore
from facelab.runs.sweep import name_of
from facelab.training import Record

REPORTS = 10
"""How often in a trial the pruner is asked, about; each time costs two transactions."""
WARM_UP = 0.2
"""The share of the epochs in which nothing is pruned, for slow starters."""
HOPELESS = 3
"""A search whose first trials all fail, so many of them, gives up."""
IMPORTANCE_TRIALS = 4
"""Finished trials below which importances would say nothing."""
OPENING_TRIES, OPENING_PAUSE = 20, 0.1
SCORED = ("finished", "diverged")
OPEN = ("stopped", "paused", "lost")
"""The states of a run in which its trial has a value, and in which it can be gone on with."""
RUN, SETTINGS = "run", "search"

State = Literal["running", "finished", "pruned", "failed"]
STATES: dict[TrialState, State] = {
    TrialState.RUNNING: "running",
    TrialState.WAITING: "running",
    TrialState.COMPLETE: "finished",
    TrialState.PRUNED: "pruned",
    TrialState.FAIL: "failed",
}

# Its log would repeat on the terminal what the store says.
optuna.logging.set_verbosity(optuna.logging.ERROR)


@dataclass(frozen=True)
class Trial:
    """One trial: its run, what it tried by field, and its validation accuracy, 0 to 1, as far as it is known.

    One that was left in the middle, for its search to go on with, is "running" all the while; its run says more.
    """

    number: int
    run_id: str
    values: dict[str, Any]
    state: State
    accuracy: float | None


def search(
    search: Search,
    store: RunStore,
    listen: Callable[[str, Record], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> Iterator[Trial]:
    """Try settings until the budget is used up; yields each trial as it ends.

    The sampler is TPE (Bergstra et al. 2011), the pruner Optuna's median. A trial's objective is the best validation
    accuracy of any epoch; one that diverged keeps what it reached before. Several processes may search together.

    Args:
        listen: is shown every run's id and records as they come.
        stop: asked at every record; once it is true the search ends, and can be gone on with by calling this again.

    Raises:
        RunError: the first trials all failed; the text has the reason of the last.
        SettingsError: it is on the people of a session.
        StoreError: the store cannot be read or written.
    """
    limit = math.inf if search.seconds is None else time.monotonic() + search.seconds

    def over() -> bool:
        return time.monotonic() > limit or (stop is not None and stop())

    with explained(store):
        study = study_of(search, store)
        study.set_user_attr(SETTINGS, search.model_dump_json())
        while not over() and (begun := _reopened(study, store) or _next(search, study, store)):
            trial, run_id, attempt = begun
            watch = _Watch(search, store, trial, run_id, attempt, over, listen or (lambda run_id, record: None))
            try:
                execute(run_id, attempt, store.url, watch)
            except Exception:
                study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)
                raise
            if watch.stopped:
                return
            _tell(study, store, trial.number, run_id)
            ended = _trial(study.get_trials(deepcopy=False)[trial.number])
            if ended.state != "running":
                yield ended
            _give_up_if_hopeless(study, store)


def trials(search: Search, store: RunStore) -> list[Trial]:
    """The trials so far, in the order in which they began.

    Raises:
        StoreError: the store cannot be read or written.
    """
    with explained(store):
        return [_trial(trial) for trial in _frozen(search, store)]


def best_trial(trials: list[Trial]) -> Trial | None:
    """The finished trial with the highest validation accuracy, the first of equals; None before one has finished."""
    finished = [trial for trial in trials if trial.state == "finished"]
    return max(finished, key=lambda trial: trial.accuracy, default=None)


def importances(search: Search, store: RunStore) -> dict[str, float]:
    """How much of the variance in validation accuracy each setting explains, by field, the greatest first; sum 1.

    Functional ANOVA over the finished trials (Hutter, Hoos and Leyton-Brown 2014). Pruned trials are left out, for
    their accuracies are those of other epochs. Empty where there are fewer than `IMPORTANCE_TRIALS` finished trials, or
    all came out alike.
    """
    with explained(store):
        finished = [trial for trial in _frozen(search, store) if trial.state == TrialState.COMPLETE]
        if len(finished) < IMPORTANCE_TRIALS or len({trial.value for trial in finished}) < 2:
            return {}
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=search.seed)
        shares = optuna.importance.get_param_importances(study_of(search, store), evaluator=evaluator)
        return {field: float(share) for field, share in shares.items()}


def searches(store: RunStore, limit: int | None = None) -> list[Search]:
    """The searches in the store, the newest first, but those with settings from another time and those on people whom
    `RunStore.seen_by` hides."""
    with explained(store):
        # In the order in which they were made; a summary of each, which has the time as well, would read every trial.
        studies = storage_of(store).get_all_studies()
    found = []
    for study in reversed(studies):
        with suppress(SettingsError, KeyError):
            found.append(Search.parse(study.user_attrs[SETTINGS]))
    return [search for search in found if store.sees(search.people)][:limit]


def forget(search: Search, store: RunStore) -> None:
    """Delete a search; its runs stay. Nothing happens if there is none."""
    with explained(store):
        storage = storage_of(store)
        if search.id in optuna.get_all_study_names(storage):
            optuna.delete_study(study_name=search.id, storage=storage)


class _Watch:
    """What listens to a trial's run: it reports to the pruner, and ends the run where that or the user says so."""

    def __init__(
        self,
        search: Search,
        store: RunStore,
        trial: optuna.Trial,
        run_id: str,
        attempt: int,
        over: Callable[[], bool],
        listen: Callable[[str, Record], None],
    ) -> None:
        self.store, self.trial, self.run_id, self.attempt = store, trial, run_id, attempt
        self.over, self.listen = over, listen
        self.every = max(1, search.base.epochs // REPORTS)
        # A run that goes on from its checkpoint repeats epochs, which Optuna takes once.
        self.reported = set(trial.study.get_trials(deepcopy=False)[trial.number].intermediate_values)
        self.records: list[Record] = []
        self.stopped = False

    def __call__(self, record: Record) -> None:
        self.records.append(record)
        self.listen(self.run_id, record)
        if record.kind == "end":
            return
        if record.kind == "epoch" and self._is_behind(record):
            # First of all, or another process would take the stopped run for one to go on with.
            self.trial.study.tell(self.trial.number, state=TrialState.PRUNED)
            self._end(
                record, f"Pruned after {record.epoch:g} epochs: the median of the other trials was better by then."
            )
        elif self.over():
            self.stopped = True
            self._end(record, "Its search was stopped.")

    def _is_behind(self, record: Record) -> bool:
        epoch = round(record.epoch)
        if not epoch or epoch % self.every or epoch in self.reported:
            return False
        self.reported.add(epoch)
        self.trial.report(record.metrics["validation_accuracy"], epoch)
        return self.trial.should_prune()

    def _end(self, record: Record, message: str) -> None:
        """Take the run from its job, which would notice a command only at its next heartbeat; it can be resumed."""
        lease = self.store.claim(self.run_id, self.attempt)
        if lease is not None:
            last = dict(zip(("step", "epoch"), self.store.recorded(self.run_id), strict=True))
            lease.record(record for record in self.records if getattr(record, record.kind) > last[record.kind])
            lease.save_checkpoint(record.checkpoint())
            lease.end("stopped", message)
        raise Unwanted


def _next(search: Search, study: optuna.Study, store: RunStore) -> tuple[optuna.Trial, str, int] | None:
    """A new trial with its run, None once the budget is used up."""
    known = study.get_trials(deepcopy=False)
    if sum(RUN in trial.user_attrs for trial in known) >= search.trials:
        return None
    # A draw that depends on the seed and the trial alone: a search in two sittings proposes what one would.
    seed = int(np.random.SeedSequence([search.seed, len(known)]).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(seed=seed)
    trial = study.ask(search.distributions())
    values = ", ".join(f"{name_of(field)} {_short(value)}" for field, value in trial.params.items())
    run_id = store.create(settings_of(search.base, trial.params), f"Trial {trial.number}: {values}"[:200])
    trial.set_user_attr(RUN, run_id)
    return trial, run_id, 1


def _reopened(study: optuna.Study, store: RunStore) -> tuple[optuna.Trial, str, int] | None:
    """A trial that was stopped or whose process died, queued again; None where there is none."""
    for left in study.get_trials(states=(TrialState.RUNNING,), deepcopy=False):
        run_id = left.user_attrs.get(RUN)
        run = _run(store, run_id)
        if run_id is None or (run and run.active):
            continue  # another process makes or trains it
        if run is None or run.status not in OPEN:
            _tell(study, store, left.number, run_id)
            continue
        with suppress(RunError):  # another process was quicker
            attempt = store.requeue(run_id)
            storage = storage_of(store)
            study_id = storage.get_study_id_from_name(study.study_name)
            trial_id = storage.get_trial_id_from_study_id_trial_number(study_id, left.number)
            return optuna.Trial(study, trial_id), run_id, attempt
    return None


def _tell(study: optuna.Study, store: RunStore, number: int, run_id: str) -> None:
    """Close a trial whose run has ended. One that was stopped by hand, failed or deleted has no value."""
    run = _run(store, run_id)
    if run and run.active:
        return  # another process goes on with it
    value, state = None, TrialState.FAIL
    if run and run.status in SCORED:
        value, state = _value(run, store.history(run_id)), TrialState.COMPLETE
    study.tell(number, value, state, skip_if_finished=True)


def _value(run: Run, history: History) -> float:
    """The validation accuracy of the network that was kept; of one that diverged, the best that it had reached."""
    kept = accuracies(run, history)["validation"]
    return float(np.nanmax(history.epochs["validation_accuracy"])) if math.isnan(kept) else kept


def _run(store: RunStore, run_id: str | None) -> Run | None:
    with suppress(RunError):
        return store.get(run_id) if run_id else None


def _trial(frozen: optuna.trial.FrozenTrial) -> Trial:
    known = [frozen.value] if frozen.value is not None else list(frozen.intermediate_values.values())
    return Trial(
        frozen.number, frozen.user_attrs[RUN], dict(frozen.params), STATES[frozen.state], max(known, default=None)
    )


def _give_up_if_hopeless(study: optuna.Study, store: RunStore) -> None:
    ended = [trial for trial in study.get_trials(deepcopy=False) if trial.state.is_finished()]
    if len(ended) == HOPELESS and all(trial.state == TrialState.FAIL for trial in ended):
        run = _run(store, ended[-1].user_attrs.get(RUN))
        reason = run.message if run and run.status == "failed" else "their runs were stopped or deleted."
        raise RunError(f"The first {HOPELESS} trials came to nothing: {reason}")


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def study_of(search: Search, store: RunStore) -> optuna.Study:
    """The study of a search, made where there is none.

    Raises:
        SettingsError: it is on the people of a session, which may end before the search does.
    """
    if not store.seen_by([]).sees(search.people):
        raise SettingsError("A search is for all who use this computer to see: keep your people on it first.")
    warm_up = round(WARM_UP * search.base.epochs)
    pruner = optuna.pruners.MedianPruner(n_warmup_steps=warm_up) if search.pruner else optuna.pruners.NopPruner()
    return optuna.create_study(
        storage=storage_of(store), study_name=search.id, direction="maximize", pruner=pruner, load_if_exists=True
    )


def _frozen(search: Search, store: RunStore) -> list[optuna.trial.FrozenTrial]:
    """The trials of a search that have a run; none where the search has not begun."""
    with suppress(KeyError):
        study = optuna.load_study(study_name=search.id, storage=storage_of(store))
        return [trial for trial in study.get_trials(deepcopy=False) if RUN in trial.user_attrs]
    return []


_storages: weakref.WeakKeyDictionary[Database, BaseStorage] = weakref.WeakKeyDictionary()


def storage_of(store: RunStore) -> BaseStorage:
    """Optuna's tables in the store's database, made on first use; they do not touch ours."""
    if store.database not in _storages:
        options = {"connect_args": {"timeout": LOCK_SECONDS}} if store.url.startswith("sqlite") else {}
        storage = _opened(store.url, options)
        weakref.finalize(store.database, storage.engine.dispose)
        _storages[store.database] = optuna.storages.get_storage(storage)
    return _storages[store.database]


def _opened(url: str, options: dict[str, Any]) -> RDBStorage:
    for _ in range(OPENING_TRIES):
        # Two first users stand in each other's way, for Optuna makes its tables without a lock.
        with suppress(SQLAlchemyError):
            return RDBStorage(url, engine_kwargs=options)
        time.sleep(OPENING_PAUSE)
    return RDBStorage(url, engine_kwargs=options)


@contextmanager
def explained(store: RunStore) -> Iterator[None]:
    """Inside, what goes wrong with Optuna's tables is a `StoreError`."""
    try:
        yield
    except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
        cause = error.__cause__ or error
        reason = str(getattr(cause, "orig", None) or cause).strip().partition("\n")[0].rstrip(".")
        raise StoreError(f"The searches in the store of runs cannot be read or written: {reason}.") from error
