"""Generated people beside photographs: do networks behave on them alike, and do they know all kinds of people equally?

The bars are those of generated faces as they come, of normal difficulty; everything else stands beside them. Every
source has 64x64 pixels, the app's own split of each person's photos, and the same settings of training.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import count

import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from benchmarks.row import Row, rate
from facelab import models
from facelab.analysis.groups import TRAITS, compare_groups, in_words
from facelab.analysis.invariance import TRANSFORMS, Sweep, ranking, sweep
from facelab.data import Faces, FolderSpec, GeneratedSpec, LfwSpec, OrlSpec, load_faces
from facelab.data.album import Album
from facelab.data.cache import key_of
from facelab.data.generated import person_of, photo_of, render, sculpt
from facelab.data.load import SOURCES, kept_album
from facelab.errors import DataError
from facelab.models import ConvNetConfig, MLPConfig
from facelab.models.configs import ModelConfig
from facelab.runs import RunConfig
from facelab.training import fit, predict
from facelab.training.numerics import set_threads

DRAWN = {level: GeneratedSpec(difficulty=level) for level in ("normal", "easy", "hard")}
TAKEN = {"actors": FolderSpec(path="facescrub6"), "LFW": LfwSpec(), "ORL": OrlSpec()}
PATIENT = RunConfig().replace({"epochs": 60, "early_stopping.patience": 8})
# With the rate of the ConvNet the MLP stays up to 14 points below what it can.
LEARNERS = {
    "MLP of 300 units": (MLPConfig(hidden=(300,)), 3e-4),
    "Small ConvNet": (ConvNetConfig(), PATIENT.optimizer.learning_rate),
}

NETWORKS = 2  # that the transforms are tried on: another network may exchange neighbours in their order
FLAT = ("rotation", "translation", "scale", "shear", "affine", "perspective", "horizontal_flip", "vertical_flip")
COLOURS = ("brightness", "contrast", "saturation", "hue", "colour_jitter")
LEAST_CORRELATION = 0.7
RESAMPLES = 1000

EACH = 7  # people of each skin tone, sex and age together
POPULATIONS = (7, 8, 9)  # seeds; one alone leaves a standard error of three points
PHOTOS, SIZE = DRAWN["normal"].photos, DRAWN["normal"].size
FOLDS, HELD = 3, 1  # of the photos of each other fold one is for validation
MOST_BEHIND = 0.05


def people() -> list[Row]:
    """What networks reach on every source, what transforms cost them, and which groups of people they know worst."""
    sources = dict(_loaded())
    return [*_levels(sources), *_costs(sources), *_groups()]


def _loaded() -> Iterator[tuple[str, Faces]]:
    for name, spec in (DRAWN | TAKEN).items():
        try:
            yield name, load_faces(spec)
        except DataError as error:
            print(f"Without {name}: {error}", file=sys.stderr)


@cache
def _trained(model: ModelConfig, rate: float, faces: Faces, seed: int) -> nn.Module:
    config = PATIENT.replace({"model": model, "optimizer.learning_rate": rate, "seed": seed})
    network = models.build(model, faces, seed)
    set_threads(network)
    for _ in fit(network, faces, config):
        pass
    return network


def _right(network: nn.Module, faces: Faces) -> torch.Tensor:
    """Whether it is right about each test photo: bool [n]."""
    images, labels = faces.split("test")
    return predict(network, images).argmax(1) == labels


def _nearest(faces: Faces) -> torch.Tensor:
    """Whether the training photo with the nearest pixels (Euclid) shows the person on each test photo: bool [n]."""
    (known, who), (asked, labels) = faces.split("train"), faces.split("test")
    return who[torch.cdist(asked.flatten(1).float(), known.flatten(1).float()).argmin(1)] == labels


def _levels(sources: dict[str, Faces]) -> list[Row]:
    found = {"Nearest neighbour on pixels": {name: _nearest(faces) for name, faces in sources.items()}} | {
        title: {name: _right(_trained(*learner, faces, 0), faces) for name, faces in sources.items()}
        for title, learner in LEARNERS.items()
    }
    nearest, mlp, convnet = (float(right["normal"].float().mean()) for right in found.values())
    bars = (
        ("20 to 60 %", 0.2 <= nearest <= 0.6),
        ("55 to 90 %", 0.55 <= mlp <= 0.9),
        ("above the MLP", convnet > mlp),
    )
    sizes = {name: f"{faces.classes} x {len(faces) / faces.classes:.0f}" for name, faces in sources.items()}
    rows = [Row("People x photos of each", _beside(sizes, DRAWN), _beside(sizes, TAKEN), "", "", True)]
    for (title, right), level, (bar, met) in zip(found.items(), (nearest, mlp, convnet), bars, strict=True):
        said = {name: rate(int(each.sum()), len(each)) for name, each in right.items()}
        rows.append(Row(title, _beside(said, DRAWN), _beside(said, TAKEN), f"normal {level:.1%}", bar, met))
    return rows


def _beside(said: dict[str, str], names: dict[str, object]) -> str:
    return ", ".join(f"{name} {said[name]}" for name in names if name in said)


def _costs(sources: dict[str, Faces]) -> list[Row]:
    """Each transform's cost on generated faces and on the actors, dearest first, and whether the orders agree."""
    if "actors" not in sources:
        return []
    ours, theirs = (_swept(sources[name]) for name in ("normal", "actors"))
    mine, beside = ({rank.name: rank for rank in ranking(result)} for result in (ours, theirs))
    places = {name: place for place, name in enumerate(reversed(beside), 1)}
    rows = [
        Row(
            f"Of its accuracy the ConvNet loses to {TRANSFORMS[name].title.lower()}",
            *(f"{1 - rank.kept:.0%} ({100 - 100 * rank.high:.0f} to {100 - 100 * rank.low:.0f})" for rank in pair),
            f"place {place} and {places[name]}",
            "",
            True,
        )
        for place, name in enumerate(reversed(mine), 1)
        for pair in [(mine[name], beside[name])]
    ]
    for what, names in (("all transforms", tuple(TRANSFORMS)), ("those of place and colour", FLAT + COLOURS)):
        own, low, high = _correlation(ours, theirs, names)
        rows.append(
            Row(
                f"Spearman's rank correlation over {what}",
                f"{own:.2f}",
                f"{low:.2f} to {high:.2f} (other photos)",
                f"{len(names)} transforms",
                f"at least {LEAST_CORRELATION}",
                own >= LEAST_CORRELATION,
            )
        )
    return rows


def _swept(faces: Faces) -> Sweep:
    """The test photos under every transform at every strength, by several networks, which count as draws."""
    each = []
    for seed in range(NETWORKS):
        *_, result = sweep(_trained(*LEARNERS["Small ConvNet"], faces, seed), *faces.split("test"), list(TRANSFORMS))
        each.append(result)
    return Sweep(result.names, result.strengths, result.labels, np.concatenate([one.right for one in each], 2))


def _correlation(ours: Sweep, theirs: Sweep, names: tuple[str, ...]) -> tuple[float, float, float]:
    """Spearman's correlation of what is kept of the accuracy, and its 95 % interval by resampling the photos."""
    rng = np.random.default_rng(0)
    kept = []
    for result in (ours, theirs):
        shares = result.shares[[result.names.index(name) for name in names]]
        areas, photos = np.trapezoid(shares, result.strengths, axis=1), shares.shape[2]
        weights = np.vstack([np.ones(photos), rng.multinomial(photos, np.full(photos, 1 / photos), RESAMPLES)])
        kept.append(weights @ areas.T / (weights @ shares[0, 0])[:, None])
    own, *others = (spearmanr(*pair).statistic for pair in zip(*kept, strict=True))
    return float(own), *(float(end) for end in np.quantile(others, (0.025, 0.975)))


def _groups() -> list[Row]:
    """Every photo of the balanced people answered by a network that knows its population but not the photo."""
    asked = [_asked(seed) for seed in POPULATIONS]
    labels = np.concatenate([labels + number * labels.size for number, (_, labels, _) in enumerate(asked)])
    traits = {name: np.concatenate([each[name] for _, _, each in asked]) for name in TRAITS}
    found = compare_groups(np.concatenate([right for right, _, _ in asked]), labels, traits)
    rows = [
        Row(
            f"ConvNet on {rate.name} ({rate.people} people x {PHOTOS})",
            f"{rate.accuracy:.1%} ({100 * rate.low:.0f} to {100 * rate.high:.0f})",
            f"{rate.accuracy - rate.difference:.1%} (all others)",
            f"{100 * rate.difference:+.1f} points ({100 * rate.difference_low:+.1f} to "
            f"{100 * rate.difference_high:+.1f})",
            f"at most {100 * MOST_BEHIND:.0f} points below",
            rate.difference >= -MOST_BEHIND,
        )
        for rate in found.rates
    ]
    return [*rows, Row(in_words(found), "", "", "", "", True)]


def _asked(seed: int) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Of every photo of a population, whether the answer is right, who is on it, and the traits of that person."""
    album, traits = _balanced(seed)
    shots, right = np.arange(len(album.labels)) % PHOTOS, np.empty(len(album.labels), bool)
    for fold in range(FOLDS):
        test, held = shots % FOLDS == fold, shots // FOLDS >= PHOTOS // FOLDS - HELD
        parts = {"train": ~test & ~held, "validation": ~test & held, "test": test}
        splits = {name: torch.from_numpy(np.flatnonzero(rows)) for name, rows in parts.items()}
        faces = Faces.of(album.images, album.labels, album.names, splits, album.source)
        right[test] = _right(_trained(*LEARNERS["Small ConvNet"], faces, 0), faces).numpy()
    return right, album.labels.numpy(), traits


def _balanced(seed: int) -> tuple[Album, dict[str, np.ndarray]]:
    """`EACH` people of every skin tone, sex and age together, whom no group's size favours, and their traits."""
    chosen, crowd, cells = {}, Counter(), np.prod([len(trait.groups) for trait in TRAITS.values()])
    for number in count():
        person = person_of(seed, number)
        traits = {name: getattr(person, name.removeprefix("person.")) for name in TRAITS}
        cell = tuple(int(trait.places(traits[name])) for name, trait in TRAITS.items())
        if crowd[cell] < EACH:
            crowd[cell] += 1
            chosen[number] = traits
        if len(chosen) == EACH * cells:
            break

    def portray(number: int) -> np.ndarray:
        head = sculpt(person_of(seed, number))
        return np.stack([render(head, photo_of(seed, number, shot), SIZE) for shot in range(PHOTOS)])

    def make() -> Album:
        with ThreadPoolExecutor(2) as pool:
            images = torch.from_numpy(np.concatenate(list(pool.map(portray, chosen))))
        labels = torch.arange(len(chosen)).repeat_interleave(PHOTOS)
        return Album(images, labels, tuple(f"number {number}" for number in chosen), "Balanced people.")

    spec = GeneratedSpec(people=len(chosen), photos=PHOTOS, size=SIZE, seed=seed)
    album = kept_album(key_of("balanced", spec.model_dump_json(), SOURCES["generated"].signature(spec)), make)
    return album, {name: np.repeat([traits[name] for traits in chosen.values()], PHOTOS) for name in TRAITS}
