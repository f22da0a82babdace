"""What finding and aligning is worth on LFW, where FACELAB_DATA has it."""

import numpy as np
import pytest

from facelab.data.photos import read_photo
from facelab.recognition import FoundFace, align, at_box, embed, find, reference
from facelab.recognition.detect import BOX, LANDMARKS


@pytest.fixture(scope="module")
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def sample(real_lfw, rng) -> list[np.ndarray]:
    """200 photos of development training people, one of each."""
    rows = (real_lfw / "peopleDevTrain.txt").read_text().splitlines()[1:]
    names = rng.permutation([row.split("\t")[0] for row in rows])[:200]
    return [read_photo(real_lfw / "lfw-deepfunneled" / name / f"{name}_0001.jpg") for name in names]


def central(faces: list[FoundFace]) -> FoundFace | None:
    """Whom the photo of LFW is of: the face over its middle."""
    over = (face for face in faces if all(a < 125 < b for a, b in zip(face.box[:2], face.box[2:], strict=True)))
    return next(over, None)


def test_lfw_is_found_and_its_landmarks_are_the_constants(sample):
    found = [(photo, face) for photo in sample if (face := central(find(photo)))]
    assert len(found) >= 0.97 * len(sample)
    assert np.abs(np.mean([face.landmarks for _, face in found], axis=0) - LANDMARKS).max() < 1
    assert np.abs(np.mean([face.box for _, face in found], axis=0) - BOX).max() < 2


def test_aligned_faces_are_found_at_their_place(sample):
    aligned = [align(photo, face, 250) for photo in sample[:60] if (face := central(find(photo)))]
    again = [face for photo in aligned if (face := central(find(photo)))]
    assert len(again) >= 0.97 * len(aligned)
    centres = np.array([face.landmarks.mean(0) - LANDMARKS.mean(0) for face in again])
    assert np.mean(np.hypot(*centres.T) < 2) >= 0.97


def test_everybody_in_a_group_photo_is_found(sample):
    people = [photo for photo in sample[:16] if len(find(photo)) == 1][:8]
    group = np.vstack([np.hstack(people[:4]), np.hstack(people[4:])])
    assert len(find(group)) == 8


def test_the_reference_knows_who_is_who(real_lfw):
    rows = [row.split("\t") for row in (real_lfw / "pairsDevTest.txt").read_text().splitlines()[1:]]
    right = []
    for row in (*rows[:500:25], *rows[500::25]):
        (a, i), (b, j) = [(row[0], row[1]), (row[-2] if len(row) == 4 else row[0], row[-1])]
        first, second = (
            embed(photo, (find(photo) or [at_box(photo, BOX)])[0])
            for name, number in ((a, i), (b, j))
            for photo in [read_photo(real_lfw / "lfw-deepfunneled" / name / f"{name}_{int(number):04d}.jpg")]
        )
        right.append((np.linalg.norm(first - second) < reference.THRESHOLD) == (len(row) == 3))
    assert np.mean(right) >= 0.95
