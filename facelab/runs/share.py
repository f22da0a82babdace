"""A share of a sweep from queued to ended: many small networks in one job, each a run with a lease of its own."""

import math
import time
from collections.abc import Sequence
from contextlib import suppress

from facelab import models
from facelab.data import Points, load_dataset
from facelab.errors import FacelabError
from facelab.runs.config import RunConfig
from facelab.runs.dealing import FRAMES
from facelab.runs.job import FLUSH_SECONDS, beating, keep_model, sentence
from facelab.runs.lease import Lease, Leases, Unwanted
from facelab.runs.store import RunStore
from facelab.training import Checkpoint, Fitted, Many, Record, fit_many
from facelab.training.numerics import set_threads
from facelab.training.schedule import timetable

RECORDS = 101
"""Epochs taken down of a member, at most. Its frames are among them, for 20 divides 100."""


def execute_share(members: Sequence[tuple[str, int]], store_url: str, threads: int | None = None) -> None:
    """Train queued runs on the same points, each to its end or until it is asked to pause or stop.

    Every outcome is in the store. An error that is no fault of the user's is in the store as well, and raised.

    Args:
        members: the (id, attempt) of each.
        threads: how many train at once; as many as there are cores if not given.

    Raises:
        StoreError: the store cannot be read or written any more.
    """
    store = RunStore(store_url)
    leases = store.claim_many(members)
    with beating(leases):
        try:
            _train(store, leases, threads)
        except KeyboardInterrupt:
            leases.end("stopped", "Interrupted.")
            raise
        except Exception as error:
            leases.end("failed", sentence(error))
            if not isinstance(error, FacelabError):
                raise


def _train(store: RunStore, leases: Leases, threads: int | None) -> None:
    members = _prepare(store, leases)
    if not members:
        return
    networks, configs = [member.model for member in members], [member.config for member in members]
    flushed = time.perf_counter()
    for many in fit_many(networks, members[0].data, configs, records=RECORDS, frames=FRAMES, threads=threads):
        for index, member in enumerate(members):
            if member.lease.run_id in leases.asked:
                many.stop(index)
        if many.share == 1 or time.perf_counter() - flushed > FLUSH_SECONDS:
            _keep(leases, members, many)
            flushed = time.perf_counter()


def _prepare(store: RunStore, leases: Leases) -> "list[_Member]":
    """The members with their networks; one that cannot be trained has failed, and the others go on."""
    members = []
    for run_id, lease in list(leases.left.items()):
        try:
            config = store.get(run_id).config
            members.append(_Member(lease, config, load_dataset(config.data), *store.recorded(run_id)))
        except (FacelabError, Unwanted) as error:
            with suppress(Unwanted):
                lease.end("failed", str(error))
            leases.drop(run_id)
    return members


def _keep(leases: Leases, members: "list[_Member]", many: Many) -> None:
    """Bring the store up to date with what the members have done, in one transaction but for those that are over."""
    going = [
        (member, fitted)
        for member, fitted in zip(members, many.fitted, strict=True)
        if member.lease.run_id in leases.left
    ]
    waiting = (len(members) - many.done) / many.threads
    with leases.at_once():
        for member, fitted in going:
            with suppress(Unwanted):
                member.record(fitted, waiting)
    for member, fitted in going:
        if fitted.outcome:
            with suppress(Unwanted):
                member.end(fitted)
            leases.drop(member.lease.run_id)


class _Member:
    """One run of the share, with its records on their way to the store."""

    def __init__(self, lease: Lease, config: RunConfig, data: Points, step: int, epoch: int) -> None:
        """Prepare a run of which the store knows the records up to a step and an epoch already."""
        self.lease, self.config, self.data = lease, config, data
        self.known_step, self.known_epoch = step, epoch
        self.model = models.build(config.model, data, config.seed)
        self.examples = len(data.splits["train"])
        timetable(config, self.examples)
        lease.describe(
            message="",
            classes=data.classes,
            parameters=sum(parameter.numel() for parameter in self.model.parameters()),
            fingerprint=data.fingerprint,
            threads=set_threads(self.model),
        )

    def record(self, fitted: Fitted, waiting: float) -> None:
        """Pass on what is new; of its time the network trains one part in `waiting`."""
        progress = {}
        if not math.isnan(fitted.epochs_per_second):
            left = (self.config.epochs - fitted.epoch) / fitted.epochs_per_second
            progress["images_per_second"] = fitted.epochs_per_second * self.examples
            progress["seconds_left"] = 0.0 if fitted.outcome else left * max(1, waiting)
        records = sorted([*self._steps(fitted), *self._epochs(fitted, progress)], key=lambda record: record.step)
        self.lease.record(records)
        self.known_step = max([self.known_step, *fitted.steps["step"].astype(int)])
        self.known_epoch = max([self.known_epoch, *fitted.epochs.tolist()])

    def end(self, fitted: Fitted) -> None:
        """Keep the network, and say what became of it."""
        keep_model(self.lease, self.model, self.data, self.config)
        best = {"best_epoch": fitted.best_epoch, "best_validation_accuracy": fitted.best_accuracy}
        known = {name: value for name, value in best.items() if fitted.best_epoch and not math.isnan(value)}
        self.lease.describe(step=fitted.step, epoch=fitted.epoch, **known)
        if fitted.outcome == "stopped":
            self.lease.leave()
        else:
            self.lease.end("diverged" if fitted.outcome == "diverged" else "finished", fitted.message)

    def _steps(self, fitted: Fitted) -> list[Record]:
        columns = (fitted.steps[name].tolist() for name in ("step", "epoch", "loss", "learning_rate"))
        return [
            Record("step", int(step), epoch, {"loss": loss, "learning_rate": rate}, _no_checkpoint)
            for step, epoch, loss, rate in zip(*columns, strict=True)
            if step > self.known_step
        ]

    def _epochs(self, fitted: Fitted, progress: dict[str, float]) -> list[Record]:
        frames = dict(zip(fitted.frame_epochs.tolist(), fitted.frames, strict=True))
        records = []
        for row, (epoch, step) in enumerate(zip(fitted.epochs.tolist(), fitted.epoch_steps.tolist(), strict=True)):
            if epoch > self.known_epoch:
                metrics = {name: float(column[row]) for name, column in fitted.metrics.items()} | progress
                frame = {"weights": frames[epoch]} if epoch in frames else {}
                records.append(Record("epoch", step, float(epoch), metrics, _no_checkpoint, frame))
        return records


def _no_checkpoint() -> Checkpoint:
    """What runs without Python cannot be continued elsewhere; resumed, a member starts again."""
    return Checkpoint({}, {})
