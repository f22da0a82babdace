"""One run from queued to ended: what a worker, or the command line, executes."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import torch

from facelab import models
from facelab.data import SPLITS, Faces, Pairs, Points, load_dataset
from facelab.errors import FacelabError, StoreError
from facelab.runs.config import RunConfig
from facelab.runs.frames import FRAMES
from facelab.runs.lease import Lease, Leases, Unwanted
from facelab.runs.store import RunStore
from facelab.training import Record, TrainingConfig, fit, predict
from facelab.training.numerics import choose, keep_memory, set_threads
from facelab.training.verification import recalibrate

BEAT_SECONDS = 0.5
FLUSH_SECONDS = 0.5
CHECKPOINT_SHARE = 200
"""A checkpoint is taken when training has gone on for this many times as long as the last one took."""
NO_MEMORY = "There was not enough memory: try a smaller batch or network."

log = logging.getLogger(__name__)


def execute(
    run_id: str,
    attempt: int,
    store_url: str,
    listen: Callable[[Record], None] | None = None,
    at_once: int | None = None,
) -> None:
    """Train a queued run to its end, or until it is asked to pause or stop; every outcome is in the store.

    An error that is no fault of the user's is in the store as well, and raised.

    Args:
        listen: is shown every record as it comes.
        at_once: how many jobs there is room for, of which each gets as many cores; as many as are wanted if not given.

    Raises:
        StoreError: the store cannot be read or written any more.
    """
    store = RunStore(store_url)
    lease = store.claim(run_id, attempt)
    if lease is None:
        return
    keep_memory()
    with suppress(Unwanted), beating(lease) as heart:
        try:
            _Job(store, lease, heart, at_once).train(listen or (lambda record: None))
        except Unwanted:
            raise
        except KeyboardInterrupt:
            lease.end("stopped", "Interrupted.")
            raise
        except Exception as error:
            lease.end("failed", sentence(error))
            if not isinstance(error, FacelabError):
                raise


def warm() -> None:
    """Train a tiny network on noise: the first training in a process compiles kernels and imports half of torch."""
    images = torch.randint(0, 256, (8, 3, 28, 28), dtype=torch.uint8)
    rows = torch.arange(8)
    noise = Faces.of(images, rows % 2, ("a", "b"), dict.fromkeys(SPLITS, rows), "Noise.")
    for _ in fit(models.build(RunConfig().model, noise), noise, TrainingConfig(epochs=1, batch_size=4)):
        pass


def sentence(error: Exception) -> str:
    """What became of a run, for its user."""
    if isinstance(error, FacelabError):
        return str(error)
    # On the CPU torch has no exception of its own for this.
    if isinstance(error, MemoryError | torch.OutOfMemoryError) or "DefaultCPUAllocator" in str(error):
        return NO_MEMORY
    return f"{type(error).__name__}: {error}"


def keep_model(lease: Lease, model: torch.nn.Module, data: Faces | Pairs | Points, config: RunConfig) -> None:
    """Keep the weights, the answers on the test split (of pairs the distances too), and how many of them are right."""
    inputs, labels = data.split("test")
    answers = {"labels": labels}
    if isinstance(model, models.Siamese):
        answers["distances"] = predict(model, inputs, choose(model, config), model.distances)
        logits = model.cpu().logits(answers["distances"])
    else:
        logits = predict(model, inputs, choose(model, config))
    weights = {name: value.detach().cpu().contiguous() for name, value in model.state_dict().items()}
    lease.save_tensors("weights", weights)
    lease.save_tensors("predictions", answers | {"probabilities": logits.softmax(1)})
    right = int((logits.argmax(1) == labels).sum())
    lease.describe(test_right=right, test_total=len(labels))


class _Heart(threading.Thread):
    """Touches the heartbeat of a run, or of many, and listens for commands while their job is busy."""

    def __init__(self, lease: Lease | Leases) -> None:
        super().__init__(daemon=True, name=f"heart of {lease.run_id}")
        self.lease = lease
        self.asked, self.stopped = threading.Event(), threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(BEAT_SECONDS):
            try:
                if self.lease.beat():
                    self.asked.set()
            except Unwanted:
                self.asked.set()
            except StoreError as error:
                # The job finds out itself when it has something to write; until then it may be over.
                log.warning("%s", error)


@contextmanager
def beating(lease: Lease | Leases) -> Iterator[_Heart]:
    """Inside, what is leased lives."""
    heart = _Heart(lease)
    heart.start()
    try:
        yield heart
    finally:
        heart.stopped.set()
        heart.join()


class _Job:
    """The training of one run, with its records on their way to the store."""

    def __init__(self, store: RunStore, lease: Lease, heart: _Heart, at_once: int | None) -> None:
        self.store, self.lease, self.heart, self.at_once = store, lease, heart, at_once
        run = store.get(lease.run_id)
        self.config, self.films = run.config, run.config.subject == "points" or run.sweep is None
        self.waiting: list[Record] = []
        self.flushed, self.saved = 0.0, time.perf_counter()
        self.save_cost, self.looked, self.threads = 0.0, 0.0, 0
        self.known_step, self.known_epoch = store.recorded(lease.run_id)

    def train(self, listen: Callable[[Record], None]) -> None:
        data = load_dataset(self.config.data, self._prepare)
        model = models.build(self.config.model, data, self.config.seed)
        self.lease.describe(
            message="",
            classes=data.classes,
            parameters=sum(parameter.numel() for parameter in model.parameters()),
            fingerprint=data.fingerprint,
        )
        self._take_cores(model)
        resume = self.store.load_checkpoint(self.lease.run_id)
        # A film of faces takes megabytes; nobody watches those of a hundred members.
        frames = FRAMES[self.config.subject](data) if self.films else {}
        for record in fit(model, data, self.config, frames=frames, resume=resume):
            self._keep(record)
            listen(record)
            if record.kind == "end":
                keep_model(self.lease, model, data, self.config)
                self.lease.end("diverged" if record.outcome == "diverged" else "finished", record.message)
            elif self.heart.asked.is_set():
                self._save(record)
                if isinstance(model, models.Siamese):  # the weights have moved since the last evaluation
                    recalibrate(model, *data.split("validation"), choose(model, self.config))
                keep_model(self.lease, model, data, self.config)
                self.lease.leave()
                return
            elif time.perf_counter() - self.looked > FLUSH_SECONDS:
                self._take_cores(model)

    def _take_cores(self, model: torch.nn.Module) -> None:
        """Use this job's part of the cores: other jobs come and go, and two on the same core wait for each other."""
        jobs, self.looked = self.store.active(), time.perf_counter()
        threads = set_threads(model, min(jobs, self.at_once or jobs))
        if threads != self.threads:
            self.lease.describe(threads=threads)
            self.threads = threads

    def _prepare(self, share: float) -> None:
        """Tell how far the data are; this can take long enough for a command to arrive."""
        if self.heart.asked.is_set():
            self.lease.leave()
            raise Unwanted
        if time.perf_counter() - self.flushed > FLUSH_SECONDS:
            self.lease.describe(message=f"Preparing the {self.config.subject}: {share:.0%}")
            self.flushed = time.perf_counter()

    def _keep(self, record: Record) -> None:
        """Records go to the store a few times a second; what an earlier job recorded is there already."""
        new = {"step": record.step > self.known_step, "epoch": record.epoch > self.known_epoch, "end": True}
        if new[record.kind]:
            self.waiting.append(record)
        now = time.perf_counter()
        if record.kind == "end" or now - self.flushed > FLUSH_SECONDS:
            self._flush()
        if record.kind == "epoch" and record.step and now - self.saved > CHECKPOINT_SHARE * self.save_cost:
            self._save(record)

    def _flush(self) -> None:
        self.lease.record(self.waiting)
        self.waiting, self.flushed = [], time.perf_counter()

    def _save(self, record: Record) -> None:
        """Take a checkpoint; what led up to it is recorded first, so that a run that goes on has no gap."""
        self._flush()
        start = time.perf_counter()
        self.lease.save_checkpoint(record.checkpoint())
        self.saved = time.perf_counter()
        self.save_cost = self.saved - start
