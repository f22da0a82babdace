"""The official pairs of LFW: read from files as they are, divided, and for real."""

import pytest
import torch

from facelab.data import SPLITS, LfwPairsSpec, load_pairs
from facelab.data.pairs.load import PAIR_SOURCES
from facelab.errors import DataError
from tests.data import lfw_pairs
from tests.data.lfw_pairs import DEVELOPED, TESTED, lines, write

SPEC = LfwPairsSpec(size=28)


@pytest.fixture
def protocol(home, tmp_path, monkeypatch):
    """The folder of the protocol of a tiny LFW."""
    return lfw_pairs.make(tmp_path / "data", monkeypatch)


def in_words(pairs, name):
    """The pairs of a split as lines of the protocol, and those of an official file."""
    numbers = {}
    for row, label in enumerate(pairs.labels.tolist()):
        numbers[row] = sum(other == label for other in pairs.labels[: row + 1].tolist())
    people = [pairs.people[label].replace(" ", "_") for label in pairs.labels.tolist()]
    return [
        f"{people[a]}\t{numbers[a]}\t{numbers[b]}"
        if people[a] == people[b]
        else f"{people[a]}\t{numbers[a]}\t{people[b]}\t{numbers[b]}"
        for a, b in pairs.pairs[name].tolist()
    ]


def people_of(pairs, name):
    return {pairs.people[label].replace(" ", "_") for label in pairs.labels[pairs.photos[name]].tolist()}


@pytest.mark.parametrize("validation", ["people", "pairs"])
def test_the_test_is_the_official_one(protocol, validation):
    pairs = load_pairs(SPEC.replace({"validation": validation}))
    assert in_words(pairs, "test") == lines(TESTED)
    assert pairs.same("test").tolist() == [1] * 6 + [0] * 6
    assert people_of(pairs, "test") == set(TESTED)


def test_a_tenth_of_the_pairs_of_either_kind_is_validation(protocol):
    pairs = load_pairs(SPEC.replace({"validation": "pairs"}))
    train, validation = in_words(pairs, "train"), in_words(pairs, "validation")
    assert sorted(train + validation) == sorted(lines(DEVELOPED))
    assert pairs.same("validation").tolist() == [1] * 2 + [0] * 2
    assert len(train) == 36
    assert "are in training pairs too" in pairs.notes[0]


def test_a_tenth_of_the_people_is_validation_and_in_no_pair_to_train_on(protocol):
    pairs = load_pairs(SPEC)
    held = people_of(pairs, "validation")
    assert len(held) == 2
    assert people_of(pairs, "train") == set(DEVELOPED) - held
    assert in_words(pairs, "train") == [line for line in lines(DEVELOPED) if not held & set(line.split("\t"))]
    assert pairs.same("validation").tolist() == [1] * 6 + [0] * 6  # all that three photos of two people allow
    assert [len(pairs.photos[name]) for name in SPLITS] == [3 * 18, 3 * 2, 2 * 6]


def test_people_in_no_pair_are_trained_on_where_they_are_listed(protocol):
    write(protocol / "pairsDevTrain.txt", lines(DEVELOPED[:15]))
    pairs = load_pairs(SPEC)
    assert people_of(pairs, "train") | people_of(pairs, "validation") == set(DEVELOPED)
    (protocol / "peopleDevTrain.txt").unlink()
    pairs = load_pairs(SPEC)
    assert people_of(pairs, "train") | people_of(pairs, "validation") == set(DEVELOPED[:15])


def test_the_photo_of_a_number_is_the_one_in_the_pair(protocol):
    """A photo's stripe, by which it is told from its person's others, lies where its number says."""
    pairs = load_pairs(SPEC.replace({"size": 125, "crop": 1, "validation": "pairs"}))
    stripes = pairs.images.float().mean((1, 3)).argmax(1)
    first, second = stripes[pairs.pairs["test"]].unbind(1)
    assert len(set(first.tolist())) == 1
    assert (second >= first).all()
    assert (pairs.images[pairs.pairs["test"][:, 0]] != pairs.images[pairs.pairs["test"][:, 1]]).any((1, 2, 3)).all()


def test_without_the_official_pairs_it_is_not_there(protocol):
    assert PAIR_SOURCES["lfw_pairs"].available() is None
    (protocol / "pairsDevTest.txt").unlink()
    missing = PAIR_SOURCES["lfw_pairs"].available()
    assert missing.startswith("The official LFW pairs are not on this computer: put pairsDevTest.txt beside")
    with pytest.raises(DataError, match="not on this computer"):
        load_pairs(SPEC)


@pytest.mark.parametrize("line", ["Dev_A\t1", "Dev_A\t1\tx", "Dev_A\t1\tDev_B", "Dev_A 1 2", "a\t1\tb\t2\tc", ""])
def test_a_broken_line_is_named(protocol, line):
    write(protocol / "pairsDevTrain.txt", [*lines(DEVELOPED)[:4], line, "Dev_A\t1\t3"])
    with pytest.raises(
        DataError, match=r"^Line 6 of pairsDevTrain\.txt names no pair of photos: get the file again\.$"
    ):
        load_pairs(SPEC)


@pytest.mark.parametrize("validation", ["people", "pairs"])
@pytest.mark.parametrize("line", ["Dev_A\t1\t9", "Dev_A\t0\t1", "Dev_A\t1\tNobody\t1"])
def test_a_photo_that_is_not_there(protocol, validation, line):
    write(protocol / "pairsDevTrain.txt", [*lines(DEVELOPED), line])
    with pytest.raises(DataError, match=r"names a photo of (Dev_A|Nobody) that is not there: get LFW again\.$"):
        load_pairs(SPEC.replace({"validation": validation}))


@pytest.mark.parametrize("listed", [True, False])
def test_nobody_is_both_tested_and_trained_on(protocol, listed):
    write(protocol / "pairsDevTrain.txt", [*lines(DEVELOPED), "Test_B\t1\t2"])
    if listed:
        write(protocol / "peopleDevTrain.txt", [f"{name}\t3" for name in [*DEVELOPED, "Test_B"]])
    else:
        (protocol / "peopleDevTrain.txt").unlink()
    with pytest.raises(DataError, match="Test_B is in the LFW test and in its development set"):
        load_pairs(SPEC)


def test_a_photo_that_cannot_be_read_is_named(protocol):
    (protocol / "lfw-deepfunneled" / "Dev_C" / "Dev_C_0002.jpg").write_bytes(b"no photo")
    with pytest.raises(DataError, match=r"its pairs need them: Skipped Dev_C/Dev_C_0002\.jpg"):
        load_pairs(SPEC)


def test_another_protocol_is_read_anew(protocol):
    before = load_pairs(SPEC)
    write(protocol / "pairsDevTest.txt", lines(TESTED[:4]))
    assert len(load_pairs(SPEC).pairs["test"]) == 8
    assert len(before.pairs["test"]) == 12


def test_real_pairs(real_data):
    pairs = load_pairs(LfwPairsSpec(size=28, grey=True, validation="pairs"))
    assert [len(pairs.pairs[name]) for name in SPLITS] == [1980, 220, 1000]
    assert [int(pairs.same(name).sum()) for name in SPLITS] == [990, 110, 500]


def test_real_people(real_data):
    pairs = load_pairs(LfwPairsSpec(size=28, grey=True))
    train, validation = pairs.photos["train"], pairs.photos["validation"]
    assert len(train) + len(validation) == 9525
    assert len(pairs.labels[torch.cat([train, validation])].unique()) == 4038
    assert len(people_of(pairs, "validation")) == 404
    assert [len(pairs.pairs[name]) for name in SPLITS[1:]] == [1000, 1000]
    assert [int(pairs.same(name).sum()) for name in SPLITS[1:]] == [500, 500]
    assert not (people_of(pairs, "train") | people_of(pairs, "validation")) & people_of(pairs, "test")
