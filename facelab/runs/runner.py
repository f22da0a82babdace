"""Hands queued runs to workers: a local cluster that lives with this process, or the one `FACELAB_SCHEDULER` names."""

import logging
import os
import subprocess
import sys
import threading
import uuid
from pathlib import Path

from facelab.errors import RunError
from facelab.runs.config import RunConfig
from facelab.runs.store import RunStore

POLL_SECONDS = 0.5
MAX_WORKERS = 4

log = logging.getLogger(__name__)


class Runner(threading.Thread):
    """Sends this process's queued runs to workers and touches their heartbeats while they wait."""

    def __init__(self, store_url: str, scheduler: str | None = None) -> None:
        super().__init__(daemon=True, name="facelab runner")
        self.id = uuid.uuid4().hex[:12]
        self.store_url, self.scheduler = store_url, scheduler
        self.ready = threading.Event()
        self._wake, self._closed = threading.Event(), threading.Event()
        self._connecting: threading.Thread | None = None
        self._process: subprocess.Popen | None = None
        self._client = None
        self._sent: dict[tuple[str, int], object] = {}

    def run(self) -> None:
        store = RunStore(self.store_url)
        while not self._closed.is_set():
            try:
                waiting = store.queued_by(self.id)
                if self._connected():
                    for run_id, attempt in waiting:
                        self._send(run_id, attempt)
            except Exception:
                log.exception("The runner goes on after an error")
            self._wake.wait(POLL_SECONDS)
            self._wake.clear()

    def wake(self) -> None:
        """Look for queued runs now."""
        self._wake.set()

    def close(self) -> None:
        """End the local cluster with all its jobs."""
        self._closed.set()
        self.wake()
        for thread in (self, self._connecting):
            if thread and thread.is_alive():
                thread.join()
        self._disconnect()

    def _connected(self) -> bool:
        """Whether jobs can be sent; if not, sees to it in a thread of its own, for hearts must beat meanwhile."""
        if self._process and self._process.poll() is not None and self.ready.is_set():
            self._disconnect()
        if not self.ready.is_set() and not (self._connecting and self._connecting.is_alive()):
            self._connecting = threading.Thread(target=self._connect, daemon=True, name="facelab runner connects")
            self._connecting.start()
        return self.ready.is_set()

    def _connect(self) -> None:
        from distributed import Client

        self._client = Client(self.scheduler or self._start_cluster(), timeout=20, set_as_default=False)
        self._client.wait_for_workers(1, timeout=60)
        self.ready.set()
        self.wake()

    def _start_cluster(self) -> str:
        workers = min(os.cpu_count() or 1, MAX_WORKERS)
        root = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "facelab.runs.cluster", str(workers)],
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
        if self._client:
            self._client.close(timeout=2)
        if self._process:
            self._process.stdin.close()
            self._process.stdout.close()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._client, self._process, self._sent = None, None, {}
        self.ready.clear()

    def _send(self, run_id: str, attempt: int) -> None:
        if (run_id, attempt) in self._sent:
            return
        from facelab.runs.job import execute

        future = self._client.submit(
            execute, run_id, attempt, self.store_url, key=f"{run_id}-{attempt}", pure=False, priority=-attempt
        )
        future.add_done_callback(lambda done: self._done(run_id, attempt, done))
        self._sent[run_id, attempt] = future

    def _done(self, run_id: str, attempt: int, future) -> None:
        self._sent.pop((run_id, attempt), None)
        if future.status == "error":
            # What the job could say for itself is in the store already; this is for a job that was killed each time.
            message = "Its worker process was killed again and again, perhaps for want of memory: try a smaller batch."
            RunStore(self.store_url).end(run_id, attempt, "failed", message)


_runner: Runner | None = None
_lock = threading.Lock()


def runner() -> Runner:
    """This process's runner, started on first use; it warms its workers in the background."""
    global _runner
    with _lock:
        if _runner is None:
            _runner = Runner(RunStore().url, os.environ.get("FACELAB_SCHEDULER"))
            _runner.start()
        return _runner


def submit(config: RunConfig, name: str = "", store: RunStore | None = None) -> str:
    """Queue a run and return its id; a worker takes it as soon as one is free."""
    ours = runner()
    run_id = (store or RunStore(ours.store_url)).create(config, name, ours.id)
    ours.wake()
    return run_id


def resume(run_id: str, store: RunStore | None = None) -> None:
    """Queue a paused, stopped, failed or lost run again, to go on from its last checkpoint.

    Raises:
        RunError: it is active, or finished.
    """
    ours = runner()
    (store or RunStore(ours.store_url)).requeue(run_id, ours.id)
    ours.wake()
