"""A small Dask cluster in a process of its own: `python cluster.py WORKERS`, a script, for it has no need of torch.

It prints the scheduler's address and serves until its standard input closes. Whoever started it holds the other end of
that pipe, so the cluster ends with its owner, even one that was killed; and the workers end with the cluster. (Of
Dask's own clusters, SubprocessCluster leaves its scheduler behind and does not run on Windows, and LocalCluster does
not replace a worker that dies while it starts.)
"""

import asyncio
import logging
import multiprocessing
import os
import signal
import sys
import threading

import psutil

CONFIG = {
    # In place of Dask's own, which would fix the number of threads at one: jobs choose theirs. Threads that wait for
    # each other sleep; spinning gains nothing measurable on free cores, and on cores shared with a browser it makes
    # convolutions half as fast.
    "distributed.nanny.pre-spawn-environ": {"OMP_WAIT_POLICY": "PASSIVE"},
    "distributed.admin.tick.limit": "1h",
    # Its sampling profiler would look into a job a hundred times a second.
    "distributed.worker.profile.enabled": False,
    "distributed.scheduler.http.routes": [],
}
HOST = "127.0.0.1"
PRELOAD = ["facelab.runs.job", "torch._dynamo"]
"""What a job takes seconds to import: the first optimizer in a process imports torch's compiler."""
GIVEN_UP_SECONDS = 3

log = logging.getLogger(__name__)


def main(workers: int) -> None:
    """Serve a scheduler and `workers` single-threaded worker processes on this machine."""
    # Training takes what the page leaves: on busy cores the page answers first.
    psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 10)
    threading.Thread(target=_end_with_owner, daemon=True).start()
    # Ctrl-C in a terminal reaches every process at once; this one leaves the decision to its owner.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Python's own clean-up after an abrupt end would tell of it.
    os.environ["PYTHONWARNINGS"] = "ignore:resource_tracker:UserWarning"
    # Nobody reads the pipe after the first line, and one that is full would stop whatever a worker prints to it.
    owner = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    asyncio.run(_serve(workers, owner))


def _end_with_owner() -> None:
    sys.stdin.read()
    # At once, for a job cannot be cancelled, and closing politely would wait for it. Workers watch a pipe to this
    # process, and so end with it even if it was killed, but not before they have started.
    for worker in multiprocessing.active_children():
        worker.kill()
    os._exit(0)


async def _serve(workers: int, owner) -> None:
    import dask
    from distributed import Scheduler

    dask.config.set(CONFIG)
    logging.getLogger("distributed").setLevel(logging.ERROR)
    async with Scheduler(host=HOST, port=0, dashboard=False, dashboard_address=f"{HOST}:0") as scheduler:
        print(scheduler.address, file=owner, flush=True)
        await asyncio.gather(*(_keep_worker(scheduler.address) for _ in range(workers)))


async def _keep_worker(scheduler: str) -> None:
    """One worker; its nanny starts it again when it dies, and this starts another nanny when that gives up."""
    from distributed import Nanny

    while True:
        try:
            async with Nanny(
                scheduler, nthreads=1, host=HOST, memory_limit=0, preload=PRELOAD, silence_logs=logging.ERROR
            ) as nanny:
                dead = 0
                while dead < GIVEN_UP_SECONDS:
                    await asyncio.sleep(1)
                    dead = 0 if nanny.is_alive() else dead + 1
        except Exception:
            log.exception("A worker process did not start; trying again")
            await asyncio.sleep(GIVEN_UP_SECONDS)


if __name__ == "__main__":
    main(int(sys.argv[1]))
