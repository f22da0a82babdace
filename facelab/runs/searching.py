"""A search done by a worker: its standing in the store, how it is asked to stop, and the job itself.

The standing lies in the search's study. As with a run, whoever looks after it touches a heartbeat: the process that
queued it, then the job; once nobody does, it is lost, and can be submitted again to go on.
"""

import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import optuna

from facelab.errors import RunError, StoreError
from facelab.runs.job import BEAT_SECONDS, sentence
from facelab.runs.search import SETTINGS, explained, search, storage_of, study_of, trials
from facelab.runs.spaces import Search
from facelab.runs.status import ACTIVE, LOST_AFTER, Status
from facelab.runs.store import RunStore

STANDING, HEARTBEAT, COMMAND = "standing", "heartbeat", "command"
LOST = "The process that did this search is gone: go on with it, and it continues where it was."
ENDED = "stopped"
"""How a search stands that no worker was given: one from the command line, or of an earlier version."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Standing:
    """How a search stands: "queued", "running", "finished", "stopped", "failed" or "lost"; `message` says why."""

    status: Status
    message: str = ""

    @property
    def active(self) -> bool:
        """Queued or running."""
        return self.status in ACTIVE


def find(search_id: str, store: RunStore) -> Search:
    """The search with an id, with its budget.

    Raises:
        RunError: there is none, or it is on people whom `RunStore.seen_by` hides.
        SettingsError: its settings are none of this version of facelab.
        StoreError: the store cannot be read or written.
    """
    settings = _attributes(search_id, store).get(SETTINGS)
    if settings is None or not store.sees((plan := Search.parse(settings)).people):
        raise RunError(f"There is no search {search_id}: it was deleted, or the id is mistyped.")
    return plan


def standing(plan: Search, store: RunStore) -> Standing:
    """How a search stands now.

    Raises:
        StoreError: the store cannot be read or written.
    """
    known = _attributes(plan.id, store)
    status, message = known.get(STANDING, (ENDED, ""))
    if status in ACTIVE and known[HEARTBEAT] < store.now() - LOST_AFTER:
        return Standing("lost", LOST)
    return Standing(status, message)


def queue(plan: Search, store: RunStore) -> None:
    """Take down that a search waits for a worker; who does this touches its heartbeat by `waits`.

    Raises:
        RunError: it is queued or running already.
        SettingsError: it is on the people of a session.
        StoreError: the store cannot be read or written.
    """
    if standing(plan, store).active:
        raise RunError("This search is going on already: wait for its end, or stop it first.")
    with explained(store):
        study = study_of(plan, store)
        study.set_user_attr(SETTINGS, plan.model_dump_json())
        study.set_user_attr(COMMAND, "")
    _mark(plan, store, "queued")


def waits(plan: Search, store: RunStore) -> bool:
    """Whether a search still waits for a worker; touches its heartbeat, or ends it if it was asked to stop."""
    known = _attributes(plan.id, store)
    if known.get(STANDING, [ENDED])[0] != "queued":
        return False
    if known[COMMAND]:
        _mark(plan, store, "stopped")
        return False
    _set(plan, store, HEARTBEAT, store.now())
    return True


def ask_to_stop(plan: Search, store: RunStore) -> None:
    """Ask a search to stop; it follows within a second, and its trial can be gone on with."""
    _set(plan, store, COMMAND, "stop")


def fail(plan: Search, store: RunStore, message: str) -> None:
    """End a search whose job cannot do it any more; nothing happens if it has ended."""
    if standing(plan, store).status in (*ACTIVE, "lost"):
        _mark(plan, store, "failed", message)


def execute_search(settings: str, store_url: str) -> None:
    """Search until the budget is used up, or until asked to stop; what came of it is in the store.

    Args:
        settings: of a `Search`, as JSON.

    Raises:
        StoreError: the store cannot be read or written any more.
    """
    plan, store = Search.parse(settings), RunStore(store_url)
    _mark(plan, store, "running")
    with _beating(plan, store) as asked:
        status, message = _search_all(plan, store, asked.is_set)
    _mark(plan, store, status, message)


def _search_all(plan: Search, store: RunStore, asked: Callable[[], bool]) -> tuple[Status, str]:
    """The status and message with which a search ends."""
    limit = math.inf if plan.seconds is None else time.monotonic() + plan.seconds
    try:
        while True:
            for _ in search(plan, store, stop=asked):
                pass
            # The run of a job that was killed is taken for alive a while longer.
            if asked() or time.monotonic() > limit or not _is_left(plan, store):
                break
            time.sleep(BEAT_SECONDS)
    except Exception as error:
        log.info("A search failed", exc_info=True)
        return "failed", sentence(error)
    if asked():
        return "stopped", ""
    if time.monotonic() > limit:
        return "stopped", f"Its {plan.seconds:g} seconds are over: go on with it for as many again."
    return "finished", ""


def _is_left(plan: Search, store: RunStore) -> bool:
    """Whether a trial's run still trains somewhere, or seems to."""
    with suppress(RunError):
        return any(trial.state == "running" and store.get(trial.run_id).active for trial in trials(plan, store))
    return False


@contextmanager
def _beating(plan: Search, store: RunStore) -> Iterator[threading.Event]:
    """Inside, the search lives; the event is set once it was asked to stop, or deleted."""
    asked, over = threading.Event(), threading.Event()

    def beat() -> None:
        while True:
            try:
                _set(plan, store, HEARTBEAT, store.now())
                if _attributes(plan.id, store)[COMMAND]:
                    asked.set()
            except KeyError:
                asked.set()
            except StoreError as error:
                # The job finds out itself when it has something to write; until then it may be over.
                log.warning("%s", error)
            if over.wait(BEAT_SECONDS):
                return

    heart = threading.Thread(target=beat, daemon=True, name=f"heart of {plan.id}")
    heart.start()
    try:
        yield asked
    finally:
        over.set()
        heart.join()


def _mark(plan: Search, store: RunStore, status: Status, message: str = "") -> None:
    _set(plan, store, HEARTBEAT, store.now())
    _set(plan, store, STANDING, [status, message])


def _set(plan: Search, store: RunStore, name: str, value: Any) -> None:
    """Note something about a search; nothing happens if it was deleted."""
    with explained(store), suppress(KeyError):
        optuna.load_study(study_name=plan.id, storage=storage_of(store)).set_user_attr(name, value)


def _attributes(search_id: str, store: RunStore) -> dict[str, Any]:
    """What is noted about a search; empty where there is none."""
    with explained(store), suppress(KeyError):
        return optuna.load_study(study_name=search_id, storage=storage_of(store)).user_attrs
    return {}
