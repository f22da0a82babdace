"""Datasets of generated people: reproducible, recorded, and recognisable by the head alone."""

from dataclasses import asdict, replace

import numpy as np
import pandas as pd
import pytest
import torch

from facelab.data.generated import (
    Generated,
    Person,
    Photo,
    generate,
    names,
    person_of,
    photo_of,
    recorded,
    render,
    sculpt,
)
from facelab.data.generated.colours import brow_colour, hair_colour
from facelab.data.generated.photos import VARIED


@pytest.fixture(scope="module")
def faces() -> Generated:
    return generate(people=10, photos=12, size=32, seed=0)


def nearest_neighbour(features: np.ndarray, labels: np.ndarray, photos: int) -> float:
    """Accuracy on each person's last quarter of photos, by the nearest among the others."""
    test = np.arange(len(labels)) % photos >= photos * 3 // 4
    distances = ((features[test][:, None] - features[~test][None]) ** 2).sum(axis=2)
    return float((labels[~test][distances.argmin(axis=1)] == labels[test]).mean())


def test_shapes_and_types(faces):
    assert faces.images.shape == (120, 3, 32, 32)
    assert faces.images.dtype == torch.uint8
    assert faces.labels.dtype == torch.int64
    assert faces.labels.tolist() == [person for person in range(10) for _ in range(12)]
    assert len(set(faces.names)) == 10


def test_same_seed_same_bytes():
    first, again, other = (generate(2, 2, 32, seed) for seed in (5, 5, 6))
    assert torch.equal(first.images, again.images)
    assert first.names == again.names
    assert not torch.equal(first.images, other.images)


def test_a_photo_is_the_same_however_many_are_asked_for():
    few, many = generate(3, 3, 28, seed=1), generate(5, 4, 28, seed=1)
    assert torch.equal(few.images[3 * 2 + 2], many.images[4 * 2 + 2])
    assert few.names == many.names[:3]
    for name, values in few.parameters.items():
        assert values[3 * 2 + 2] == many.parameters[name][4 * 2 + 2], name


@pytest.mark.parametrize("threads", [1, 3])
def test_thread_count_does_not_change_the_bytes(monkeypatch, threads):
    images = generate(3, 2, 64, seed=2).images
    monkeypatch.setattr("facelab.data.generated.THREADS", threads)
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(threads)
        assert torch.equal(generate(3, 2, 64, seed=2).images, images)
    finally:
        torch.set_num_threads(before)


def test_every_parameter_is_recorded(faces):
    assert all(values.shape == (120,) and values.dtype == np.float32 for values in faces.parameters.values())
    people = {name.removeprefix("person.") for name in faces.parameters if name.startswith("person.")}
    assert people == set(Person.__dataclass_fields__)
    assert faces.parameters.keys() - {f"person.{name}" for name in people} == set(Photo.__dataclass_fields__)
    for name, values in faces.parameters.items():
        of_person = values.reshape(10, 12)
        if name.startswith("person."):
            assert (of_person == of_person[:, :1]).all(), name
    assert np.ptp(faces.parameters["yaw"].reshape(10, 12), axis=1).min() > 0


def test_recorded_parameters_render_the_same_photo(faces):
    def recorded(kind, prefix=""):
        types = {name: field.type for name, field in kind.__dataclass_fields__.items()}
        return kind(**{name: type_(faces.parameters[prefix + name][17]) for name, type_ in types.items()})

    again = render(sculpt(recorded(Person, "person.")), recorded(Photo), 32).astype(int)
    assert np.abs(again - faces.images[17].numpy()).mean() < 0.5


@pytest.mark.parametrize("vary", ["pose", "light", "expression"])
def test_only_what_is_asked_for_varies(vary):
    made = generate(2, 6, 28, seed=0, vary=vary)
    for name, default in vars(Photo()).items():
        constant = (made.parameters[name] == np.float32(default)).all()
        assert constant == (name not in VARIED[vary]), name


def test_harder_photos_are_turned_further():
    turned = []
    for difficulty in ("easy", "normal", "hard"):
        rng = np.random.default_rng(0)
        turned.append(np.mean([abs(Photo.draw(rng, "pose", difficulty).yaw) for _ in range(200)]))
    assert turned[0] < 0.7 * turned[1] < 0.7 * turned[2]


def test_families_look_alike():
    people = [person_of(0, number, family=3) for number in range(9)]
    shapes = np.array([[person.jaw_width, person.eye_spacing, person.nose_length, person.tone] for person in people])
    shapes /= shapes.std(axis=0)
    apart = np.linalg.norm(shapes[:, None] - shapes[None], axis=2)
    own = np.arange(9)[:, None] // 3 == np.arange(9) // 3
    assert apart[own & ~np.eye(9, dtype=bool)].mean() < 0.6 * apart[~own].mean()
    assert len({person.grain for person in people}) == 9


def test_nobody_is_alike_unless_asked_for():
    assert person_of(3, 4) == Person.draw(np.random.default_rng([3, 4, 0]))


def test_what_is_recorded_tells_who_is_on_a_photo_and_how_it_was_taken(faces):
    person, photo = recorded(pd.DataFrame(faces.parameters), 3 * 12 + 5)
    assert asdict(person) == pytest.approx(asdict(person_of(0, 3)), rel=1e-6)
    assert asdict(photo) == pytest.approx(asdict(photo_of(0, 3, 5)), rel=1e-6)


def test_many_dye_dark_hair_and_nobody_dyes_their_brows():
    dark = [person for person in (person_of(0, number) for number in range(300)) if person.tone > 2 / 3]
    dyed = [person for person in dark if person.hair_tone < person.tone]
    assert 0.1 < len(dyed) / len(dark) < 0.5
    for person in dyed:
        young = replace(person, hair_grey=0.0, hair_red=0.0)
        assert brow_colour(young).sum() < hair_colour(young).sum()


def test_progress_rises_to_one():
    seen: list[float] = []
    generate(3, 1, 28, seed=0, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_nearest_neighbour_is_neither_lost_nor_perfect(faces):
    pixels = faces.images.flatten(1).numpy().astype(np.float32)
    assert 0.15 < nearest_neighbour(pixels, faces.labels.numpy(), photos=12) < 0.9


def test_background_does_not_tell_who_it_is(faces):
    corners = torch.cat([faces.images[:, :, :3, :3].flatten(1), faces.images[:, :, :3, -3:].flatten(1)], dim=1)
    assert nearest_neighbour(corners.numpy().astype(np.float32), faces.labels.numpy(), photos=12) < 0.3


def test_names_are_unique_and_keep_their_order():
    assert len(set(names(1000, seed=0))) == 1000
    assert names(1000, seed=0)[:40] == names(40, seed=0)
    assert names(40, seed=0) != names(40, seed=1)


def test_between_two_people():
    rng = np.random.default_rng(0)
    one, other = Person.draw(rng), Person.draw(rng)
    assert one.towards(other, 0) == one
    assert one.towards(other, 1) == other
    middle = one.towards(other, 0.25)
    assert middle.nose_length == pytest.approx(0.75 * one.nose_length + 0.25 * other.nose_length)
    assert middle.hair_style == one.hair_style
    assert one.towards(other, 0.5, age=40.0).age == 40


def test_focal_length_frames_the_head_from_any_distance():
    """A lens of 24 mm per 24 mm of sensor sees at a distance d a square of side d."""
    far = replace(Photo(), distance=2.0)
    assert far.focal_length == pytest.approx(2 * replace(far, distance=1.0).focal_length)
    assert 24 / far.focal_length * far.distance == pytest.approx(2 * 1.48 * 0.11)
