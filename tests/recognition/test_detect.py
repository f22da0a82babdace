"""Faces that facelab drew, on canvases where we know how many there are and where."""

import importlib.util
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image

from facelab.errors import PhotoError, RecognitionError
from facelab.recognition import at_box, dlib, find
from facelab.recognition.warp import resize


def canvas(height: int, width: int, *pasted: tuple[np.ndarray, int, int]) -> np.ndarray:
    """A grey photo with other photos on it, each with its left and top."""
    photo = np.full((height, width, 3), 120, np.uint8)
    for face, left, top in pasted:
        photo[top : top + len(face), left : left + len(face)] = face
    return photo


def test_drawn_people_are_found_where_they_are(portraits):
    found = [find(photo) for photo in portraits]
    assert sum(len(faces) == 1 for faces in found) >= 5
    for face in (face for faces in found for face in faces):
        left, top, right, bottom = face.box
        assert left < 64 < right
        assert top < 75 < bottom
        assert face.landmarks.shape == (5, 2)
        assert face.landmarks.dtype == np.float32
        right_outer, right_inner, left_outer, left_inner, nose = face.landmarks
        assert right_outer[0] > right_inner[0] > nose[0] > left_inner[0] > left_outer[0]
        assert nose[1] > face.landmarks[:4, 1].max()


def test_a_face_is_found_alike_wherever_and_how_large_it_stands(portraits):
    [near] = find(canvas(600, 800, (portraits[0], 0, 0)))
    [far] = find(canvas(1200, 1600, (resize(portraits[0], 512, 512), 700, 400)))
    assert np.abs((far.landmarks - (700, 400)) / 4 - near.landmarks).mean() < 1


def test_the_largest_comes_first(portraits):
    sizes = (150, 300, 220)
    photo = canvas(300, 670, *((resize(portraits[0], size, size), sum(sizes[:n]), 0) for n, size in enumerate(sizes)))
    lefts = [face.box[0] for face in find(photo)]
    assert [sum(left > edge for edge in (150, 450)) for left in lefts] == [1, 2, 0]


def test_small_faces_of_a_large_group_photo_are_found(portraits):
    people = [resize(portraits[0], 170, 170)] * 6
    photo = canvas(3000, 4000, *((face, 200 + 600 * n, 1000 + 50 * n) for n, face in enumerate(people)))
    assert len(find(photo)) == 6


def test_by_hand_comes_close_to_the_detector(portraits):
    [found] = find(portraits[0])
    left, top, right, bottom = found.box
    byhand = at_box(portraits[0], (left - 5, top - 8, right + 10, bottom + 6))
    assert byhand.score is None
    assert np.abs(byhand.landmarks - found.landmarks).max() < 2


@pytest.mark.parametrize("box", [(5, 5, 5, 20), (30, 5, 10, 20), (128, 0, 200, 50), (-9, -9, 0, 0), (0, 0, np.nan, 9)])
def test_a_box_without_photo_is_refused(portraits, box):
    with pytest.raises(PhotoError, match="draw it around a face"):
        at_box(portraits[0], box)


def test_a_box_is_cut_off_at_the_photos_edges(portraits):
    assert at_box(portraits[0], (20, -1e30, np.inf, 110)).box == (20, 0, 128, 110)


@pytest.mark.parametrize("shape", [(1, 1), (1, 3000), (3000, 1), (7, 5)])
def test_tiny_photos_have_no_face_but_take_a_box(shape):
    photo = np.full((*shape, 3), 200, np.uint8)
    assert find(photo) == []
    assert np.isfinite(at_box(photo, (0, 0, shape[1], shape[0])).landmarks).all()


def test_no_face_is_an_empty_list():
    assert find(np.zeros((500, 700, 3), np.uint8)) == []
    assert find(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8)) == []


def test_grey_and_locked_and_mirrored_photos_have_faces(portraits):
    grey = np.array(Image.fromarray(portraits[0]).convert("L").convert("RGB"))
    grey.setflags(write=False)
    assert len(find(grey)) == 1
    assert len(find(portraits[0][:, ::-1])) == 1


def test_threads_find_the_same(portraits):
    with ThreadPoolExecutor(4) as pool:
        boxes = list(pool.map(lambda photo: [face.box for face in find(photo)], portraits[:1] * 8))
    assert boxes == boxes[:1] * 8


def test_twelve_megapixels_cost_less_than_the_detector_on_four(portraits):
    photo = canvas(3000, 4000, (resize(portraits[0], 2000, 2000), 900, 500))
    four = resize(photo, 1732, 2309)

    def fastest(call) -> float:
        times = []
        for _ in range(4):
            start = time.perf_counter()
            assert len(call()) == 1
            times.append(time.perf_counter() - start)
        return min(times)

    assert fastest(lambda: find(photo)) < fastest(lambda: dlib.detect(four))


def test_nothing_is_loaded_before_it_is_needed():
    code = "import facelab.recognition, sys; print({'dlib', 'pkg_resources'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == "set()"


@pytest.fixture
def unloaded():
    """Nothing of dlib in memory, before and after."""
    dlib._load.cache_clear()
    yield
    dlib._load.cache_clear()


def test_without_dlib_says_what_to_install(unloaded, monkeypatch):
    monkeypatch.setitem(sys.modules, "dlib", None)
    with pytest.raises(RecognitionError, match="pip install dlib-bin"):
        find(np.zeros((100, 100, 3), np.uint8))


def test_without_the_models_says_what_to_install(unloaded, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RecognitionError, match=r"shape_predictor_5_face_landmarks.*face_recognition_models"):
        at_box(np.zeros((100, 100, 3), np.uint8), (0, 0, 50, 50))


def test_a_damaged_model_says_what_to_install(unloaded, monkeypatch, tmp_path):
    (tmp_path / "broken.dat").write_bytes(b"not a model")
    monkeypatch.setattr(dlib, "_file", lambda name: str(tmp_path / "broken.dat"))
    with pytest.raises(RecognitionError, match=r"install .*face_recognition_models again"):
        at_box(np.zeros((100, 100, 3), np.uint8), (0, 0, 50, 50))
