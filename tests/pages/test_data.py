"""The Data page: people met one by one, and the studio with its ways to other pages."""

import base64
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from facelab.data import GeneratedSpec, load_faces
from facelab.data.generated import Photo, person_of, render, sculpt
from facelab.ui.studio.sitter import NEW, NEWCOMERS
from tests.pages.harness import ROOT, button, open_page, texts

SMALL = GeneratedSpec(people=4, photos=10, size=28)


@pytest.fixture(scope="module")
def names() -> tuple[str, ...]:
    """Of the people on the page."""
    return load_faces(SMALL).names


def studio(**query: str) -> AppTest:
    app = open_page("data", view="Studio", **query)
    assert not app.exception
    return app


def part(app: AppTest, field: str) -> dict:
    """What the component that has this field draws."""
    views = [json.loads(component.proto.json) for component in app.get("bidi_component")]
    return next(view for view in views if field in view)


def pixels(app: AppTest) -> np.ndarray:
    """The portrait, uint8 [3, 256, 256]."""
    _, _, data = part(app, "picture")["picture"].partition(",")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))).transpose(2, 0, 1)


def apart(a: np.ndarray, b: np.ndarray) -> float:
    """The mean difference of two pictures, in levels of grey."""
    return float(np.abs(a.astype(int) - b).mean())


def test_people_are_met_one_by_one(names):
    app = open_page("data")
    assert f"**{names[0]}**" in texts(app)
    assert "All 10 photos" in texts(app)
    button(app, "Next").click().run()
    assert not app.exception
    assert app.query_params["person"] == names[1]
    assert f"**{names[1]}**" in texts(app)
    button(app, "Previous").click().run()
    button(app, "Previous").click().run()
    assert f"**{names[-1]}**" in texts(app)


def test_real_people_have_no_studio(tmp_path):
    for name in ("ann", "bob"):
        (tmp_path / name).mkdir()
        for number in range(5):
            noise = np.random.default_rng(number).integers(0, 256, (32, 32, 3), np.uint8)
            Image.fromarray(noise).save(tmp_path / name / f"{number}.png")
    app = open_page("data", tiny=False, **{"data.source": "Your own folder", "data.path": str(tmp_path)})
    assert not app.exception
    assert [tab.label for tab in app.tabs] == ["People", "Counts", "Average faces", "Download"]
    assert not app.button


def test_the_portrait_is_of_who_is_asked_for_as_the_address_says(names):
    app = studio(person=names[2], **{"photo.yaw": "25", "photo.glasses": "Round"})
    expected = render(sculpt(person_of(SMALL.seed, 2)), Photo(yaw=25, glasses=1), 256)
    assert apart(pixels(app), expected) < 1  # the dataset keeps 32 bits of each trait
    assert part(app, "picture")["alt"].startswith(f"{names[2]}, ")


def test_a_person_is_invented_by_number():
    app = studio(person=NEW, **{"person.number": "77", "person.age": "70"})
    sitter = person_of(NEWCOMERS, 77)
    assert (pixels(app) == render(sculpt(replace(sitter, age=70.0)), Photo(), 256)).all()


def test_a_surprise_is_somebody_new_and_forgets_what_was_changed(names):
    app = studio(**{"person.age": "70", "photo.yaw": "10"})
    button(app, "surprise").click().run()
    assert not app.exception
    assert app.query_params["person"] == NEW
    assert app.query_params["person.number"].isdecimal()
    assert "person.age" not in app.query_params
    assert app.query_params["photo.yaw"] == "10"


def test_halfway_to_another(names):
    app = studio(**{"morph.towards": names[1], "morph.share": "30"})
    mixed = person_of(SMALL.seed, 0).towards(person_of(SMALL.seed, 1), 0.3)
    assert apart(pixels(app), render(sculpt(mixed), Photo(), 256)) < 1
    app.selectbox(key="towards").select("Nobody").run()
    assert "morph.towards" not in app.query_params
    assert apart(pixels(app), render(sculpt(person_of(SMALL.seed, 0)), Photo(), 256)) < 1


def test_choices_and_the_way_back():
    app = studio(**{"person.tone": "0.3"})
    next(pills for pills in app.pills if pills.key == "person.group").set_value("Hair and beard").run()
    app.selectbox(key="choice person.hair_style").select("Afro").run()
    assert (app.query_params["person.hair_style"], app.query_params["person.tone"]) == ("Afro", "0.3")
    button(app, "person.undo").click().run()
    assert not [name for name in app.query_params if name.startswith("person.")]
    assert button(app, "person.undo").disabled


def test_what_the_address_cannot_mean_is_as_usual(names):
    strange = {
        "photo.yaw": "far",
        "photo.hat": "Crown",
        "person.age": "400",
        "morph.towards": "x",
        "person.number": "-",
    }
    assert (pixels(studio(**strange)) == pixels(studio())).all()


def at_page(query: dict[str, str], label: str) -> AppTest:
    """The whole app, after a picture was sent."""
    app = AppTest.from_file(str(ROOT / "facelab" / "ui" / "navigation.py"), default_timeout=120).run()
    app.switch_page("../../pages/data.py")
    for key, value in ({"data.people": "4", "data.photos": "10", "data.size": "28", "view": "Studio"} | query).items():
        app.query_params[key] = value
    app.session_state["studio"] = "Send it"
    app.run()
    assert "photo" in app.code[0].value
    return button(app, label).click().run()


def test_a_picture_is_explained():
    app = at_page({"photo.yaw": "20"}, "Explain it")
    assert not app.exception
    assert app.title[0].value == "Explain"
    assert "This is the picture that you sent" in texts(app)
    button(app, "forget").click().run()
    assert not app.exception
    assert "This is the picture that you sent" not in texts(app)


def test_a_picture_is_compared_on_its_side():
    app = at_page({}, "Right of a pair")
    assert not app.exception
    assert app.title[0].value == "Same person?"
    assert [app.session_state[f"from {slot}"] for slot in ("one", "two")] == ["Sample", "Studio"]
