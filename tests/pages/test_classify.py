"""The page that says who is on a photo: with the ready-made network, and with people enrolled in this session."""

import io
import json

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from facelab.data.generated import generate
from facelab.recognition import align, find
from facelab.ui.live import escape
from tests.pages.harness import button, open_page, texts

NASTY = "<b>Ada</b> *x*"


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A computer without real photos, on which nobody is kept."""
    monkeypatch.setenv("FACELAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FACELAB_DATA", raising=False)


@pytest.fixture(scope="module")
def photos() -> list[np.ndarray]:
    """Two photos of each of three generated people, uint8 [160, 160, 3]."""
    return list(generate(people=3, photos=2, size=160, seed=3).images.permute(0, 2, 3, 1).contiguous().numpy())


def png(pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def upload(app: AppTest, data: bytes) -> AppTest:
    app = next(control for control in app.segmented_control if control.key == "from who").set_value("Upload").run()
    return app.file_uploader[0].upload("face.png", data).run()


def headline(app: AppTest) -> str:
    return next((part.value for part in app.markdown if part.value.startswith("###")), "")


def view(app: AppTest) -> dict:
    """What the photo shows in the browser."""
    return json.loads(app.get("bidi_component")[0].proto.json)


def enrolled(people):
    """The page as somebody sees it who has enrolled these."""

    def page(people):
        import runpy

        from facelab.data.people import EMPTY
        from facelab.ui.people import session

        if not len(session.people()):
            known = EMPTY
            for name, own in people.items():
                for pixels in own:
                    known = known.add(name, pixels)
            session.change(known)
        runpy.run_path("pages/classify.py")

    return AppTest.from_function(page, default_timeout=120, args=(people,)).run()


def aligned(photo: np.ndarray) -> np.ndarray:
    return align(photo, find(photo)[0], 250)


def test_it_opens_with_a_photo_already_answered():
    app = open_page("classify", tiny=False)
    assert not app.exception
    assert not app.error
    assert headline(app)
    assert "In truth this is" in texts(app)
    assert "false alarms" in texts(app)
    assert len(view(app)["boxes"]) == len(view(app)["labels"]) == 1
    assert len(app.get("plotly_chart")) == 3


def test_a_stranger_and_a_group_are_samples_too():
    app = open_page("classify", tiny=False, **{"who.sample": "A group"})
    assert len(view(app)["boxes"]) >= 3
    assert "In truth" not in texts(app)
    label = view(app)["labels"][1]
    app = next(control for control in app.segmented_control if control.key == "face who").set_value(1).run()
    assert view(app)["chosen"] == 1
    assert label.rstrip("?") in headline(app)
    app = open_page("classify", tiny=False, **{"who.sample": "A stranger"})
    assert "In truth this is somebody who is not known" in texts(app)
    assert button(app, "another").click().run().query_params["who.number"] == "2"


def test_an_uploaded_photo_is_answered(photos):
    app = upload(open_page("classify", tiny=False), png(np.concatenate(photos[:3:2], axis=1)))
    assert not app.exception
    assert headline(app)
    assert len(view(app)["labels"]) == 2
    assert "In truth" not in texts(app)


def test_without_a_face_the_answer_is_said_to_mean_little():
    app = upload(open_page("classify", tiny=False), png(np.full((90, 120, 3), 128, np.uint8)))
    assert not app.exception
    assert any("No face was found in the photo" in warning.value for warning in app.warning)
    assert "the middle of the photo was taken" in texts(app)


def test_a_wrong_file_gets_one_sentence():
    app = upload(open_page("classify", tiny=False), b"Dear diary")
    assert not app.exception
    assert ["not a photo that facelab reads" in error.value for error in app.error] == [True]


def test_a_box_by_hand_is_answered_and_named(photos):
    app = upload(open_page("classify", tiny=False), png(photos[0]))
    app = next(slider for slider in app.slider if slider.key == "size who").set_value(60).run()
    assert view(app)["drawn"]
    assert len(view(app)["labels"]) == 2
    app = button(app, "as found who").click().run()
    assert view(app)["drawn"] is None


def test_nobody_enrolled_is_no_dead_end():
    app = open_page("classify", tiny=False, **{"who.by": "Enrolled people"})
    assert not app.exception
    assert "Nobody is enrolled yet" in texts(app)
    assert button(app, "enrol")


def test_who_is_enrolled_is_asked_first_and_known_by_name(photos):
    people = {NASTY: [aligned(photos[0]), aligned(photos[1])], "Bob": [aligned(photos[2]), aligned(photos[3])]}
    app = enrolled(people)
    assert not app.exception
    assert "strangers to be taken for one of 2 people" in texts(app)
    app = upload(app, png(photos[0]))
    assert not app.exception
    assert headline(app) == f"### :green[Very probably {escape(NASTY)}]"
    assert view(app)["labels"] == [NASTY]


def test_enrolled_people_need_a_face(photos):
    app = enrolled({"Ada": [aligned(photos[0]), aligned(photos[1])]})
    app = upload(app, png(np.full((90, 120, 3), 128, np.uint8)))
    assert ["no face to be found" in error.value for error in app.error] == [True]
    assert not headline(app)
