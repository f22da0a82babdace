"""`python -m assets.experiments NUMBER ... [--minutes M]`: published Siamese experiments trained for real.

Each for so many minutes at most, on LFW in `FACELAB_DATA`; what came of it goes into `assets/experiments.json`.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import torch.nn.functional as F

from facelab.labs.siamese import EXPERIMENTS, MEASURED_FILE, Measured, measured
from facelab.runs import RunStore
from facelab.runs.job import execute
from facelab.training import Record

CURVES = ("epoch", "train_loss", "validation_loss", "train_accuracy", "validation_accuracy")


def train(number: int, minutes: float) -> Measured:
    """One experiment, until it ends by itself or its time is over."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'runs.sqlite'}")
        run_id = store.create(EXPERIMENTS[number].config)
        end = time.monotonic() + 60 * minutes

        def watch(record: Record) -> None:
            if record.kind == "epoch":
                known = {name: record.metrics.get(name) for name in CURVES[1:]}
                print(number, round(record.epoch), known, flush=True)
            if time.monotonic() > end:
                store.ask(run_id, "stop")

        execute(run_id, 1, store.url, watch)
        run, history = store.get(run_id), store.history(run_id).epochs
        kept = store.load_tensors(run_id, "predictions")
        loss = F.binary_cross_entropy_with_logits(-kept["distances"], kept["labels"].float()).item()
        return Measured(
            curves={name: [None if value != value else round(value, 4) for value in history[name]] for name in CURVES},
            best_epoch=run.best_epoch,
            ended=run.message or f"Stopped after {minutes:g} minutes.",
            test_loss=loss,
            test_right=run.test_right,
            test_total=run.test_total,
            seconds=run.ended - run.started,
            threads=run.threads,
        )


def main() -> None:
    """Train those that are named, one after the other, and keep what came of them beside the others."""
    parser = argparse.ArgumentParser(prog="python -m assets.experiments", description=__doc__)
    parser.add_argument("number", type=int, nargs="+", choices=list(EXPERIMENTS))
    parser.add_argument("--minutes", type=float, default=40)
    arguments = parser.parse_args()
    for number in arguments.number:
        found = train(number, arguments.minutes)
        everything = measured() | {number: found}
        text = json.dumps({key: everything[key].model_dump() for key in sorted(everything)}, separators=(",", ":"))
        MEASURED_FILE.write_text(text + "\n")


if __name__ == "__main__":
    main()
