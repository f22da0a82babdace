"""Generated faces: reproducible, recorded, solid, and recognisable by the face alone."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from facelab.data.generated import Generated, Person, Photo, generate, names, relief, render


@pytest.fixture(scope="module")
def faces() -> Generated:
    return generate(people=10, photos=12, size=32, seed=0)


@pytest.fixture
def portrait() -> Photo:
    """A frontal photo under a symmetric light, without noise."""
    photo = Photo.draw(np.random.default_rng(0))
    straight = {"yaw": 0, "pitch": 0, "roll": 0, "gaze": 0, "shift_x": 0, "shift_y": 0, "light_azimuth": 0}
    return replace(photo, **straight, noise=0, background_contrast=0, mouth_open=0)


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


@pytest.mark.parametrize("size", [28, 61, 128])
def test_every_size_renders(size):
    images = generate(people=1, photos=1, size=size, seed=3).images
    assert images.shape == (1, 3, size, size)
    assert images.float().std() > 20


def test_same_seed_same_bytes():
    first, again, other = (generate(2, 2, 32, seed) for seed in (5, 5, 6))
    assert torch.equal(first.images, again.images)
    assert first.names == again.names
    assert not torch.equal(first.images, other.images)


def test_a_photo_is_the_same_however_many_are_asked_for():
    few, many = generate(5, 5, 28, seed=1), generate(8, 6, 28, seed=1)
    assert torch.equal(few.images[3 * 5 + 2], many.images[3 * 6 + 2])
    assert few.names == many.names[:5]
    for name, values in few.parameters.items():
        assert values[3 * 5 + 2] == many.parameters[name][3 * 6 + 2], name


def test_thread_count_does_not_change_the_bytes():
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(1)
        one = generate(2, 2, 64, seed=2).images
        torch.set_num_threads(2)
        assert torch.equal(generate(2, 2, 64, seed=2).images, one)
    finally:
        torch.set_num_threads(threads)


def test_every_parameter_is_recorded(faces):
    asked = {"yaw", "pitch", "roll", "light_azimuth", "light_elevation", "smile", "mouth_open", "brow_raise"}
    assert asked | {"scale", "shift_x", "shift_y", "noise", "background_hue"} <= set(faces.parameters)
    assert all(values.shape == (120,) and values.dtype == np.float32 for values in faces.parameters.values())
    for name, values in faces.parameters.items():
        of_person = values.reshape(10, 12)
        constant = (of_person == of_person[:, :1]).all()
        assert constant == name.startswith("person."), name


def test_recorded_parameters_render_the_same_photo(faces):
    whole = {"grain", "hair_style"}
    values = {
        name: int(v[17]) if name.split(".")[-1] in whole else float(v[17]) for name, v in faces.parameters.items()
    }
    person = Person(**{name[7:]: value for name, value in values.items() if name.startswith("person.")})
    photo = Photo(**{name: value for name, value in values.items() if not name.startswith("person.")})
    again = render(person, relief(person), photo, 32).astype(int)
    assert np.abs(again - faces.images[17].numpy()).mean() < 0.5


def test_yaw_turns_the_head(portrait):
    person = replace(Person.draw(np.random.default_rng(4)), hair_part=0.0, freckles=0.0, beard=0.0)
    head = relief(person)
    left, right = (render(person, head, replace(portrait, yaw=yaw), 48).astype(float) for yaw in (-30, 30))
    mirrored = np.abs(left[:, :, ::-1] - right).mean()
    assert mirrored < 0.6 * np.abs(left - right).mean()


@pytest.mark.parametrize(
    "change", [{"pitch": 12}, {"smile": 1}, {"mouth_open": 1}, {"light_azimuth": 60}, {"shift_x": 0.1}]
)
def test_photo_parameters_change_the_photo(portrait, change):
    person = Person.draw(np.random.default_rng(4))
    head = relief(person)
    before, after = (render(person, head, photo, 48) for photo in (portrait, replace(portrait, **change)))
    assert (before != after).mean() > 0.02


def test_light_comes_from_where_it_is(portrait):
    person = Person.draw(np.random.default_rng(4))
    lit = render(person, relief(person), replace(portrait, light_azimuth=60), 48).mean(axis=0)
    assert lit[16:32, 26:32].mean() > lit[16:32, 16:22].mean() + 5


def test_progress_rises_to_one():
    seen: list[float] = []
    generate(3, 1, 28, seed=0, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_nearest_neighbour_is_neither_lost_nor_perfect(faces):
    pixels = faces.images.flatten(1).numpy().astype(np.float32)
    assert 0.2 < nearest_neighbour(pixels, faces.labels.numpy(), photos=12) < 0.95


def test_background_does_not_tell_who_it_is(faces):
    corners = torch.cat([faces.images[:, :, :3, :3].flatten(1), faces.images[:, :, :3, -3:].flatten(1)], dim=1)
    assert nearest_neighbour(corners.numpy().astype(np.float32), faces.labels.numpy(), photos=12) < 0.3


def test_names_are_unique_and_keep_their_order():
    assert len(set(names(1000, seed=0))) == 1000
    assert names(1000, seed=0)[:40] == names(40, seed=0)
    assert names(40, seed=0) != names(40, seed=1)
