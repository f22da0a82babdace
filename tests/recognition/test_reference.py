"""dlib's embedder on faces that facelab drew; what it is worth on real ones is in test_real.py."""

import numpy as np
import pytest

from facelab.data.generated import generate
from facelab.recognition import at_box, embed, find, reference
from facelab.recognition.warp import resize

dlib = pytest.importorskip("dlib")


def test_an_embedding_is_the_same_twice_and_from_a_larger_copy(portraits):
    photo, large = portraits[0], resize(portraits[0], 700, 700)
    first, again, larger = embed(photo, find(photo)[0]), embed(photo, find(photo)[0]), embed(large, find(large)[0])
    assert first.shape == (128,)
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert np.linalg.norm(first - larger) < reference.THRESHOLD / 2


def test_photos_of_one_drawn_person_lie_closer_than_of_two():
    drawn = generate(people=3, photos=3, size=128, seed=1)
    photos = drawn.images.permute(0, 2, 3, 1).contiguous().numpy()
    points = np.stack([embed(photo, at_box(photo, (28, 40, 100, 112))) for photo in photos])
    distances = np.linalg.norm(points[:, None] - points, axis=-1)
    same = np.equal.outer(drawn.labels.numpy(), drawn.labels.numpy())
    assert distances[same & (distances > 0)].mean() < distances[~same].mean()


def test_the_chip_is_dlibs_own(portraits):
    photo = resize(portraits[0], 150, 150)
    [found] = find(photo)
    landmarks = np.round(found.landmarks - 0.5)
    shape = dlib.full_object_detection(dlib.rectangle(0, 0, 150, 150), dlib.points([dlib.point(*p) for p in landmarks]))
    theirs = dlib.get_face_chip(photo, shape, size=150, padding=0.25)
    ours = reference.chip(photo, type(found)(found.box, landmarks + 0.5, None))
    inside = np.s_[20:-20, 20:-20]  # beyond the photo's edge dlib goes on in black
    assert np.abs(np.subtract(ours[inside], theirs[inside], dtype=float)).mean() < 4
