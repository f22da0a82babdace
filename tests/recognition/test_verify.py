"""Verdicts on drawn faces, by a network that learned next to nothing: what they say, not how right they are."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageDraw

from facelab.errors import PhotoError
from facelab.recognition import STRANGE, align, at_box, embedder, find, verify
from facelab.recognition.align import LFW_SIZE
from facelab.recognition.face_space import EVEN, evenness
from facelab.recognition.scores import evidence
from facelab.recognition.warp import resize

pytestmark = pytest.mark.usefixtures("assets")

GREY = np.full((200, 200, 3), 120, np.uint8)


def saved(photo: np.ndarray, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.fromarray(photo).save(stream, kind)
    return stream.getvalue()


def cartoon() -> np.ndarray:
    """A head, brows, eyes, a nose and a mouth, each of one colour: uint8 [700, 600, 3]."""
    image = Image.new("RGB", (600, 700), (250, 245, 225))
    draw = ImageDraw.Draw(image)
    draw.ellipse((130, 100, 470, 580), fill=(240, 200, 170), outline="black", width=5)
    for x in (230, 370):
        draw.arc((x - 50, 225, x + 50, 285), 200, 340, fill=(50, 30, 20), width=12)
        draw.ellipse((x - 38, 265, x + 38, 320), fill="white", outline="black", width=4)
        draw.ellipse((x - 16, 275, x + 16, 310), fill="black")
    draw.line([(300, 300), (280, 390), (312, 395)], fill=(120, 80, 60), width=6)
    draw.arc((225, 380, 375, 490), 15, 165, fill=(180, 30, 40), width=10)
    return np.asarray(image)


def test_a_photo_shows_the_same_person_as_itself(portraits):
    verdict = verify(portraits[0], portraits[0])
    assert verdict.verified
    assert verdict.distance == pytest.approx(0, abs=1e-3)
    assert (verdict.embedder, verdict.found) == ("starter", (1, 1))
    assert verdict.seconds > 0


@pytest.mark.parametrize("name", ["starter", "reference"])
def test_the_answer_follows_from_distance_and_threshold_and_is_never_certain(portraits, name):
    by = embedder(name)
    for photo in portraits[:4:2]:
        verdict = verify(portraits[0], photo, name)
        known = evidence(verdict.distance, by.known.distances, by.known.same, by.calibration)
        assert verdict.evidence == known
        assert verdict.verified == (verdict.distance <= verdict.threshold)
        assert verdict.confidence == pytest.approx(
            np.clip(known.probability if verdict.verified else 1 - known.probability, 0.5, 0.99)
        )
        assert all(type(number) is float for number in (verdict.distance, verdict.threshold, verdict.confidence))


def test_files_bytes_and_pixels_are_all_photos(portraits, tmp_path):
    file = tmp_path / "face.png"
    file.write_bytes(saved(portraits[2]))
    distances = [verify(portraits[0], photo).distance for photo in (portraits[2], saved(portraits[2]), file, str(file))]
    assert distances == distances[:1] * 4


def test_a_run_compares_as_well(portraits, pair_run):
    store, run_id = pair_run
    assert verify(portraits[0], portraits[2], run_id, store=store).embedder == run_id


def test_the_largest_of_several_faces_is_compared(portraits):
    group = np.full((512, 768, 3), 120, np.uint8)
    group[:256, :256], group[:, 256:] = resize(portraits[2], 256, 256), resize(portraits[0], 512, 512)
    verdict = verify(portraits[0], group)
    assert verdict.found == (1, 2)
    assert verdict.faces[1].box[0] > 256


def test_a_given_face_is_compared_instead(portraits):
    given = at_box(portraits[0], (20, 30, 90, 100))
    verdict = verify(portraits[0], GREY, faces=(given, at_box(GREY, (50, 50, 150, 150))))
    assert verdict.found == (1, 1)
    assert verdict.faces[0] is given
    assert verdict.descriptions[1].strangeness > STRANGE


def test_faces_are_in_the_pixels_of_the_file(portraits):
    large = resize(portraits[0], 3000, 3000)
    file = saved(large, "JPEG")
    [whole], found = find(large), verify(file, portraits[0]).faces[0]
    assert np.abs(found.landmarks - whole.landmarks).max() < 30
    again = verify(file, portraits[0], faces=(found, None))
    assert again.distance == pytest.approx(verify(file, portraits[0]).distance, abs=1e-3)
    assert np.abs(np.subtract(again.faces[0].box, found.box)).max() < 1e-3


def test_json_has_the_names_of_deepface(portraits):
    verdict = verify(portraits[0], portraits[0])
    facts = json.loads(json.dumps(verdict.as_json()))
    assert facts.keys() == {
        "verified",
        "distance",
        "threshold",
        "confidence",
        "embedder",
        "facial_areas",
        "faces_found",
        "unlike_training",
        "time",
    }
    area = facts["facial_areas"]["img2"]
    left, top, right, bottom = verdict.faces[1].box
    assert area == {"x": round(left), "y": round(top), "w": round(right) - round(left), "h": round(bottom) - round(top)}


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        (GREY, "There is no face to be found on the second photo: take one"),
        (np.zeros((1, 1, 3), np.uint8), "There is no face to be found on the second photo: take one"),
        (b"", "The second photo: the file is empty."),
        (b"Dear all, ...", "The second photo: this is not a photo that facelab reads"),
        ("nowhere.jpg", "The second photo: the photo cannot be opened: no such file or directory."),
    ],
)
def test_what_cannot_be_compared_is_named(portraits, photo, sentence):
    with pytest.raises(PhotoError, match=sentence):
        verify(portraits[0], photo)


def test_the_first_photo_is_named_as_well(portraits):
    with pytest.raises(PhotoError, match="on the first photo"):
        verify(GREY, portraits[0])


def test_strange_is_what_is_no_face(portraits):
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (200, 200, 3), dtype=np.uint8)
    blur = resize(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8), 200, 200)
    by = embedder("starter")
    for photo in (GREY, noise, blur):
        assert by.describe(photo, at_box(photo, (50, 50, 150, 150))).strangeness > STRANGE
    drawn = [by.describe(photo, face).strangeness for photo in portraits for face in find(photo)]
    assert np.median(drawn) < STRANGE


def test_a_cartoon_in_which_a_face_is_found_is_strange():
    photo = cartoon()
    [face] = find(photo)
    assert embedder("starter").describe(photo, face).strangeness == 1
    assert evenness(align(photo, face, LFW_SIZE)) > EVEN


def test_no_drawn_portrait_is_as_even_as_a_cartoon(portraits):
    assert all(evenness(align(photo, face, LFW_SIZE)) < EVEN for photo in portraits for face in find(photo))
