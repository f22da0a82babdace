"""Which pairs are drawn."""

from collections import Counter
from itertools import combinations

import numpy as np
import pytest
import torch

from facelab.data.pairs.draw import draw_pairs
from facelab.errors import DataError


def draw(labels, count, seed=0, rows=None, images=None):
    labels = torch.as_tensor(labels)
    rows = torch.arange(len(labels)) if rows is None else torch.as_tensor(rows)
    return draw_pairs(labels, rows, count, np.random.default_rng(seed), images).tolist()


def kinds(labels, pairs):
    """The pairs of one person, and those of two."""
    same = [pair for pair in pairs if labels[pair[0]] == labels[pair[1]]]
    return same, [pair for pair in pairs if pair not in same]


@pytest.fixture(scope="module")
def looks():
    """40 photos of 10 people, uint8 [40, 3, 24, 24], of whom each looks much like another."""
    random = np.random.default_rng(1)
    twins = random.integers(0, 256, (5, 1, 3, 24, 24)).repeat(2, 0)
    photos = 0.7 * twins + 0.3 * random.integers(0, 256, (10, 4, 3, 24, 24))
    return torch.arange(10).repeat_interleave(4).tolist(), torch.from_numpy(
        photos.reshape(40, 3, 24, 24).astype(np.uint8)
    )


def likeness(images, pairs):
    """The mean correlation of the grey photos of pairs."""
    flat = images.double().mean(1).flatten(1).numpy()
    return np.mean([np.corrcoef(flat[a], flat[b])[0, 1] for a, b in pairs])


def test_half_of_each_kind_first_those_of_one_person():
    labels = [0] * 6 + [1] * 6 + [2] * 6
    pairs = draw(labels, 20)
    same, different = kinds(labels, pairs)
    assert (same, different) == (pairs[:10], pairs[10:])
    assert (len(same), len(different)) == (10, 10)


@pytest.mark.parametrize("hard", [False, True])
def test_every_pair_once_and_no_photo_with_itself(hard, looks):
    labels, images = looks
    pairs = draw(labels, 10_000, images=images if hard else None)
    assert len({tuple(sorted(pair)) for pair in pairs}) == len(pairs)
    assert all(a != b for a, b in pairs)
    # All pairs of one person that there are, and as many of two.
    same, different = kinds(labels, pairs)
    assert {tuple(pair) for pair in same} == {(a, b) for a, b in combinations(range(40), 2) if labels[a] == labels[b]}
    assert len(different) == len(same) == 10 * 6


def test_everybody_is_as_often_in_pairs_however_many_photos_they_have():
    labels = [0] * 100 + [1] * 4 + [2] * 4 + [3] * 4 + [4]
    same, different = kinds(labels, draw(labels, 32))
    assert Counter(labels[a] for a, _ in same) == {0: 4, 1: 4, 2: 4, 3: 4}
    labels = [0] * 500 + [person for person in range(1, 5) for _ in range(100)]
    _, different = kinds(labels, draw(labels, 4000))
    times = Counter(labels[photo] for pair in different for photo in pair)
    assert times.keys() == set(range(5))
    assert max(times.values()) < 1.2 * min(times.values())


def test_only_among_the_rows_given(looks):
    labels, images = looks
    rows = [row for row in range(40) if labels[row] % 2]
    for photos in (None, images):
        assert {photo for pair in draw(labels, 40, rows=rows, images=photos) for photo in pair} <= set(rows)


def test_the_generator_decides():
    labels = np.arange(40) % 8
    assert draw(labels, 30) == draw(labels, 30)
    assert draw(labels, 30) != draw(labels, 30, seed=1)


def test_hard_pairs_look_more_alike_than_random_ones_and_are_of_two_people(looks):
    labels, images = looks
    (_, easy), (_, hard) = kinds(labels, draw(labels, 60)), kinds(labels, draw(labels, 60, images=images))
    assert likeness(images, hard) > likeness(images, easy) + 0.3
    assert {labels[a] ^ labels[b] for a, b in hard} == {1}  # everybody meets their twin
    assert len({photo for pair in hard for photo in pair}) > 20


@pytest.mark.parametrize("labels", [[0, 0, 0], [0, 1, 2], []])
def test_one_person_and_single_photos_are_refused(labels):
    with pytest.raises(DataError, match=r"^Pairs need at least two people .* one of them with two photos: give more"):
        draw(torch.tensor(labels, dtype=torch.int64), 4)
