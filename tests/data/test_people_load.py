"""Enrolled people as a dataset, which stays in nobody's cache."""

import numpy as np
import pytest

from facelab.data import DrawnPairsSpec, PeopleSpec, Split, load, load_faces, load_pairs
from facelab.data.load import SOURCES
from facelab.data.pairs import load as pairs_load
from facelab.data.people import KEPT, folder_of, new_key, write
from facelab.data.photos import square
from facelab.errors import DataError, SettingsError
from tests.data.test_people import enrolled, face


@pytest.fixture
def key() -> str:
    """Of a session that has enrolled Bob 6 times, Ann 5 times and Cy twice."""
    key = new_key()
    write(enrolled(Bob=6, Ann=5, Cy=2), folder_of(key))
    return key


def test_people_with_enough_photos_are_loaded(key):
    faces = load_faces(PeopleSpec(key=key, size=32))
    assert faces.names == ("Ann", "Bob")
    assert faces.source == "11 photos of 2 people from those whom you enrolled."
    assert faces.notes == ("1 person was left out for having fewer than 5 photos.",)
    bob = faces.images[faces.labels == 1].permute(0, 2, 3, 1).numpy()
    expected = {square(face(shot), 32, 0.5).tobytes() for shot in range(6)}
    assert {np.ascontiguousarray(found).tobytes() for found in bob} == expected


def test_nothing_of_them_stays_in_a_cache(key, home):
    once, again = (load_faces(PeopleSpec(key=key, size=32)) for _ in range(2))
    assert once is not again
    assert once.fingerprint == again.fingerprint
    assert not load._faces._values
    assert not load._albums._values
    assert [entry.name for entry in home.iterdir()] == ["people"]


def test_a_session_does_not_see_who_is_kept_nor_the_other_way_round(key):
    for other in (KEPT, new_key()):
        with pytest.raises(DataError, match=r"two people or more with 5 photos each to learn from: enrol more people"):
            load_faces(PeopleSpec(key=other))


def test_fewer_than_two_people_are_one_sentence(key):
    with pytest.raises(DataError, match=r"^A network needs two people or more with 6 photos each"):
        load_faces(PeopleSpec(key=key, min_photos=6))


def test_the_signature_is_of_names_and_shots(key):
    def signature():
        return SOURCES["people"].signature(PeopleSpec(key=key))

    people = enrolled(Bob=6, Ann=5, Cy=2)
    first = signature()
    assert first == people.digest
    write(people.rename("Cy", "Cyril"), folder_of(key))
    assert signature() != first
    write(people, folder_of(key))
    assert signature() == first


def test_a_picture_that_was_changed_is_left_out(key):
    bob = sorted((folder_of(key) / "Bob").iterdir())
    bob[0].write_bytes(bob[1].read_bytes())
    faces = load_faces(PeopleSpec(key=key, size=28))
    assert len(faces) == 10
    assert any("was changed after it was enrolled" in note for note in faces.notes)


@pytest.mark.parametrize("key", ["../kept", "KEPT", "0" * 31, "/etc"])
def test_a_key_leads_nowhere_else(key):
    with pytest.raises(SettingsError, match="key: enrolled people are kept, or a session's"):
        PeopleSpec.parse({"key": key})


def test_neither_do_pairs_of_them(home):
    write(enrolled(Ann=3, Bob=3, Cy=3, Di=3, Ed=3, Flo=3), folder_of(KEPT))
    spec = DrawnPairsSpec(faces=PeopleSpec(size=28, min_photos=3), pairs=20, split=Split(train=2, validation=2, test=2))
    once, again = load_pairs(spec), load_pairs(spec)
    assert once is not again
    assert once.fingerprint == again.fingerprint
    assert not pairs_load._pairs._values
    assert [entry.name for entry in home.iterdir()] == ["people"]
