import numpy as np

from facelab.plots import alt, palette, split_counts

NAMES = ("Ada", "Alan", "Grace")
COUNTS = {"train": np.array([3, 8, 5]), "validation": np.array([1, 2, 1]), "test": np.array([1, 2, 2])}


def test_few_people_have_a_bar_each_most_photos_first():
    fig = split_counts(NAMES, COUNTS)
    assert [bar.name for bar in fig.data] == ["train", "validation", "test"]
    assert fig.layout.yaxis.ticktext == ("Alan", "Grace", "Ada")
    assert list(fig.data[0].x) == [8, 5, 3]
    assert [bar.marker.color for bar in fig.data] == list(palette.SPLITS.values())


def test_counts_in_words():
    assert alt(split_counts(NAMES, COUNTS)) == (
        "25 photos of 3 people: from 5 to 12 photos of each; 16 for train, 4 for validation and 5 for test."
    )
    assert alt(split_counts(("Ada",), {"train": np.array([1])})) == "1 photo of 1 person: 1 photo of each; 1 for train."


def test_many_people_are_ranked():
    train = np.random.default_rng(0).integers(1, 90, 400)
    fig = split_counts(tuple(f"Person {index}" for index in range(400)), {"train": train, "test": np.ones(400, int)})
    np.testing.assert_array_equal(fig.data[0].y, np.sort(train)[::-1])
    assert fig.data[0].text[0] == f"Person {train.argmax()}"
    assert fig.layout.height == palette.HEIGHT


def test_people_of_one_name_keep_a_bar_each():
    fig = split_counts(("Ada", "Ada"), {"train": np.array([2, 1])})
    assert list(fig.data[0].y) == [0, 1]


def test_nobody():
    assert alt(split_counts((), {})) == "There are no people in this dataset."
