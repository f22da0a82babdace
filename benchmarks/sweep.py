"""Many trainings at once beside the same ones one after the other."""

import os
import tempfile
import time
from unittest import mock

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.engine import DEEP, blobs
from benchmarks.row import Row
from facelab.data import load_faces
from facelab.data.points import Points
from facelab.models import build
from facelab.runs import RunConfig, RunStore, Sweep, runner
from facelab.runs.job import execute
from facelab.runs.runner import Runner
from facelab.training import TrainingConfig, fit_many

RATES = [10 ** (-step / 6) for step in range(25)]
EPOCHS, BATCH = 4, 256
FACES = RunConfig().replace({"epochs": 12, "batch_size": 128})
POLL_SECONDS = 0.2


def sweep() -> list[Row]:
    """Learning rates on points in the engine, and ConvNets on faces as jobs."""
    return [_rates(), _convnets()]


def _rates() -> Row:
    """The usual loop is measured over one epoch and multiplied: all of it would take minutes."""
    data = blobs(107_000, 0, 33)
    ours = _fit_many(data)
    usual = _usual_epoch(data) * EPOCHS * len(RATES)
    return Row(
        f"{len(RATES)} learning rates, MLP 2-16x6-33 on 107,000 points, batch {BATCH}, {EPOCHS} epochs",
        f"{ours:.1f} s ({os.cpu_count()} cores)",
        f"{usual:.0f} s ({len(RATES)} DataLoader loops in turn: one epoch x {EPOCHS * len(RATES)})",
        f"1/{usual / ours:.0f}",
        "at most 1/20",
        ours <= usual / 20,
    )


def _fit_many(data: Points) -> float:
    """Seconds of all trainings, curves included."""
    configs = [
        TrainingConfig.parse({"batch_size": BATCH, "epochs": EPOCHS, "optimizer": {"learning_rate": rate}})
        for rate in RATES
    ]
    warm = configs[0].replace({"epochs": 1})
    for _ in fit_many([build(DEEP, data)], data, [warm]):
        pass
    models = [build(DEEP, data) for _ in RATES]
    start = time.perf_counter()
    for _ in fit_many(models, data, configs):
        pass
    return time.perf_counter() - start


def _usual_epoch(data: Points) -> float:
    """Seconds of one epoch of the loop of every tutorial: the faster of two, on one thread, which suits it best."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    model = build(DEEP, data)
    loader = DataLoader(TensorDataset(*data.split("train")), BATCH, shuffle=True)
    optimizer = torch.optim.Adam(model.parameters())
    taken = []
    for _ in range(2):
        start = time.perf_counter()
        for inputs, labels in loader:
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(inputs), labels).backward()
            optimizer.step()
        taken.append(time.perf_counter() - start)
    torch.set_num_threads(threads)
    return min(taken)


def _convnets() -> Row:
    """Four ConvNets on generated faces: jobs on two workers, and one run after the other, on one thread and on all."""
    load_faces(FACES.data)
    four = Sweep.parse(
        {"base": FACES, "vary": [{"field": "optimizer.learning_rate", "values": [3e-3, 1e-3, 3e-4, 1e-4]}]}
    )
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{os.path.join(folder, 'runs.sqlite')}")
        with mock.patch("facelab.runs.job.set_threads", _one_thread):
            in_turn = _in_turn(store, four)
        on_all = _in_turn(store, four)
        ours = runner(store)
        try:
            at_once = _at_once(store, ours, four)
        finally:
            ours.close()
    return Row(
        f"4 ConvNets on 64x64 faces, {FACES.epochs} epochs",
        f"{at_once:.1f} s (jobs on {ours.workers} workers)",
        f"{in_turn:.1f} s (one after the other on one thread; {on_all:.1f} s on all)",
        f"{at_once / in_turn:.2f}",
        "at most 0.6",
        at_once <= 0.6 * in_turn,
    )


def _in_turn(store: RunStore, four: Sweep) -> float:
    configs = [member.config for member in four.members()]
    execute(store.create(configs[0].replace({"epochs": 1})), 1, store.url)  # what takes long the first time
    start = time.perf_counter()
    for config in configs:
        execute(store.create(config), 1, store.url)
    return time.perf_counter() - start


def _one_thread(model: nn.Module, jobs: int = 1) -> int:
    torch.set_num_threads(1)
    return 1


def _at_once(store: RunStore, ours: Runner, four: Sweep) -> float:
    warm = Sweep.parse({"base": FACES.replace({"epochs": 1}), "vary": [{"field": "seed", "values": list(range(4))}]})
    for each in (warm, four):
        start = time.perf_counter()
        sweep_id = ours.submit_sweep(each)
        while any(run.active for run in store.members(sweep_id)):
            time.sleep(POLL_SECONDS)
    return time.perf_counter() - start
