"""The studio's knobs, what of them the address keeps, and the pictures that are sent away."""

import json
from dataclasses import asdict, fields, replace
from types import SimpleNamespace

import numpy as np
import pytest

from facelab.data import GeneratedSpec, load_faces
from facelab.data.generated import Person, Photo, person_of
from facelab.ui.studio import address, sent, take
from facelab.ui.studio.knobs import KNOBS, MORPH, PERSON, PHOTO, Morph

ANA = Person.draw(np.random.default_rng(1))


@pytest.fixture(autouse=True)
def page(monkeypatch):
    """A page without Streamlit: its address and its session."""
    page = SimpleNamespace(query_params={}, session_state={})
    for module in (address, sent):
        monkeypatch.setattr(module, "st", page)
    return page


@pytest.mark.parametrize(("thing", "prefix"), [(Person, PERSON), (Photo, PHOTO)])
def test_every_field_but_the_seed_of_texture_has_a_knob(thing, prefix):
    named = {name.removeprefix(prefix) for name in KNOBS if name.startswith(prefix)}
    assert named == {field.name for field in fields(thing)} - {"grain"}


def test_nearly_everybody_lies_within_the_knobs():
    people = [asdict(Person.draw(np.random.default_rng(seed))) for seed in range(200)]
    for name, knob in KNOBS.items():
        if name.startswith(PERSON):
            values = np.array([person[knob.field] for person in people])
            most = len(knob.names) - 1 if knob.names else knob.high
            assert np.mean((values >= knob.low - knob.step) & (values <= most + knob.step)) > 0.95, name


@pytest.mark.parametrize("name", KNOBS)
def test_a_knob_reads_what_it_writes(name):
    knob = KNOBS[name]
    ends = range(len(knob.names)) if knob.names else (knob.low, knob.high, knob.rounded((knob.low + knob.high) / 3))
    assert [knob.read(knob.write(value)) for value in ends] == list(ends)


@pytest.mark.parametrize("text", ["", "nan", "inf", "51", "Round", "1e400"])
def test_what_is_no_value_is_not_read(text):
    assert KNOBS["photo.yaw"].read(text) is None


def test_the_address_has_only_what_differs(page):
    address.turn(Photo(), {"values": {"yaw": 20.2, "pitch": 0}, "held": False})
    assert page.query_params == {"photo.yaw": "20"}
    assert address.apply(Photo()) == replace(Photo(), yaw=20)
    address.turn(Photo(), {"values": {"yaw": 0}, "held": False})
    assert page.query_params == {}


def test_a_choice_is_written_in_words(page):
    address.put(Photo(), {"photo.glasses": 3})
    assert page.query_params == {"photo.glasses": "Sunglasses"}
    assert address.apply(Photo()).glasses == 3


def test_a_hand_that_moves_something_leaves_the_address_alone(page):
    address.turn(ANA, {"values": {"age": 70}, "held": True})
    assert (page.query_params, address.apply(ANA).age) == ({}, 70)
    address.turn(ANA, {"values": {"age": 71}, "held": False})
    assert page.query_params == {"person.age": "71"}
    assert address.apply(ANA) == replace(ANA, age=71)


def test_values_beyond_a_knob_are_taken_to_its_end():
    address.turn(Photo(), {"values": {"yaw": -500}, "held": False})
    assert address.apply(Photo()).yaw == -50


@pytest.mark.parametrize(
    "said", [None, 7, {}, {"values": 3}, {"values": {"yaw": "far"}}, {"values": {"yaw": float("nan"), "no": 1}}]
)
def test_nonsense_from_the_browser_changes_nothing(said, page):
    address.turn(Photo(), said)
    assert address.apply(Photo()) == Photo()


def test_way_back_is_to_one_of_both(page):
    page.query_params |= {"person.age": "60", "photo.yaw": "9", "morph.share": "30", "view": "Studio"}
    assert address.apply(Morph()).share == 30
    address.clear(PERSON)
    assert page.query_params == {"photo.yaw": "9", "morph.share": "30", "view": "Studio"}
    assert address.changed(MORPH) == {"share": 30}


def test_a_person_is_found_again_in_the_truth_of_a_dataset():
    faces = load_faces(GeneratedSpec(people=3, photos=5, size=28, seed=4))
    found, drawn = (asdict(person) for person in (take.person_in(faces, 2), person_of(4, 2)))
    assert found == pytest.approx(drawn, rel=1e-6)
    assert [type(value) for value in found.values()] == [field.type for field in fields(Person)]


def test_truth_names_every_parameter():
    known = json.loads(take.truth(ANA, Photo(yaw=12.0)))
    assert known["person"] == pytest.approx(asdict(ANA), abs=1e-6)
    assert known["photo"] == asdict(Photo(yaw=12.0))


def test_a_portrait_is_told_in_words():
    photo = Photo(yaw=-20.0, pitch=4.0, hat=1)
    assert take.describe("Ana", replace(ANA, age=40.2, hair_style=9), photo) == (
        "Ana, 40 years old, hair: bob, looking 20° to the left and 4° up, with cap."
    )


def test_a_picture_is_sent_moved_and_forgotten():
    pixels = np.arange(3 * 4 * 4, dtype=np.uint8).reshape(3, 4, 4)
    sent.send(sent.LEFT, "Ana", pixels)
    sent.move(sent.LEFT, "one")
    sent.move(sent.RIGHT, "two")
    assert (sent.sent(sent.LEFT), sent.sent("two")) == (None, None)
    assert sent.sent("one").name == "Ana"
    assert sent.sent("one").pixels[1, 2].tolist() == pixels[:, 1, 2].tolist()
    sent.forget("one")
    assert sent.sent("one") is None
