"""One suite over every source of pairs, and what pairs drawn from any faces promise."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from facelab.data import (
    PAIR_SOURCES,
    SPLITS,
    DrawnPairsSpec,
    GeneratedSpec,
    LfwPairsSpec,
    Pairs,
    load_dataset,
    load_faces,
    load_pairs,
)
from facelab.data.pairs.pairs import grey
from facelab.errors import DataError
from tests.data import lfw_pairs

FACES = GeneratedSpec(people=15, photos=5, size=28)
DRAWN = DrawnPairsSpec(faces=FACES, pairs=100)


def drawn(tmp_path, monkeypatch):
    return DRAWN


def official(tmp_path, monkeypatch):
    lfw_pairs.make(tmp_path / "data", monkeypatch)
    return LfwPairsSpec(size=28)


SMALL = {"pairs": drawn, "lfw_pairs": official}


@pytest.fixture(params=PAIR_SOURCES)
def made(request, home, tmp_path, monkeypatch) -> SimpleNamespace:
    """A small dataset of each source."""
    spec = SMALL[request.param](tmp_path, monkeypatch)
    return SimpleNamespace(spec=spec, pairs=load_pairs(spec))


def people_of(pairs: Pairs, name: str) -> set[int]:
    return set(pairs.labels[pairs.photos[name]].tolist())


def once(pairs: torch.Tensor) -> set[tuple[int, int]]:
    return {tuple(sorted(pair)) for pair in pairs.tolist()}


def test_contract(made, forget_memory):
    shapes_and_types(made.pairs, made.spec)
    splits(made.pairs)
    texts(made.pairs)
    forget_memory()
    again = load_dataset(made.spec)
    assert again is not made.pairs
    assert again.fingerprint == made.pairs.fingerprint
    assert all(again.pairs[name].equal(made.pairs.pairs[name]) for name in SPLITS)
    seed = "seed" if made.spec.source == "lfw_pairs" else "split.seed"
    other = load_pairs(made.spec.replace({seed: 1}))
    assert other.fingerprint != made.pairs.fingerprint
    assert people_of(other, "train") != people_of(made.pairs, "train")
    in_grey = load_pairs(made.spec.replace({"grey": True}))
    assert in_grey.images.shape == (len(made.pairs.images), 1, 28, 28)
    assert in_grey.input_shape == made.spec.replace({"grey": True}).input_shape == (1, 28, 28)
    assert in_grey.pairs["train"].equal(made.pairs.pairs["train"])


def shapes_and_types(pairs: Pairs, spec) -> None:
    assert (pairs.images.dtype, pairs.labels.dtype) == (torch.uint8, torch.int64)
    assert pairs.images.shape == (len(pairs.labels), 3, 28, 28)
    assert pairs.input_shape == spec.input_shape == (3, 28, 28)
    assert len(pairs) == sum(len(pairs.pairs[name]) for name in SPLITS)
    assert (pairs.classes, pairs.names) == (2, ("different people", "the same person"))
    photos, same = pairs.split("test")
    assert photos.dtype == torch.uint8
    assert photos.shape == (len(same), 2, 3, 28, 28)
    assert (pairs.labels.min(), pairs.labels.max()) == (0, len(pairs.people) - 1)


def splits(pairs: Pairs) -> None:
    assert tuple(pairs.photos) == tuple(pairs.pairs) == SPLITS
    for name in SPLITS:
        rows, same = pairs.pairs[name], pairs.same(name)
        assert rows.dtype == pairs.photos[name].dtype == same.dtype == torch.int64
        assert len(once(rows)) == len(rows)
        assert (rows[:, 0] != rows[:, 1]).all()
        assert set(rows.flatten().tolist()) <= set(pairs.photos[name].tolist())
        assert same.tolist() == [int(pairs.labels[a] == pairs.labels[b]) for a, b in rows.tolist()]
        assert abs(2 * int(same.sum()) - len(same)) <= 2  # a pair that a held-out person is in may be left out
    train, validation, test = (people_of(pairs, name) for name in SPLITS)
    assert not train & validation
    assert not test & (train | validation)


def texts(pairs: Pairs) -> None:
    assert len(set(pairs.people)) == len(pairs.people)
    assert all(f"{len(pairs.pairs[name]):,}" in pairs.source for name in SPLITS)
    assert pairs.source.endswith(".")
    assert len(pairs.fingerprint) == 64


@pytest.mark.parametrize("name", PAIR_SOURCES)
def test_a_source_says_whether_it_can_be_loaded(name):
    source = PAIR_SOURCES[name]
    missing = source.available()
    assert missing is None or missing.endswith(".")
    if missing:
        with pytest.raises(DataError, match="not on this computer"):
            load_pairs(source.spec())


def test_every_kind_of_pair_is_half_of_each_split():
    pairs = load_pairs(DRAWN)
    assert {name: len(rows) for name, rows in pairs.pairs.items()} == {"train": 60, "validation": 20, "test": 20}
    assert [int(pairs.same(name).sum()) for name in SPLITS] == [30, 10, 10]
    assert [len(people_of(pairs, name)) for name in SPLITS] == [9, 3, 3]
    assert pairs.images is load_faces(FACES).images


def test_counts_divide_the_people():
    pairs = load_pairs(DRAWN.replace({"split": {"train": 5, "validation": 4, "test": 2}}))
    assert [len(people_of(pairs, name)) for name in SPLITS] == [5, 4, 2]


def test_a_small_part_of_a_few_pairs_has_one_of_each_kind():
    few = DRAWN.replace({"pairs": 20, "faces.people": 40, "split": {"train": 0.9, "validation": 0.05, "test": 0.05}})
    assert load_pairs(few).same("test").tolist() == [1, 0]


def test_grey_is_what_the_eye_sees():
    """ITU-R BT.601: 0.299 red, 0.587 green and 0.114 blue."""
    images = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (700, 3, 5, 4), dtype=np.uint8))
    images[0], images[1] = 0, 255
    red, green, blue = images.double().unbind(1)
    ours = grey(images)
    assert ours.dtype == torch.uint8
    assert ours[:2].flatten(1).unique(dim=1).flatten().tolist() == [0, 255]
    assert (ours[:, 0] - (0.299 * red + 0.587 * green + 0.114 * blue)).abs().max() <= 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"faces.people": 2}, "This choice of faces has 2 people, but this split needs at least 3"),
        ({"faces.people": 4}, "at least two people in each of train, validation and test"),
        ({"split": {"train": 90, "validation": 4, "test": 4}}, "at least two people in each of train, validation and"),
    ],
)
def test_too_few_people(changes, sentence):
    with pytest.raises(DataError, match=sentence):
        load_pairs(DRAWN.replace(changes))
