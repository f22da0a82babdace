"""Forgetting enrolled people: their photos, and everything that was trained on them."""

import logging

from facelab.data.people import EMPTY, folder_of, write
from facelab.data.people.disk import remove
from facelab.data.people.keys import sessions
from facelab.data.people.owner import is_gone
from facelab.errors import FacelabError
from facelab.runs.store import RunStore

log = logging.getLogger(__name__)


def forget(key: str, store: RunStore) -> None:
    """Remove the photos of a key from this computer, and everything that was trained on them from the store.

    What was interrupted can be done again.

    Raises:
        SettingsError: this is no key.
        DataError: a file cannot be removed.
        StoreError: the store cannot be written, or others read it all the while, so that something may be left.
    """
    folder = folder_of(key)
    if folder.exists():
        # The photos go first. The folder stays until the runs are gone as well, for `sweep_up` to see.
        write(EMPTY, folder)
    forget_runs(key, store)
    remove(folder)


def forget_runs(key: str, store: RunStore) -> None:
    """Delete runs, sweeps and searches on the people of a key, so that nothing of them is left in the store's files.

    Jobs that are at it notice, and end.

    Raises:
        StoreError: as `forget`.
    """
    # Only who forgets waits for Optuna.
    from facelab.runs import search

    for plan in search.searches(store):
        if key in plan.people:
            search.forget(plan, store)
    store.forget(key)


def sweep_up(store: RunStore) -> None:
    """Forget the people of sessions whose server has ended; for a server that starts. Those kept are left alone."""
    for key in sessions():
        if is_gone(folder_of(key)):
            try:
                forget(key, store)
            except FacelabError as error:
                log.warning("The people of a session that is over are not all forgotten yet: %s", error)
