"""Splits by person: disjoint, whole, repeatable, and nobody left out."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facelab.data.faces import SPLITS
from facelab.data.specs import Split
from facelab.data.splits import sizes, split_per_person
from facelab.errors import DataError


def labels_of(counts: list[int], shuffled: int | None = None) -> torch.Tensor:
    labels = np.repeat(np.arange(len(counts)), counts)
    if shuffled is not None:
        labels = np.random.default_rng(shuffled).permutation(labels)
    return torch.from_numpy(labels)


def names_of(counts: list[int]) -> tuple[str, ...]:
    return tuple(f"Person {number}" for number in range(len(counts)))


def per_person(splits, labels, people: int) -> dict[str, list[int]]:
    return {name: np.bincount(labels[rows].numpy(), minlength=people).tolist() for name, rows in splits.items()}


@pytest.mark.parametrize(
    ("photos", "split", "expected"),
    [
        (10, Split(), (6, 2, 2)),
        (5, Split(), (3, 1, 1)),
        (3, Split(), (1, 1, 1)),
        (4, Split(), (2, 1, 1)),
        (7, Split(), (4, 2, 1)),
        (100, Split(train=0.29, validation=0.29, test=0.42), (29, 29, 42)),
        (10, Split(train=0.5, validation=0.1, test=0.1), (5, 1, 1)),
        (30, Split(train=0.98, validation=0.01, test=0.01), (28, 1, 1)),
        (4, Split(train=0.1, validation=0.1, test=0.1), (1, 1, 1)),
        (30, Split(train=10, validation=5, test=5), (10, 5, 5)),
        (20, Split(train=10, validation=5, test=5), (10, 5, 5)),
        (12, Split(train=10, validation=5, test=5), (6, 3, 3)),
        (11, Split(train=1, validation=5, test=5), (1, 5, 5)),
        (10, Split(train=1, validation=5, test=5), (1, 5, 4)),
        (110, Split(train=70, validation=20, test=20), (70, 20, 20)),
        (109, Split(train=70, validation=20, test=20), (69, 20, 20)),
        (55, Split(train=70, validation=20, test=20), (35, 10, 10)),
        (5, Split(train=70, validation=20, test=20), (3, 1, 1)),
        (3, Split(train=70, validation=20, test=20), (1, 1, 1)),
    ],
)
def test_sizes(photos, split, expected):
    assert sizes(photos, split, "Ann") == expected


@pytest.mark.parametrize(("photos", "split"), [(2, Split()), (2, Split(train=10, validation=5, test=5))])
def test_a_person_too_small_to_split_is_named(photos, split):
    with pytest.raises(DataError, match=f"Ann has {photos} photos, but this split needs at least 3, one for each"):
        split_per_person(labels_of([30, photos]), split, ("Bob", "Ann"))


def test_who_has_fewer_to_train_on_is_noted():
    counts = [30, 12, 13]
    splits, notes = split_per_person(labels_of(counts), Split(train=10, validation=5, test=5), ("A", "B", "C"))
    assert per_person(splits, labels_of(counts), 3)["train"] == [10, 6, 7]
    assert notes == ("2 people have fewer than 10 photos to train on: B (6), C (7).",)


def test_many_short_people_are_one_note():
    counts = [12] * 9
    _, notes = split_per_person(labels_of(counts), Split(train=10, validation=5, test=5), names_of(counts))
    assert notes[0].startswith("9 people have fewer than 10 photos")
    assert notes[0].endswith("Person 4 (6) and 4 more.")


def test_known_answer_stays():
    """Changing it would put photos that networks were trained on into others' test sets."""
    splits, _ = split_per_person(labels_of([5, 5]), Split(), ("Ann", "Bob"))
    found = {name: rows.tolist() for name, rows in splits.items()}
    assert found == {"train": [0, 1, 3, 5, 7, 9], "validation": [4, 8], "test": [2, 6]}


def test_a_longer_train_split_and_other_people_move_no_test_photo():
    few, _ = split_per_person(labels_of([20, 20]), Split(train=3, validation=4, test=5), ("Ann", "Bob"))
    many, _ = split_per_person(labels_of([20, 20, 20]), Split(train=9, validation=4, test=5), ("Ann", "Bob", "Cy"))
    assert set(few["test"].tolist()) <= set(many["test"].tolist())
    assert set(few["train"].tolist()) <= set(many["train"].tolist())


def test_a_longer_train_split_of_photos_that_are_too_few_takes_from_the_other_parts():
    few, many = (
        split_per_person(labels_of([30]), Split(train=train, validation=10, test=10), ("Ann",))[0] for train in (10, 80)
    )
    assert [len(few[name]) for name in SPLITS] == [10, 10, 10]
    assert [len(many[name]) for name in SPLITS] == [24, 3, 3]
    assert set(many["test"].tolist()) < set(few["test"].tolist())
    assert set(few["train"].tolist()) < set(many["train"].tolist())


shares = st.tuples(st.floats(0.05, 1), st.floats(0.05, 1), st.floats(0.05, 1)).map(
    lambda parts: dict(zip(SPLITS, (part / sum(parts) for part in parts), strict=True))
)
amounts = st.tuples(*[st.integers(1, 6)] * 3).map(lambda parts: dict(zip(SPLITS, parts, strict=True)))


@settings(max_examples=150, deadline=None)
@given(
    counts=st.lists(st.integers(3, 40), min_size=1, max_size=6),
    parts=shares | amounts,
    seed=st.integers(0, 2**31 - 1),
    order=st.integers(0, 9),
)
def test_properties(counts, parts, seed, order):
    labels, names = labels_of(counts, order), names_of(counts)
    split = Split(**parts, seed=seed)
    splits, notes = split_per_person(labels, split, names)
    used = torch.cat([splits[name] for name in SPLITS])
    assert len(used.unique()) == len(used)  # disjoint
    assert all(rows.dtype == torch.int64 and rows.equal(rows.sort().values) for rows in splits.values())
    found = per_person(splits, labels, len(counts))
    assert min(min(people) for people in found.values()) >= 1
    if split.train < 1:
        assert len(used) == len(labels)  # the shares add up to 1: no photo is lost
        assert not notes
        for name, share in parts.items():  # rounded to a neighbour, or lifted to one photo
            assert all(abs(got - share * count) < 2 for got, count in zip(found[name], counts, strict=True))
    else:
        total = sum(parts.values())
        for person, count in enumerate(counts):
            if count >= total:
                assert {name: found[name][person] for name in SPLITS} == parts
                continue
            assert sum(found[name][person] for name in SPLITS) == count
            assert all(abs(found[name][person] - count * part / total) < 2 for name, part in parts.items())
    again, _ = split_per_person(labels, split, names)
    assert all(again[name].equal(splits[name]) for name in SPLITS)


def test_another_seed_is_another_split():
    labels = labels_of([30, 30])
    one, _ = split_per_person(labels, Split(seed=1), ("Ann", "Bob"))
    two, _ = split_per_person(labels, Split(seed=2), ("Ann", "Bob"))
    assert not one["test"].equal(two["test"])


def test_people_are_permuted_independently():
    splits, _ = split_per_person(labels_of([30, 30]), Split(), ("Ann", "Bob"))
    test = splits["test"]
    assert set((test[test < 30]).tolist()) != set((test[test >= 30] - 30).tolist())


@pytest.mark.parametrize("photos", [5, 20, 99])
def test_one_photo_more_leaves_almost_all_others_where_they_are(photos):
    before, after = (split_per_person(labels_of([count]), Split(), ("Ann",))[0] for count in (photos, photos + 1))
    moved = {name: set(after[name].tolist()) - set(before[name].tolist()) - {photos} for name in before}
    assert sum(map(len, moved.values())) <= 2
