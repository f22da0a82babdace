"""Training speed: our loop beside the usual one, and what recording costs."""

import os
import tempfile
import threading
import time

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from benchmarks.row import Row
from facelab import models, plots
from facelab._torchvision import v2
from facelab.data import Faces, load_faces
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.training import fit, interval, predict
from facelab.training.numerics import set_threads
from facelab.ui.live import POLL_SECONDS

SEEDS = 5
EPOCHS = 16
CONFIG = RunConfig().replace({"batch_size": 128, "epochs": EPOCHS})


class _Photos(Dataset):
    """The dataset of every tutorial: one photo at a time, through torchvision's transforms."""

    def __init__(self, faces: Faces) -> None:
        images, self.labels = faces.split("train")
        self.photos = [np.ascontiguousarray(image.permute(1, 2, 0).numpy()) for image in images]
        self.transform = v2.Compose([v2.ToImage(), v2.ToDtype(torch.float32, scale=True)])

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, torch.Tensor]:
        return self.transform(self.photos[index]), self.labels[index]


def _usual(model: nn.Module, faces: Faces, seed: int) -> None:
    """DataLoader, float32, channels first, Adam."""
    generator = torch.Generator().manual_seed(seed)
    loader = DataLoader(_Photos(faces), CONFIG.batch_size, shuffle=True, generator=generator)
    optimizer = torch.optim.Adam(model.parameters(), CONFIG.optimizer.learning_rate)
    validation, labels = faces.split("validation")
    for _ in range(EPOCHS):
        model.train()
        for images, people in loader:
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images), people)
            loss.backward()
            optimizer.step()
        (predict(model, validation).argmax(1) == labels).float().mean()


def _accuracy(model: nn.Module, faces: Faces) -> tuple[int, int]:
    images, labels = faces.split("test")
    return int((predict(model, images).argmax(1) == labels).sum()), len(labels)


def convnet() -> list[Row]:
    """A small ConvNet on 64x64 faces, batch 128: images per second and test accuracy over seeds, taken in turn."""
    faces = load_faces(CONFIG.data)
    images = EPOCHS * len(faces.split("train")[1])
    seconds: dict[str, list[float]] = {"ours": [], "usual": []}
    right: dict[str, list[int]] = {"ours": [], "usual": []}
    for seed in range(SEEDS):
        for way in seconds:
            model = models.build(CONFIG.model, faces, seed)
            set_threads(model)
            start = time.perf_counter()
            if way == "ours":
                for _ in fit(model, faces, CONFIG.replace({"seed": seed})):
                    pass
            else:
                _usual(model, faces, seed)
            seconds[way].append(time.perf_counter() - start)
            hits, total = _accuracy(model, faces)
            right[way].append(hits)
    speed = {way: images / np.median(times) for way, times in seconds.items()}
    ratio = speed["ours"] / speed["usual"]
    mean = {way: np.mean(hits) / total for way, hits in right.items()}
    spread = np.sqrt(sum(np.var(hits, ddof=1) for hits in right.values()) / SEEDS) / total
    apart = abs(mean["ours"] - mean["usual"])
    low, high = interval(sum(right["ours"]), SEEDS * total)
    return [
        Row(
            "Small ConvNet on 64x64 faces, batch 128",
            f"{speed['ours']:,.0f} photos/s",
            f"{speed['usual']:,.0f} photos/s (DataLoader, float32, NCHW)",
            f"{ratio:.1f} times",
            "at least 3 times",
            bool(ratio >= 3),
        ),
        Row(
            f"Its test accuracy after {EPOCHS} epochs, mean of {SEEDS} seeds",
            f"{mean['ours']:.1%} ({low:.1%} to {high:.1%})",
            f"{mean['usual']:.1%}",
            f"{apart:.1%} apart",
            f"within noise ({2 * spread:.1%})",
            bool(apart <= max(2 * spread, 0.01)),
        ),
    ]


def recording(pairs: int = 8) -> list[Row]:
    """What the store, the frames and a page that draws cost the training of the same network.

    Taken in turn; the fastest run of each way counts, for what else the machine does only ever adds to a run.
    """
    config = CONFIG.replace({"epochs": 15})
    faces = load_faces(config.data)
    bare, recorded = [], []
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{os.path.join(folder, 'runs.sqlite')}")
        for _ in range(pairs):
            model = models.build(config.model, faces, 0)
            set_threads(model)
            bare.append(_epoch_seconds(fit(model, faces, config)))
            run_id = store.create(config)
            marks: list[float] = []
            drawing = _Drawing(store, run_id)
            drawing.start()
            execute(run_id, 1, store.url, listen=lambda record, marks=marks: _mark(record, marks))
            drawing.stop()
            recorded.append((marks[-1] - marks[0]) / (len(marks) - 1))
    cost = min(recorded) / min(bare) - 1
    return [
        Row(
            "Recording to the store and drawing live",
            f"{min(recorded) * 1000:.0f} ms/epoch",
            f"{min(bare) * 1000:.0f} ms/epoch (neither)",
            f"{cost:+.1%}",
            "at most 3 %",
            bool(cost <= 0.03),
        )
    ]


def _mark(record, marks: list[float]) -> None:
    if record.kind == "epoch":
        marks.append(time.perf_counter())


def _epoch_seconds(records) -> float:
    marks: list[float] = []
    for record in records:
        _mark(record, marks)
    return (marks[-1] - marks[0]) / (len(marks) - 1)


class _Drawing(threading.Thread):
    """What an open page does while a run trains."""

    def __init__(self, store: RunStore, run_id: str) -> None:
        super().__init__(daemon=True)
        self.store, self.run_id, self.stopped = store, run_id, threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(POLL_SECONDS):
            history = self.store.history(self.run_id)
            plots.loss_curves(history.steps, history.epochs, total_epochs=15).to_json()
            plots.accuracy_curves(history.epochs, total_epochs=15).to_json()

    def stop(self) -> None:
        self.stopped.set()
        self.join()
