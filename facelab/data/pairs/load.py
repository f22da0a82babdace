"""`load_pairs`: the pairs that a spec asks for, from whichever source, made once."""

import numpy as np
import torch
from torch import Tensor

from facelab.data import cache
from facelab.data.album import Progress
from facelab.data.faces import SPLITS
from facelab.data.lfw import download as download_lfw
from facelab.data.load import SOURCES, Source, by_steps, kept_album, load_faces
from facelab.data.pairs import lfw as lfw_pairs
from facelab.data.pairs.draw import draw_pairs
from facelab.data.pairs.pairs import Pairs, grey
from facelab.data.pairs.specs import DrawnPairsSpec, LfwPairsSpec, PairsSpec
from facelab.data.splits import sizes

KEPT_IN_MEMORY = 2

_pairs: cache.Once[Pairs] = cache.Once(KEPT_IN_MEMORY)


def _load_drawn(spec: DrawnPairsSpec, progress: Progress) -> Pairs:
    faces = load_faces(spec.faces, progress)
    rng = np.random.default_rng(spec.split.seed)
    order = torch.from_numpy(rng.permutation(faces.classes))
    train, validation, test = sizes(faces.classes, spec.split, "This choice of faces", "people")
    groups = dict(zip(SPLITS, order[: train + validation + test].split([train, validation, test]), strict=True))
    images = grey(faces.images) if spec.grey else faces.images
    photos = {name: torch.isin(faces.labels, group).nonzero().flatten() for name, group in groups.items()}
    wanted = {name: max(2, spec.pairs * len(group) // sum(map(len, groups.values()))) for name, group in groups.items()}
    alike = images if spec.hard else None
    pairs = {name: draw_pairs(faces.labels, photos[name], wanted[name], rng, alike) for name in SPLITS}
    return Pairs.of(images, faces.labels, faces.names, photos, pairs, _source(faces.source, pairs), faces.notes)


def _source(source: str, pairs: dict[str, Tensor]) -> str:
    train, validation, test = (f"{len(pairs[name]):,}" for name in SPLITS)
    return f"{train} pairs to train on, {validation} for validation, {test} for the test, drawn from: {source}"


def _load_lfw(spec: LfwPairsSpec, progress: Progress) -> Pairs:
    photos = spec.model_dump_json(exclude={"grey", "seed"})
    key = cache.key_of(photos, lfw_pairs.signature(spec))
    return lfw_pairs.make_pairs(spec, kept_album(key, lambda: lfw_pairs.load(spec, progress)))


PAIR_SOURCES: dict[str, Source] = {
    "pairs": Source(
        DrawnPairsSpec,
        "Pairs of any faces",
        "Two photos each, half of one person and half of two; nobody is in two of train, validation and test.",
        _load_drawn,
        lambda spec: SOURCES[spec.faces.source].signature(spec.faces),
    ),
    "lfw_pairs": Source(
        LfwPairsSpec,
        "Labeled Faces in the Wild, view 1",
        "The official 2,200 pairs for development and 1,000 of other people for the test (Huang et al. 2007).",
        _load_lfw,
        lfw_pairs.signature,
        lfw_pairs.missing,
        download_lfw,
    ),
}


def load_pairs(spec: PairsSpec, progress: Progress | None = None) -> Pairs:
    """The pairs of `spec`, with their photos in memory.

    The same `Pairs` object is handed to everyone in the process who asks for it: treat it as read-only. Those of a
    private source are drawn anew by every call.

    Args:
        spec: any of the `PairsSpec` models.
        progress: is told the share done, 0 to 1, in this thread.

    Raises:
        DataError: one sentence saying what is missing, too small or too large, and what to do.
    """
    tell = by_steps(progress)
    source = PAIR_SOURCES[spec.source]
    if spec.source == "pairs" and SOURCES[spec.faces.source].private:
        pairs = source.load(spec, tell)
    else:
        key = cache.key_of(spec.model_dump_json(), source.signature(spec))
        pairs = _pairs.get(key, lambda: source.load(spec, tell))
    tell(1.0)
    return pairs
