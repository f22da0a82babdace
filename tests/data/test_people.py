"""People in memory: who is there after each change, and what cannot be."""

import hashlib

import numpy as np
import pytest

from facelab.data.people import EMPTY, SIDE, Shot
from facelab.data.people import people as module
from facelab.errors import DataError


def face(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def enrolled(**counts: int):
    people = EMPTY
    for person, (name, count) in enumerate(counts.items()):
        for shot in range(count):
            people = people.add(name, face(100 * person + shot))
    return people


def test_everybody_is_in_the_order_in_which_they_came():
    people = enrolled(Cy=2, Ann=1, Bob=3)
    assert people.names == ("Cy", "Ann", "Bob")
    assert len(people) == 3
    assert len(EMPTY) == 0
    assert all(np.array_equal(found, face(200 + shot)) for shot, found in enumerate(people.photos()["Bob"]))


def test_a_shot_is_known_by_its_pixels():
    pixels = face(0)
    shot = Shot.of(pixels)
    assert shot.key == hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()
    assert Shot.of(np.asfortranarray(pixels)) == shot
    pixels[:] = 0
    assert np.array_equal(shot.pixels, face(0))
    with pytest.raises(ValueError, match="read-only"):
        shot.pixels[0] = 1


def test_the_same_picture_twice_is_one():
    people = enrolled(Ann=1)
    assert people.add(" Ann ", face(0)) is people
    assert len(people.add("Bob", face(0))) == 2


def test_what_changes_people_leaves_them_as_they_were():
    people = enrolled(Ann=2, Bob=1)
    first, second = (shot.key for shot in people.shots("Ann"))
    assert [shot.key for shot in people.drop("Ann", first).shots("Ann")] == [second]
    assert people.drop("Bob", people.shots("Bob")[0].key).names == ("Ann",)
    assert people.drop("Ann", "unknown") == people
    assert people.without("Ann").names == ("Bob",)
    assert people.rename("Ann", " Zoë ").names == ("Zoë", "Bob")
    assert people.rename("Ann", "Ann") == people == enrolled(Ann=2, Bob=1)


def test_a_digest_is_of_names_and_shots_whatever_their_order():
    assert (
        enrolled(Ann=2).add("Bob", face(7)).digest
        == EMPTY.add("Bob", face(7)).add("Ann", face(1)).add("Ann", face(0)).digest
    )
    digests = {people.digest for people in (EMPTY, enrolled(Ann=1), enrolled(Ann=2), enrolled(Bob=1))}
    assert len(digests) == 4


@pytest.mark.parametrize("name", ["", "  \n", "x" * 61])
def test_a_name_has_1_to_60_characters(name):
    with pytest.raises(DataError, match="1 to 60 characters: choose one"):
        EMPTY.add(name, face(0))
    with pytest.raises(DataError, match="1 to 60 characters"):
        enrolled(Ann=1).rename("Ann", name)


def test_names_are_told_apart_exactly():
    people = enrolled(ann=1, Ann=1, ANN=1)
    assert people.names == ("ann", "Ann", "ANN")
    with pytest.raises(DataError, match="Somebody called ANN is enrolled already"):
        people.rename("ann", "ANN")


def test_one_name_typed_in_two_ways_is_one():
    assert EMPTY.add("Zoe\u0308", face(0)).add("Zo\u00eb", face(1)).names == ("Zo\u00eb",)


@pytest.mark.parametrize(
    "use",
    [lambda p: p.shots("Cy"), lambda p: p.drop("Cy", ""), lambda p: p.rename("Cy", "x"), lambda p: p.without("Cy")],
)
def test_somebody_who_is_not_there_is_told(use):
    with pytest.raises(DataError, match=r"Nobody called Cy is enrolled\."):
        use(enrolled(Ann=1))


def test_limits(monkeypatch):
    monkeypatch.setattr(module, "MOST_PEOPLE", 2)
    monkeypatch.setattr(module, "MOST_SHOTS", 3)
    people = enrolled(Ann=3, Bob=1)
    with pytest.raises(DataError, match="2 people are enrolled, the most that there can be"):
        people.add("Cy", face(300))
    with pytest.raises(DataError, match="Ann has 3 photos, the most that a person can have"):
        people.add("Ann", face(3))
    assert people.add("Ann", face(0)) is people
    monkeypatch.setattr("facelab.data.album.MAX_BYTES", 5 * SIDE * SIDE * 3)
    with pytest.raises(DataError, match="6 photos of 250x250 pixels take"):
        people.add("Bob", face(101)).add("Bob", face(102))


@pytest.mark.parametrize(
    "picture", [np.zeros((64, 64, 3), np.uint8), np.zeros((250, 250), np.uint8), np.zeros((250, 250, 3), np.float32)]
)
def test_only_an_aligned_face_is_a_shot(picture):
    with pytest.raises(DataError, match="no aligned face of 250x250 pixels"):
        EMPTY.add("Ann", picture)
