"""Made-up landmarks on pictures that are known at every point, and faces that come back from anywhere."""

import numpy as np
import pytest
from PIL import Image

from facelab.data.photos import square
from facelab.recognition import FoundFace, align, find
from facelab.recognition.detect import BOX, LANDMARKS


def face(landmarks: np.ndarray) -> FoundFace:
    return FoundFace(BOX, landmarks.astype(np.float32), 1.0)


def lfw_like() -> np.ndarray:
    """A smooth picture of LFW's size."""
    y, x = np.mgrid[:250, :250]
    waves = np.stack([np.sin(x / 9), np.sin(y / 7), np.cos((x + 2 * y) / 20)], axis=-1)
    return (127.5 + 100 * waves).astype(np.uint8)


@pytest.mark.parametrize(("size", "crop"), [(64, 0.5), (105, 1.0), (128, 0.33), (250, 1.0)])
def test_a_photo_of_lfw_is_cut_as_the_dataset_cuts_it(size, crop):
    aligned = align(lfw_like(), face(LANDMARKS), size, crop)
    assert np.abs(np.subtract(aligned, square(lfw_like(), size, crop), dtype=float)).max() <= 2


def test_a_sideways_enlarged_photo_comes_back_upright():
    upright = Image.fromarray(lfw_like())
    photo = upright.resize((1000, 1000), Image.Resampling.BICUBIC).transpose(Image.Transpose.ROTATE_90)
    # A quarter turn against the clock takes (x, y) to (y, 250 - x).
    turned = 4 * np.column_stack([LANDMARKS[:, 1], 250 - LANDMARKS[:, 0]])
    difference = np.subtract(align(np.array(photo), face(turned), 125, 0.5), square(upright, 125, 0.5), dtype=float)
    assert np.abs(difference).max() <= 6


def test_a_face_at_the_border_is_continued_by_the_border():
    white = np.full((100, 100, 3), 255, np.uint8)
    assert (align(white, face(LANDMARKS - 120), 64, 1.0) == 255).all()


def test_one_person_looks_the_same_from_any_photo(portraits):
    [found] = find(portraits[0])
    tilted = Image.fromarray(portraits[0]).resize((600, 600), Image.Resampling.BICUBIC).rotate(15, fillcolor="grey")
    [again] = find(np.array(tilted))
    first, second = align(portraits[0], found, 64, 0.4), align(np.array(tilted), again, 64, 0.4)
    assert np.abs(np.subtract(first, second, dtype=float))[16:48, 16:48].mean() < 8
