"""Hands queued runs to workers: a local cluster that lives with this process, or the one `FACELAB_SCHEDULER` names."""

import contextlib
import logging
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from facelab.errors import RunError
from facelab.runs.config import RunConfig
from facelab.runs.dealing import local_workers
from facelab.runs.room import check, check_search
from facelab.runs.store import RunStore
from facelab.runs.sweep import Sweep

if TYPE_CHECKING:
    # Only who searches waits for Optuna.
    from facelab.runs.spaces import Search

POLL_SECONDS = 0.5
RETRY_SECONDS = 5.0
CONNECT_SECONDS = 120
STARTING = "Waiting for the worker processes to start."
KILLED = "Its worker process was killed again and again, perhaps for want of memory: try a smaller batch or network."

log = logging.getLogger(__name__)


class Runner(threading.Thread):
    """Sends this process's queued runs to workers and touches their heartbeats while they wait.

    The store is the truth: whatever becomes of a cluster, the runs that are still queued go to the next one.
    """

    def __init__(self, store: RunStore, scheduler: str | None = None) -> None:
        """A runner for `store`, with the Dask scheduler at an address or a cluster of its own."""
        super().__init__(daemon=True, name="facelab runner")
        self.id = uuid.uuid4().hex[:12]
        self.store, self.scheduler = store, scheduler
        self.ready = threading.Event()
        self._message = STARTING
        self._wake, self._closed = threading.Event(), threading.Event()
        self._connecting: threading.Thread | None = None
        self._process: subprocess.Popen | None = None
        self._client = None
        self._warming: list[object] = []
        self._sent: dict[tuple[str, int], object] = {}
        self._searches: dict[str, Search] = {}

    def submit(self, config: RunConfig, name: str = "") -> str:
        """Queue a run and return its id."""
        run_id = self.store.create(config, name, self.id)
        self._wake.set()
        return run_id

    def submit_sweep(self, sweep: Sweep, name: str = "") -> str:
        """Queue all members of a sweep and return its id; raises as `room.check`."""
        check(sweep, self.workers)
        sweep_id = self.store.create_sweep(sweep, name, self.id, self.workers)
        self._wake.set()
        return sweep_id

    def submit_search(self, search: "Search") -> str:
        """Queue a search and return its id; raises as `room.check_search` and `searching.queue`."""
        from facelab.runs import searching

        check_search(search)
        searching.queue(search, self.store)
        self._searches[search.id] = search
        self._wake.set()
        return search.id

    @property
    def workers(self) -> int:
        """How many jobs train at once."""
        if self.scheduler and self.ready.is_set():
            return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        return local_workers()

    def resume(self, run_id: str) -> None:
        """Queue a run again, to go on from its last checkpoint; raises as `RunStore.requeue`."""
        self.store.requeue(run_id, self.id)
        self._wake.set()

    def run(self) -> None:
        """Look after the queue until `close`."""
        trouble = ""
        while not self._closed.is_set():
            try:
                ready = self._connected()
                for job in self.store.queued_by(self.id, self._message):
                    if ready:
                        self._send(job)
                for search in list(self._searches.values()):
                    self._look_after(search, ready)
                trouble = ""
            except Exception as error:
                if str(error) != trouble:
                    log.exception("The runner goes on after an error")
                trouble = str(error)
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def close(self) -> None:
        """End the local cluster with all its jobs."""
        self._closed.set()
        self._wake.set()
        if self.is_alive():
            self.join()
        if self._connecting:
            self._connecting.join()
        self._disconnect()

    def _connected(self) -> bool:
        """Whether jobs can be sent; if not, sees to it in a thread of its own, for hearts must beat meanwhile."""
        if self.ready.is_set() and self._is_gone():
            log.warning("The worker processes are gone; starting others")
            self._disconnect()
        if not self.ready.is_set() and not (self._connecting and self._connecting.is_alive()):
            self._connecting = threading.Thread(target=self._connect, daemon=True, name="facelab runner connects")
            self._connecting.start()
        return self.ready.is_set()

    def _is_gone(self) -> bool:
        ended = self._process is not None and self._process.poll() is not None
        return ended or self._client.status in ("closing", "closed")

    def _connect(self) -> None:
        try:
            from distributed import Client

            # It reports a lost scheduler with a page of traceback; `_connected` does it in a line.
            logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
            address = self.scheduler or self._start_cluster()
            self._client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
            self._client.wait_for_workers(1, timeout=CONNECT_SECONDS)
            self._warm()
            self._message = ""
            self.ready.set()
        except Exception as error:
            log.warning("No workers: %s", error)
            self._disconnect()
            self._message = f"No worker process can be reached, trying again: {str(error).rstrip('.')}."
            self._closed.wait(RETRY_SECONDS)
        self._wake.set()

    def _warm(self) -> None:
        """Have every worker do once what takes seconds the first time; a run that comes meanwhile waits no longer."""
        from facelab.runs.job import warm

        addresses = self._client.scheduler_info(n_workers=-1)["workers"]
        # Dask forgets a task whose future nobody keeps.
        self._warming = [self._client.submit(warm, workers=[address], pure=False) for address in addresses]

    def _start_cluster(self) -> str:
        here = Path(__file__)
        path = os.pathsep.join(filter(None, (str(here.parents[2]), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", here.with_name("cluster.py"), str(self.workers)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        address = self._process.stdout.readline().strip()
        if not address:
            raise RunError("The worker processes did not start.")
        return address

    def _disconnect(self) -> None:
        self.ready.clear()
        self._message = STARTING
        client, process = self._client, self._process
        self._client, self._process = None, None
        self._sent.clear()
        self._warming = []
        if client:
            # What cannot be closed politely ends with the scheduler.
            with contextlib.suppress(Exception):
                client.close(timeout=2)
        if process:
            process.stdin.close()
            process.stdout.close()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _send(self, runs: list[tuple[str, int]]) -> None:
        """Give a job the runs, by (id, attempt), that it has not got yet."""
        runs = [run for run in runs if run not in self._sent]
        if not runs:
            return
        (run_id, attempt), *others = runs
        from facelab.runs.job import execute
        from facelab.runs.share import execute_share

        task = execute, run_id, attempt, self.store.url, None, self.workers
        if others:
            task = execute_share, runs, self.store.url, max(1, (os.cpu_count() or 1) // self.workers)
        future = self._client.submit(*task, key=f"{run_id}-{attempt}", pure=False)
        self._sent |= dict.fromkeys(runs, future)
        future.add_done_callback(lambda done: self._done(runs, done))

    def _look_after(self, search: "Search", ready: bool) -> None:
        """Keep a queued search alive, and give it to a worker that searches on its own."""
        from facelab.runs import searching

        sent = search.id, 0
        if not searching.waits(search, self.store):
            self._searches.pop(search.id, None)
        elif ready and sent not in self._sent:
            task = searching.execute_search, search.model_dump_json(), self.store.url
            future = self._client.submit(*task, key=f"{search.id}-{uuid.uuid4().hex[:12]}", pure=False)
            self._sent[sent] = future
            future.add_done_callback(lambda done: self._searched(search, done))

    def _searched(self, search: "Search", future) -> None:
        from distributed import KilledWorker

        from facelab.runs import searching

        if self._sent.get((search.id, 0)) is future:
            del self._sent[search.id, 0]
        if future.status == "error":
            error = future.exception()
            message = KILLED if isinstance(error, KilledWorker) else f"{type(error).__name__}: {error}"
            searching.fail(search, self.store, message)

    def _done(self, runs: list[tuple[str, int]], future) -> None:
        from distributed import KilledWorker

        for run in runs:
            if self._sent.get(run) is future:
                del self._sent[run]
        if future.status == "error":
            # What the job could say for itself is in the store already.
            error = future.exception()
            message = KILLED if isinstance(error, KilledWorker) else f"{type(error).__name__}: {error}"
            for run_id, attempt in runs:
                self.store.fail(run_id, attempt, message)


_runners: dict[str, Runner] = {}
_lock = threading.Lock()


def runner(store: RunStore | None = None) -> Runner:
    """This process's runner for a store, the default one if none is given; started on first use, and its workers with
    it, in the background.

    Raises:
        StoreError: the default store cannot be opened.
    """
    store = store or RunStore()
    with _lock:
        ours = _runners.get(store.url)
        if ours is None or not ours.is_alive():
            ours = _runners[store.url] = Runner(RunStore(store.url), os.environ.get("FACELAB_SCHEDULER"))
            ours.start()
        return ours


def submit(config: RunConfig, name: str = "", store: RunStore | None = None) -> str:
    """Queue a run and return its id; a worker takes it as soon as one is free."""
    return runner(store).submit(config, name)


def submit_sweep(sweep: Sweep, name: str = "", store: RunStore | None = None) -> str:
    """Queue all members of a sweep, each a run of its own, and return the sweep's id.

    Raises:
        SettingsError, ShapeError, DataError: a member cannot be trained, see `room.check`.
    """
    return runner(store).submit_sweep(sweep, name)


def submit_search(search: "Search", store: RunStore | None = None) -> str:
    """Queue a search and return its id; a worker does it as soon as one is free, see `facelab.runs.searching`.

    One that was stopped or lost goes on.

    Raises:
        RunError: it is queued or running already.
        SettingsError, ShapeError, DataError: a trial could not be trained, see `room.check_search`.
    """
    return runner(store).submit_search(search)


def resume(run_id: str, store: RunStore | None = None) -> None:
    """Queue a paused, stopped, failed or lost run again, to go on from its last checkpoint.

    Raises:
        RunError: it is active, or finished, or the store as it was given does not know it.
    """
    store = store or RunStore()
    store.get(run_id)
    runner(store).resume(run_id)
