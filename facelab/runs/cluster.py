"""A small Dask cluster in a process of its own: `python -m facelab.runs.cluster WORKERS`.

It prints the scheduler's address and serves until its standard input closes. Whoever started it holds the other end of
that pipe, so the cluster ends with its owner, even one that was killed; and the workers end with the cluster. (Dask's
own SubprocessCluster leaves its scheduler behind, and does not run on Windows.)
"""

import sys

import dask

CONFIG = {
    # Jobs choose their own number of threads; Dask would fix it at one before OpenMP starts.
    "distributed.nanny.pre-spawn-environ": {},
    "distributed.worker.memory.terminate": False,
    "distributed.worker.memory.pause": False,
    "distributed.admin.tick.limit": "1h",
}


def main(workers: int) -> None:
    """Serve a scheduler and `workers` single-threaded worker processes on this machine."""
    from distributed import LocalCluster

    with (
        dask.config.set(CONFIG),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address=None,
            memory_limit=0,
            preload=["facelab.runs.job"],
            silence_logs="ERROR",
        ) as cluster,
    ):
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
