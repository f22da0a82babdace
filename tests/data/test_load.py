"""`load_faces`: what is computed once, what is told, and what a change invalidates."""

import threading
from dataclasses import replace

import pytest

from facelab.data import SOURCES, FolderSpec, Split, available, cache, download, load_faces
from facelab.errors import DataError


@pytest.fixture
def spec(people) -> FolderSpec:
    return FolderSpec(path=str(people({"Ann": 8, "Bob": 9})), size=28)


@pytest.fixture
def loads(monkeypatch) -> list[str]:
    """Grows by one each time the folder is really read."""
    calls = []
    source = SOURCES["folder"]

    def count(spec, progress):
        calls.append(spec.path)
        return source.load(spec, progress)

    monkeypatch.setitem(SOURCES, "folder", replace(source, load=count))
    return calls


def test_the_same_dataset_is_the_same_object(spec, loads):
    assert load_faces(spec) is load_faces(FolderSpec.parse(spec.model_dump_json()))
    assert len(loads) == 1


def test_a_new_process_reads_the_cache(spec, loads, forget_memory):
    first = load_faces(spec)
    forget_memory()
    second = load_faces(spec)
    assert second.fingerprint == first.fingerprint
    assert second.images.equal(first.images)
    assert (second.source, second.notes, second.names) == (first.source, first.notes, first.names)
    assert len(loads) == 1


def test_another_split_shares_the_photos(spec, loads):
    one = load_faces(spec)
    two = load_faces(spec.replace({"split": {"train": 3, "validation": 2, "test": 2}}))
    assert two.images is one.images
    assert two.fingerprint != one.fingerprint
    assert two.counts()["train"].tolist() == [3, 3]
    assert len(loads) == 1


def test_a_corrupt_cache_is_rebuilt(spec, loads, forget_memory):
    first = load_faces(spec)
    (file,) = cache._file("").parent.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    forget_memory()
    assert load_faces(spec).fingerprint == first.fingerprint
    assert len(loads) == 2
    forget_memory()
    load_faces(spec)
    assert len(loads) == 2


def test_a_changed_folder_is_read_again(spec, loads, tmp_path):
    first = load_faces(spec)
    (tmp_path / "people" / "Ann" / "1.png").unlink()
    second = load_faces(spec)
    assert (len(first), len(second)) == (17, 16)
    assert len(loads) == 2


def test_without_a_disk_it_still_loads(spec, home):
    home.write_text("a file where the folder should be")
    assert len(load_faces(spec)) == 17


def test_two_threads_compute_once(spec, loads):
    results = []
    threads = [threading.Thread(target=lambda: results.append(load_faces(spec))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1
    assert results[0] is results[1] is results[2]


def test_progress_rises_to_one_in_steps(people):
    told = []
    load_faces(FolderSpec(path=str(people({"Ann": 200, "Bob": 200})), size=28), told.append)
    assert told == sorted(set(told))
    assert told[-1] == 1.0
    assert len(told) <= 101


def test_progress_of_what_is_cached_is_one(spec):
    load_faces(spec)
    told = []
    load_faces(spec, told.append)
    assert told == [1.0]


def test_who_has_fewer_to_train_on_is_noted(spec):
    faces = load_faces(spec.replace({"split": Split(train=6, validation=3, test=3).model_dump()}))
    assert faces.counts()["test"].tolist()[0] == 2
    assert any("fewer than 6 photos to train on: Ann (4)" in note for note in faces.notes)


def test_unknown_sources_and_nothing_to_download():
    with pytest.raises(DataError, match="no source 'casia'; the sources are generated, lfw"):
        available("casia")
    with pytest.raises(DataError, match="nothing to download for generated"):
        download("generated")


def test_generated_faces_too_many_for_memory_are_refused_at_once():
    spec = SOURCES["generated"].spec(people=1000, photos=1000, size=128)
    with pytest.raises(DataError, match="1,000,000 photos of 128x128 pixels take"):
        load_faces(spec)


def test_every_source_has_a_model_of_its_name():
    for name, source in SOURCES.items():
        assert source.spec.model_fields["source"].default == name
        assert source.description.endswith(".")
