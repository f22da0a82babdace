"""How quickly kept things come back: runs from the store, faces from the cache."""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from benchmarks.row import Row
from facelab.runs import RunConfig, RunStore
from facelab.training import Checkpoint, Record

RUNS, EPOCHS, STEPS = 1000, 200, 400


def thousand_runs() -> list[Row]:
    """The list and one history of a store with 1,000 runs of 200 epochs."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{os.path.join(folder, 'runs.sqlite')}")
        for _ in range(RUNS):
            run_id = store.create(RunConfig())
            store.claim(run_id, 1).record(_records())
        listing, history = _median(store.all), _median(lambda: store.history(run_id))
    what = f"{RUNS:,} runs of {EPOCHS} epochs kept"
    return [
        _bar(f"{what}: the list", listing, 300),
        _bar(f"{what}: one history", history, 50),
    ]


def _records() -> list[Record]:
    layers = {f"gradient_norm.blocks.{index}.conv": 0.5 for index in range(5)}
    names = ("train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate", "best_epoch")
    metrics = dict.fromkeys((*names, "images_per_second", "seconds_left"), 0.5) | layers
    nothing = Checkpoint({}, {})
    share = STEPS // EPOCHS
    found = [Record("epoch", epoch * share, epoch, metrics, lambda: nothing) for epoch in range(EPOCHS + 1)]
    step = {"loss": 0.5, "learning_rate": 0.001}
    return found + [Record("step", at, at / share, step, lambda: nothing) for at in range(1, STEPS + 1)]


def faces() -> list[Row]:
    """The default faces, made for the first time and from the cache, each in a fresh process."""
    with tempfile.TemporaryDirectory() as home:
        first, again = (_load_seconds(home) for _ in range(2))
    return [
        Row("40 people x 30 photos at 64x64, the first time", f"{first:.1f} s", "", "", "at most 15 s", first <= 15),
        Row("The same from the cache", f"{again:.2f} s", "", "", "at most 0.3 s", again <= 0.3),
    ]


def _load_seconds(home: str) -> float:
    code = (
        "import time; from facelab.data import GeneratedSpec, load_faces; start = time.perf_counter(); "
        "load_faces(GeneratedSpec()); print(time.perf_counter() - start)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | {"FACELAB_HOME": home}, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _median(call, times: int = 9) -> float:
    """Milliseconds of a call, the median of several."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(1000 * (time.perf_counter() - start))
    return float(np.median(taken))


def _bar(what: str, milliseconds: float, bar: float) -> Row:
    return Row(what, f"{milliseconds:.0f} ms", "", "", f"at most {bar:.0f} ms", milliseconds <= bar)
