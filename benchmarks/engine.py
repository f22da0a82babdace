"""The compiled engine beside the usual loop and scikit-learn: one thread each, taken in turn in one process."""

import os
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable

import numpy as np
import torch
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.row import Row
from facelab.analysis import Folded, survey, window
from facelab.data import SPLITS
from facelab.data.points import Points
from facelab.data.points.points import Cloud
from facelab.models import MLPConfig, build
from facelab.training import TrainingConfig, fit_many
from facelab.training.engine import Engine
from facelab.training.records import FRAMES

TURNS = 3
SURVEYS = 15
DEEP = MLPConfig(hidden=(16,) * 6)


def blobs(training: int, testing: int, classes: int) -> Points:
    """Overlapping blobs in the plane, always the same."""
    random = np.random.default_rng(0)
    labels = np.arange(training + testing) % classes
    coordinates = 4 * random.normal(size=(classes, 2))[labels] + random.normal(size=(len(labels), 2))
    names = tuple(str(label) for label in range(classes))
    splits = dict(zip(SPLITS, torch.arange(len(labels)).split([training, 0, testing]), strict=True))
    return Points.of(Cloud(coordinates, labels, names, "Blobs"), splits, ("x", "y"))


def engine() -> list[Row]:
    """Epochs per second of a deep and of a tiny network, trainings from start to end, a survey, and the first step."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with threadpool_limits(1):
            return [*_countries(), _playground(), *_trainings(), _survey(), *_starts()]
    finally:
        torch.set_num_threads(threads)


def _countries() -> list[Row]:
    """As many points and classes as the European countries have cities and names."""
    data, batch = blobs(107_000, 0, 33), 256
    seconds = _in_turn(
        engine=(_engine(data, DEEP, batch), 3),
        usual=(_usual(data, DEEP, batch), 1),
        sklearn=(_sklearn(data, DEEP, batch), 3),
    )
    what = "MLP 2-16x6-33 on 107,000 points, batch 256, Adam"
    return [
        _ratio(what, seconds, "usual", "DataLoader, autograd", 8),
        _ratio(what, seconds, "sklearn", "scikit-learn's MLPClassifier", 4),
    ]


def _playground() -> Row:
    data, network, batch = blobs(250, 250, 2), MLPConfig(hidden=(4,), activation="tanh"), 10
    seconds = _in_turn(engine=(_engine(data, network, batch), 2000), usual=(_usual(data, network, batch), 20))
    what = "TensorFlow Playground's default, 2-4-2 on 250 points, batch 10"
    return _ratio(what, seconds, "usual", "DataLoader, autograd", 100)


def _trainings() -> list[Row]:
    """One training as the page's instant mode runs it, and as many as its map has cells."""
    one, hundred = (_fit_many(count) for count in (1, 100))
    what = "2-8x6-2 for 1,000 epochs on 500 points, half of them to train on, batch 10"
    return [
        Row(f"One training of {what}", f"{1000 * one:.0f} ms", "", "", "none", True),
        Row(
            f"100 trainings of {what}",
            f"{hundred:.1f} s",
            f"{100 * one:.1f} s (one after the other)",
            f"{os.cpu_count()} cores",
            "at most 15 s",
            hundred <= 15,
        ),
    ]


def _fit_many(count: int) -> float:
    """Seconds of so many trainings, curves and films included."""
    data, network = blobs(250, 250, 2), MLPConfig(hidden=(8,) * 6)
    configs = [TrainingConfig(batch_size=10, epochs=1000, seed=seed) for seed in range(count)]
    models = [build(network, data, seed) for seed in range(count)]
    start = time.perf_counter()
    for _ in fit_many(models, data, configs, frames=FRAMES):
        pass
    return time.perf_counter() - start


def _survey() -> Row:
    data = blobs(3300, 0, 33)
    network, view, taken = Folded(build(DEEP, data)), window(data), []
    for _ in range(SURVEYS):
        start = time.perf_counter()
        survey(network, data, view, 200, 200)
        taken.append(1000 * (time.perf_counter() - start))
    median = float(np.median(taken))
    what = "The regions of 2-16x6-33 in 200 x 200 pixels"
    return Row(what, f"{median:.0f} ms", "", f"median of {SURVEYS}", "at most 30 ms", median <= 30)


def _starts() -> list[Row]:
    """The first step in a new process, without and with what an earlier one has compiled."""
    with tempfile.TemporaryDirectory() as folder:
        cold, warm = (_first_step(folder) for _ in range(2))
    return [
        Row("The engine's first step, compiled for the first time", f"{cold:.1f} s", "", "", "none", True),
        Row("The engine's first step in a later process", f"{warm:.2f} s", "", "", "none", True),
    ]


def _first_step(folder: str) -> float:
    code = (
        "import time; from facelab.training.engine import warm; start = time.perf_counter(); "
        "warm(); print(time.perf_counter() - start)"
    )
    environment = os.environ | {"NUMBA_CACHE_DIR": folder}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def _ratio(what: str, seconds: dict[str, float], other: str, name: str, bar: float) -> Row:
    ours, theirs = 1 / seconds["engine"], 1 / seconds[other]
    return Row(
        what,
        f"{ours:,.1f} epochs/s",
        f"{theirs:,.1f} epochs/s ({name})",
        f"{ours / theirs:.1f} times",
        f"at least {bar} times",
        ours / theirs >= bar,
    )


def _in_turn(**ways: tuple[Callable[[int], None], int]) -> dict[str, float]:
    """Seconds an epoch of every way: the fastest of its turns, for what else the machine does only ever adds."""
    best = dict.fromkeys(ways, float("inf"))
    for run, _ in ways.values():
        run(1)
    for _ in range(TURNS):
        for name, (run, epochs) in ways.items():
            start = time.perf_counter()
            run(epochs)
            best[name] = min(best[name], (time.perf_counter() - start) / epochs)
    return best


def _engine(data: Points, network: MLPConfig, batch: int) -> Callable[[int], None]:
    one = Engine(build(network, data), *data.split("train"), TrainingConfig(batch_size=batch, epochs=10_000))
    return lambda epochs: one.train(epochs * -(-len(data.split("train")[1]) // batch)) and None


def _usual(data: Points, network: MLPConfig, batch: int) -> Callable[[int], None]:
    """The loop of every tutorial."""
    model = build(network, data)
    loader = DataLoader(TensorDataset(*data.split("train")), batch, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters())

    def run(epochs: int) -> None:
        for _ in range(epochs):
            for inputs, labels in loader:
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(inputs), labels).backward()
                optimizer.step()

    return run


def _sklearn(data: Points, network: MLPConfig, batch: int) -> Callable[[int], None]:
    inputs, labels = (tensor.numpy() for tensor in data.split("train"))

    def run(epochs: int) -> None:
        model = MLPClassifier(network.hidden, batch_size=batch, max_iter=epochs, tol=0, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(inputs, labels)

    return run
