"""One run from queued to ended: what a worker, or the command line, executes."""

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial

import torch

from facelab import models
from facelab.data import Faces, load_faces
from facelab.errors import FacelabError
from facelab.runs.frames import first_layer
from facelab.runs.store import RunStore
from facelab.training import Record, fit, predict
from facelab.training.numerics import choose, set_threads

BEAT_SECONDS = 0.5
FLUSH_SECONDS = 0.25
CHECKPOINT_SHARE = 50
"""A checkpoint is taken when training has gone on for this many times as long as the last one took."""


def execute(run_id: str, attempt: int, store_url: str, listen: Callable[[Record], None] | None = None) -> None:
    """Train a queued run to its end, or until it is asked to pause or stop; every outcome is in the store.

    Args:
        listen: is shown every record as it comes.
    """
    store = RunStore(store_url)
    if not store.claim(run_id, attempt):
        return
    with _heart(store, run_id, attempt) as heart:
        try:
            _Job(store, run_id, attempt, heart).train(listen or (lambda record: None))
        except FacelabError as error:
            store.end(run_id, attempt, "failed", str(error))
        except MemoryError:
            store.end(run_id, attempt, "failed", "There was not enough memory: try a smaller batch or network.")
        except KeyboardInterrupt:
            store.end(run_id, attempt, "stopped", "Interrupted.")
            raise
        except Exception as error:
            store.end(run_id, attempt, "failed", f"{type(error).__name__}: {error}")
            raise


class _Heart(threading.Thread):
    """Touches a run's heartbeat, and listens for commands, while its owner is busy."""

    def __init__(self, store: RunStore, run_id: str, attempt: int) -> None:
        super().__init__(daemon=True, name=f"heart of {run_id}")
        self.store, self.run_id, self.attempt = store, run_id, attempt
        self.command: str | None = ""
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(BEAT_SECONDS):
            self.command = self.store.beat(self.run_id, self.attempt)


@contextmanager
def _heart(store: RunStore, run_id: str, attempt: int):
    heart = _Heart(store, run_id, attempt)
    heart.start()
    try:
        yield heart
    finally:
        heart.stopped.set()
        heart.join()


class _Job:
    """The training of one run, with its records on their way to the store."""

    def __init__(self, store: RunStore, run_id: str, attempt: int, heart: _Heart) -> None:
        self.store, self.run_id, self.attempt, self.heart = store, run_id, attempt, heart
        self.config = store.get(run_id).config
        self.waiting: list[Record] = []
        self.flushed, self.saved = 0.0, time.perf_counter()
        self.save_cost = 0.0
        self.known = store.recorded(run_id)

    def train(self, listen: Callable[[Record], None]) -> None:
        faces = load_faces(self.config.data, lambda share: self._say(f"Preparing the faces: {share:.0%}"))
        model = models.build(self.config.model, faces, self.config.seed)
        self.store.describe(
            self.run_id,
            message="",
            parameters=sum(parameter.numel() for parameter in model.parameters()),
            fingerprint=faces.fingerprint,
            threads=set_threads(model, self.store.running()),
        )
        resume = self.store.load_checkpoint(self.run_id)
        frames = {"first_layer": partial(first_layer, input_shape=faces.input_shape)}
        for record in fit(model, faces, self.config, frames=frames, resume=resume):
            self._keep(record)
            listen(record)
            if record.kind == "end":
                self._finish(model, faces, record)
            elif self.heart.command is None:
                return
            elif self.heart.command:
                self._leave(model, faces, record, self.heart.command)
                return

    def _say(self, message: str) -> None:
        if time.perf_counter() - self.flushed > FLUSH_SECONDS:
            self.store.describe(self.run_id, message=message)
            self.flushed = time.perf_counter()

    def _keep(self, record: Record) -> None:
        """Records go to the store a few times a second; what an earlier attempt recorded is there already."""
        last = {"step": self.known[0], "epoch": self.known[1]}.get(record.kind, -1)
        if (record.step if record.kind == "step" else round(record.epoch)) > last:
            self.waiting.append(record)
        now = time.perf_counter()
        if record.kind == "end" or now - self.flushed > FLUSH_SECONDS:
            self.store.record(self.run_id, self.waiting)
            self.waiting, self.flushed = [], now
        if record.kind == "epoch" and record.step and now - self.saved > CHECKPOINT_SHARE * self.save_cost:
            self._save(record)

    def _save(self, record: Record) -> None:
        self.store.record(self.run_id, self.waiting)
        self.waiting = []
        start = time.perf_counter()
        self.store.save_checkpoint(self.run_id, record.checkpoint())
        self.saved = self.flushed = time.perf_counter()
        self.save_cost = self.saved - start

    def _leave(self, model: torch.nn.Module, faces: Faces, record: Record, command: str) -> None:
        """Pause or stop, ready to go on later."""
        self._save(record)
        self._keep_model(model, faces)
        self.store.end(self.run_id, self.attempt, {"pause": "paused", "stop": "stopped"}[command])

    def _finish(self, model: torch.nn.Module, faces: Faces, record: Record) -> None:
        self._keep_model(model, faces)
        self.store.forget_checkpoint(self.run_id)
        status = "diverged" if record.outcome == "diverged" else "finished"
        self.store.end(self.run_id, self.attempt, status, record.message)

    def _keep_model(self, model: torch.nn.Module, faces: Faces) -> None:
        """Keep the weights, the answers on the test split, and how many of them are right."""
        images, labels = faces.split("test")
        logits = predict(model, images, choose(model, self.config))
        weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
        self.store.save_tensors(self.run_id, "weights", weights)
        self.store.save_tensors(self.run_id, "predictions", {"probabilities": logits.softmax(1), "labels": labels})
        right = int((logits.argmax(1) == labels).sum())
        self.store.describe(self.run_id, test_right=right, test_total=len(labels))
