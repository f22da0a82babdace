"""`python -m assets.starters [NAME ...]`: the ready-made runs in `assets/starters` trained anew, with their cards."""

import sys
import tempfile
from pathlib import Path

from facelab.data import load_faces
from facelab.labs.starters import STARTERS, Starter
from facelab.runs import Run, RunStore
from facelab.runs.job import execute
from facelab.runs.parcel import pack

MOMENTS = 6
CARD = """# {title}

{use}: a run of facelab that is there from the start. `python -m assets.starters {name}` makes it anew.

| | |
|---|---|
| network | {network}, {parameters:,} parameters |
| data | {source} Training, validation and test: {photos} photos |
| training | {epochs} epochs, batches of {batch_size}, {optimizer} at a learning rate of {rate:g}, seed {seed} |
| test accuracy | {accuracy:.1f} % ({right} of {total}; 95 % interval {low:.1f} to {high:.1f} %) |
| validation accuracy | {validation:.1f} %, at epoch {best_epoch} of {epochs} |

Good for looking into a network, and for nothing else: it knows {people} people who do not exist, and says nothing about
real ones.
"""


def make(name: str, starter: Starter) -> None:
    """Train, pack, and write the card."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'runs.sqlite'}")
        run_id = store.create(starter.config, starter.title)
        execute(run_id, 1, store.url)
        file = starter.file(name)
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(pack(store, run_id, MOMENTS))
        file.with_suffix(".md").write_text(card(name, starter, store.get(run_id)))
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def card(name: str, starter: Starter, run: Run) -> str:
    """What the network is and how well it does, from its run."""
    faces, config = load_faces(starter.config.data), starter.config
    low, high = run.test_interval
    return CARD.format(
        name=name,
        title=starter.title,
        use=starter.use,
        network=run.config.summary().partition(",")[0],
        parameters=run.parameters,
        source=faces.source,
        photos=", ".join(f"{len(rows):,}" for rows in faces.splits.values()),
        people=faces.classes,
        epochs=config.epochs,
        batch_size=config.batch_size,
        optimizer=config.optimizer.name,
        rate=config.optimizer.learning_rate,
        seed=config.seed,
        accuracy=100 * run.test_accuracy,
        right=run.test_right,
        total=run.test_total,
        low=100 * low,
        high=100 * high,
        validation=100 * run.best_validation_accuracy,
        best_epoch=run.best_epoch,
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or STARTERS:
        make(name, STARTERS[name])
