"""Where a dataset has its faces, and photos from elsewhere cut alike."""

import numpy as np
import pytest
import torch

from facelab.data.faces import stack
from facelab.data.photos import square
from facelab.recognition import find
from facelab.recognition.identify import Framing
from facelab.recognition.warp import resize


@pytest.fixture(scope="module")
def framing(portraits) -> Framing:
    return Framing.of(stack(portraits))


def placed(photo: np.ndarray, left: int, top: int, side: int) -> np.ndarray:
    """A photo in a larger one."""
    found = np.full((600, 800, 3), 120, np.uint8)
    found[top : top + side, left : left + side] = resize(photo, side, side)
    return found


def test_landmarks_are_the_medians_in_shares_of_the_side(framing, portraits):
    places = [find(resize(photo, 500, 500))[0].landmarks / 500 for photo in portraits]
    assert framing.landmarks == pytest.approx(np.median(places, axis=0), abs=0.02)
    assert 0 < framing.reach < 0.2


def test_a_photo_framed_as_the_dataset_is_taken_as_it_is(framing, portraits):
    large = resize(portraits[0], 300, 300)
    crop, cut = framing.cut(large, find(large)[0], 64)
    assert cut == "as given"
    assert np.array_equal(crop, square(large, 64))


def test_a_face_elsewhere_is_brought_to_the_datasets_place(framing, portraits):
    photo = placed(portraits[1], 430, 40, 220)
    crop, cut = framing.cut(photo, find(photo)[0], 250)
    assert cut == "aligned"
    assert framing.apart(crop, find(crop)[0]) < 0.03


def test_what_was_cut_from_the_originals_is_cut_from_other_photos(portraits):
    framing = Framing.of(stack([square(photo, 128, 0.8) for photo in portraits]), crop=0.8)
    large = resize(portraits[2], 300, 300)
    crop, cut = framing.cut(large, find(large)[0], 64)
    assert cut == "as given"
    assert np.array_equal(crop, square(large, 64, 0.8))


def test_where_no_face_is_to_be_seen_the_square_is_taken(framing, portraits):
    grey = np.full((90, 120, 3), 120, np.uint8)
    crop, cut = framing.cut(grey, None, 64)
    assert (crop.shape, cut) == ((64, 64, 3), "whole")
    faceless = Framing.of(torch.full((4, 3, 64, 64), 120, dtype=torch.uint8))
    assert faceless.landmarks is None
    assert faceless.cut(portraits[0], find(resize(portraits[0], 128, 128))[0], 64)[1] == "whole"
