"""`size_of` against what is loaded in the end."""

import pytest
from PIL import Image

from facelab.data import PAIR_SOURCES, SOURCES, load_dataset
from facelab.data.people import KEPT, folder_of, write
from facelab.data.size import PHOTOS, size_of
from facelab.errors import DataError
from facelab.runs import RunConfig
from tests.data.test_people import enrolled

SPLIT = {"train": 4, "validation": 2, "test": 1}


def spec(**values):
    kind = "siamese" if values["source"] in PAIR_SOURCES else "mlp"
    return RunConfig.parse({"data": values, "model": {"kind": kind}}).data


@pytest.fixture
def photos(tmp_path):
    """Two people with nine and five photos, and one with too few."""
    for name, count in {"Ada": 9, "Ben": 5, "Cleo": 2}.items():
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("RGB", (28, 28), (20 * number, 0, 0)).save(tmp_path / name / f"{number}.png")
    return str(tmp_path)


def agrees(wanted):
    size, data = size_of(wanted), load_dataset(wanted)
    assert (size.examples, size.train) == (len(data.labels), len(data.splits["train"]))
    assert (size.input_shape, size.classes) == (data.input_shape, data.classes)


@pytest.mark.parametrize("split", [{}, {"train": 0.5, "validation": 0.3, "test": 0.2}, SPLIT])
def test_generated_faces_and_folders(split, photos):
    agrees(spec(source="generated", people=3, photos=9, size=28, split=split))
    agrees(spec(source="folder", path=photos, size=28, min_photos=5, split=split))


def test_enrolled_people(tmp_path, monkeypatch):
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path))
    write(enrolled(Ann=6, Bob=9, Cy=2), folder_of(KEPT))
    agrees(spec(source="people", size=28, split=SPLIT))


def test_points():
    agrees(spec(source="moons", points=90, features=["x", "y", "xy"]))


@pytest.mark.parametrize("count", [20, 200])
def test_of_pairs_what_there_is_more_of_to_train_on(count):
    """30 photos of 6 people in train: of 20 pairs 12 are in it, of 200 pairs as many as the photos allow."""
    wanted = spec(source="pairs", pairs=count, faces={"source": "generated", "people": 10, "photos": 5, "size": 28})
    size, pairs = size_of(wanted), load_dataset(wanted)
    assert (size.examples, size.input_shape, size.classes) == (50, (3, 28, 28), 2)
    assert len(pairs.photos["train"]) == 30
    assert size.train == {20: 30, 200: len(pairs.pairs["train"])}[count]


def test_every_source_of_faces_is_counted():
    assert PHOTOS.keys() == SOURCES.keys()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"source": "folder", "path": "nowhere"}, "There is no folder nowhere"),
        ({"source": "folder", "min_photos": 3}, "Name the folder"),
        ({"source": "generated", "people": 1000, "photos": 1000}, "more than the 2.1 GB allowed"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_one_sentence(values, sentence):
    with pytest.raises(DataError, match=sentence):
        size_of(spec(**values))


def test_a_folder_needs_two_people(photos):
    with pytest.raises(DataError, match="Fewer than two people"):
        size_of(spec(source="folder", path=photos, min_photos=9))
