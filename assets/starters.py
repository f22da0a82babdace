"""`python -m assets.starters [NAME ...]`: the ready-made runs in `assets/starters` trained anew, with their cards."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from facelab import paths
from facelab.data import lfw, load_faces, load_pairs
from facelab.data.pairs.draw import draw_pairs
from facelab.data.pairs.lfw import read_protocol
from facelab.data.photos import read_photo
from facelab.labs.starters import STARTERS, Starter
from facelab.recognition import find
from facelab.recognition.embedders import ELSEWHERE, embedder
from facelab.recognition.scores import Share, at_false_accepts, auc, equal_error, operating_point
from facelab.runs import Run, RunStore
from facelab.runs.config import network_name
from facelab.runs.job import execute
from facelab.runs.parcel import pack, read

MOMENTS = 6
ACTORS, PAIRS_ELSEWHERE = "facescrub6", 1000
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
PAIRS_CARD = """# {title}

{use}: a run of facelab that is there from the start. `python -m assets.starters {name}` makes it anew, where
`FACELAB_DATA` has LFW. The file is a safetensors file (weights in float16); loading it executes nothing.

| | |
|---|---|
| network | {network}, {parameters:,} parameters; embedding of {embedding} numbers, cosine distance |
| data | {source} |
| protocol | trained from scratch on the people of LFW's development set but for the tenth that is validation; nobody \
in the test is among them, no other data or network; threshold and calibration from validation; each photo is seen \
as it is and mirrored |
| training | {epochs} epochs, batches of {batch_size}, {optimizer} at a learning rate of {rate:g}, {loss}, \
then discriminant analysis of the people in train, seed {seed}; {minutes:.0f} minutes on {threads} cores |
| accuracy on `pairsDevTest` | {accuracy:.1f} % ({right} of {total}; 95 % interval {low:.1f} to {high:.1f} %) |
| area under the ROC | {auc:.3f} |
| equal error rate | {equal:.1f} % |
| at the threshold | false accepts {false_accepts}, false rejects {false_rejects} |
| at 1 % false accepts | true accepts {one_percent} |
| validation accuracy | {validation:.1f} %, before the discriminant analysis |
| on photos from the web | {elsewhere} of pairs of four actors of FaceScrub whom LFW's development set does not have |

The analysis was chosen by validation among some thirty ways to weigh embeddings, whose test figures stood beside: the
test figure may flatter a little.

## Whom it knows, and whom not

LFW are press photos of 2002 and 2003: mostly men, mostly middle-aged, mostly light-skinned, public figures, many of
them from the United States; children, old people and dark skin are rare. Expect more errors on people who are rare
there than the figures above say; by how much has not been measured here. On other photos it errs more, as the last line
of the table says, most of all by taking two people for one; how sure it says to be of an answer is fitted to those.

## What it must not be used for

It is for learning how verification works. It errs once in some {one_in:.0f} pairs of good photos, more often on poor
ones, on relatives and on whom LFW leaves out. It must not decide about anybody: no access, no identification, no
surveillance, no accusation.
"""


def make(name: str, starter: Starter) -> None:
    """Train, pack, and write the card."""
    with tempfile.TemporaryDirectory() as folder:
        store = RunStore(f"sqlite:///{Path(folder) / 'runs.sqlite'}")
        run_id = store.create(starter.config, starter.title)
        execute(run_id, 1, store.url)
        file = starter.file(name)
        file.parent.mkdir(exist_ok=True)
        run, is_pairs = store.get(run_id), starter.config.subject == "pairs"
        file.write_bytes(pack(store, run_id, MOMENTS, half=is_pairs))
        if is_pairs:
            file.write_bytes(pack(store, run_id, MOMENTS, half=True, beside=elsewhere()))
        predictions = read(file.read_bytes()).predictions
        text = pairs_card(name, starter, run, predictions) if is_pairs else card(name, starter, run)
        file.with_suffix(".md").write_text(text)
        print(f"{file.name}: {file.stat().st_size / 1e6:.1f} MB")


def elsewhere() -> dict[str, Tensor]:
    """Distances and labels, [P], by the verifier, of pairs of FaceScrub's actors whom LFW does not have, cut out as the
    pair page does."""
    by, known = embedder("starter"), set(read_protocol(lfw.find().parent).people)
    described, people = [], []
    for folder in sorted((paths.data() / ACTORS).iterdir()):
        for file in sorted(folder.glob("*.jpg")) if folder.name not in known else ():
            photo = read_photo(file)
            if faces := find(photo):
                described.append(by.describe(photo, faces[0]))
                people.append(folder.name)
    labels = torch.tensor([sorted(set(people)).index(person) for person in people])
    pairs = draw_pairs(labels, torch.arange(len(labels)), PAIRS_ELSEWHERE, np.random.default_rng(0))
    distances = torch.tensor([by.distance(described[a], described[b]) for a, b in pairs.tolist()])
    same = (labels[pairs[:, 0]] == labels[pairs[:, 1]]).long()
    return {f"{ELSEWHERE}.distances": distances, f"{ELSEWHERE}.labels": same}


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


def pairs_card(name: str, starter: Starter, run: Run, predictions: dict[str, Tensor]) -> str:
    """The card of a network that compares two photos, with its figures on the test pairs."""
    config, distances, same = starter.config, *(predictions[part].numpy() for part in ("distances", "labels"))
    threshold = distances[predictions["probabilities"].argmax(1).numpy() == 1].max()
    others = (predictions[f"{ELSEWHERE}.{part}"].numpy() for part in ("distances", "labels"))
    point, strict = operating_point(distances, same, threshold), at_false_accepts(distances, same, 0.01)
    low, high = run.test_interval
    return PAIRS_CARD.format(
        name=name,
        title=starter.title,
        use=starter.use,
        network=network_name(config.model.branch),
        parameters=run.parameters,
        embedding=config.model.embedding,
        source=load_pairs(config.data).source,
        epochs=config.epochs,
        batch_size=config.batch_size,
        optimizer=config.optimizer.name,
        rate=config.optimizer.learning_rate,
        loss=config.model.loss.replace("_", " "),
        seed=config.seed,
        minutes=(run.ended - run.started) / 60,
        threads=run.threads,
        accuracy=100 * run.test_accuracy,
        right=run.test_right,
        total=run.test_total,
        low=100 * low,
        high=100 * high,
        auc=auc(distances, same),
        equal=100 * equal_error(distances, same).rate,
        false_accepts=_percent(point.false_accepts),
        false_rejects=_percent(point.false_rejects),
        one_percent=_percent(strict.true_accepts),
        validation=100 * run.validation_accuracy,
        one_in=1 / (1 - run.test_accuracy),
        elsewhere=_percent(operating_point(*others, threshold).accuracy),
    )


def _percent(share: Share) -> str:
    return (
        f"{100 * share.value:.1f} % ({share.count} of {share.total}; {100 * share.low:.1f} to {100 * share.high:.1f} %)"
    )


if __name__ == "__main__":
    for name in sys.argv[1:] or STARTERS:
        make(name, STARTERS[name])
