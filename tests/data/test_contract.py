"""One suite over every source: what `Faces` promises, whoever made them."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from facelab.data import (
    SOURCES,
    SPLITS,
    Faces,
    FolderSpec,
    GeneratedSpec,
    LfwSpec,
    OlivettiSpec,
    OrlSpec,
    PeopleSpec,
    download,
    load_faces,
)
from facelab.data.people import KEPT, folder_of, write
from facelab.errors import DataError
from tests.data.test_people import enrolled


def folder_spec(request) -> FolderSpec:
    return FolderSpec(path=str(request.getfixturevalue("people")({"Ann": 6, "Bob": 9, "Cy": 7})), size=28)


def lfw_spec(request) -> LfwSpec:
    request.getfixturevalue("lfw_server")
    download("lfw")
    return LfwSpec(size=28, min_photos=6)


def olivetti_spec(request) -> OlivettiSpec:
    request.getfixturevalue("olivetti_server")
    download("olivetti")
    return OlivettiSpec(size=28)


def orl_spec(request) -> OrlSpec:
    request.getfixturevalue("orl_home")
    return OrlSpec(size=28)


def people_spec(request) -> PeopleSpec:
    write(enrolled(Ann=6, Bob=9, Cy=7), folder_of(KEPT))
    return PeopleSpec(size=28)


SMALL = {
    "generated": lambda request: GeneratedSpec(people=3, photos=5, size=28),
    "lfw": lfw_spec,
    "olivetti": olivetti_spec,
    "orl": orl_spec,
    "folder": folder_spec,
    "people": people_spec,
}


@pytest.fixture(params=SOURCES)
def made(request, home) -> SimpleNamespace:
    """A small dataset of each source in its real file format."""
    spec = SMALL[request.param](request)
    return SimpleNamespace(spec=spec, faces=load_faces(spec))


def test_contract(made, forget_memory):
    faces: Faces = made.faces
    shapes_and_types(faces)
    splits(faces)
    texts(faces)
    # From the cache as from the source; and another split seed is other data.
    forget_memory()
    again = load_faces(made.spec)
    assert again is not faces
    assert again.fingerprint == faces.fingerprint
    assert again.images.equal(faces.images)
    assert again.truth.equals(faces.truth)
    other = load_faces(made.spec.replace({"split.seed": 1}))
    assert other.fingerprint != faces.fingerprint
    assert other.labels.equal(faces.labels)


def shapes_and_types(faces: Faces) -> None:
    assert faces.images.dtype == torch.uint8
    assert faces.images.shape == (len(faces), 3, 28, 28)
    assert faces.images.is_contiguous()
    assert faces.labels.dtype == torch.int64
    assert faces.labels.shape == (len(faces),)
    assert faces.labels.unique().tolist() == list(range(faces.classes))
    assert faces.input_shape == (3, 28, 28)
    assert len(faces.truth) == len(faces)
    assert set(faces.truth.dtypes) <= {np.dtype(np.float32)}
    assert np.isfinite(faces.truth.to_numpy()).all()


def splits(faces: Faces) -> None:
    assert tuple(faces.splits) == SPLITS
    used = torch.cat(list(faces.splits.values()))
    assert used.sort().values.equal(torch.arange(len(faces)))  # disjoint, and the default shares use every photo
    for rows in faces.splits.values():
        assert rows.dtype == torch.int64
        assert set(faces.labels[rows].tolist()) == set(range(faces.classes))
    images, labels = faces.split("test")
    assert len(images) == len(labels) == len(faces.splits["test"])


def texts(faces: Faces) -> None:
    assert len(set(faces.names)) == faces.classes
    assert f"{len(faces):,}" in faces.source
    assert f"{faces.classes:,}" in faces.source
    assert faces.source.endswith(".")
    assert len(faces.fingerprint) == 64


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_whether_it_can_be_loaded(name):
    source = SOURCES[name]
    missing = source.available()
    assert missing is None or missing.endswith(".")
    if missing:
        with pytest.raises(DataError, match="not on this computer"):
            load_faces(source.spec())
