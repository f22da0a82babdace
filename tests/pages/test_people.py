"""The page on which people are enrolled: by upload, camera, zip, folder; thrown out, renamed, exported, forgotten."""

import io
import re
import shutil
import zipfile

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from facelab import paths
from facelab.data.generated import generate
from facelab.data.people import EMPTY, KEPT, People, folder_of, pack, read
from facelab.runs import Sweep
from facelab.ui.controls import words
from facelab.ui.figures import cached
from facelab.ui.people import incoming, samples, session
from tests.pages.harness import ROOT, TINY, button, open_page, texts

NAMES = ("Ann", "Bob")
MANY = 10


@pytest.fixture(autouse=True)
def nobody_stays():
    """No test finds whom another has kept."""
    yield
    shutil.rmtree(paths.home() / "people", ignore_errors=True)


@pytest.fixture(scope="module")
def photos():
    """Photos of Ann and of Bob, as pixels."""
    images = generate(len(NAMES), MANY, 128, seed=3, difficulty="easy").images
    return images.permute(0, 2, 3, 1).contiguous().numpy().reshape(len(NAMES), MANY, 128, 128, 3)


@pytest.fixture(scope="module")
def enrolled(photos):
    """Ann and Bob with all their photos, taken for aligned."""
    people = EMPTY
    for name, own in zip(NAMES, photos, strict=True):
        for pixels in own:
            people = people.add(name, np.asarray(Image.fromarray(pixels).resize((250, 250))))
    return people


def png(pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def upload(app: AppTest, name: str, files: dict[str, bytes]) -> AppTest:
    app.text_input(key="person's name").set_value(name)
    for title, data in files.items():
        app.file_uploader[0].upload(title, data)
    return app.run()


def choose(app: AppTest, origin: str) -> AppTest:
    return next(choice for choice in app.segmented_control if choice.key == "photos from").set_value(origin).run()


def people(app: AppTest) -> People:
    return app.session_state[session.OWN].people


def begin_with(enrolled: People, page: str = "people", **query: str) -> AppTest:
    """A page of a session that has enrolled these people."""
    app = open_page(page, tiny=False, **query)
    app.session_state[session.OWN].people = enrolled
    return app.run()


def test_it_opens_with_what_to_do_and_three_sample_people():
    app = open_page("people", tiny=False)
    assert not app.exception
    assert "Nobody is enrolled yet" in texts(app)
    app = button(app, "samples").click().run()
    assert not app.exception
    assert [len(people(app).shots(name)) for name in people(app).names] == [samples.PHOTOS] * samples.PEOPLE
    assert not app.warning
    assert not button(app, "try").disabled
    assert button(app, "train on").disabled


def test_every_photo_is_answered_and_a_bad_one_loses_nothing(photos):
    two = np.concatenate(list(photos[:, 0]), axis=1)
    files = {
        "a.png": png(photos[0, 1]),
        "letter.jpg": b"Dear diary",
        "two.png": png(two),
        "grey.png": png(np.full((90, 120, 3), 128, np.uint8)),
        "again.png": png(photos[0, 1]),
    }
    app = upload(open_page("people", tiny=False), "Ann", files)
    assert not app.exception
    assert [box.value for box in app.success] == ["Added 2 photos of Ann."]
    said = app.warning[0].value.splitlines()
    assert [re.search("not a photo|2 faces|no face|already", sentence)[0] for sentence in said] == [
        "not a photo",
        "2 faces",
        "no face",
        "already",
    ]
    assert people(app).names == ("Ann",)


def test_what_came_under_the_wrong_name_is_moved(photos):
    app = upload(open_page("people", tiny=False), "Ann", {"a.png": png(photos[0, 0])})
    # The name of Bob is not typed to its end when his photos come.
    app = upload(app, "Ann", {f"{number}.png": png(photos[1, number]) for number in range(2)})
    assert [box.value for box in app.success] == ["Added 2 photos of Ann."]
    app.text_input(key=incoming.ANOTHER).set_value("Bob")
    app = button(app, "move").click().run()
    assert not app.exception
    assert [box.value for box in app.success] == ["Added 2 photos of Bob."]
    assert {name: len(people(app).shots(name)) for name in people(app).names} == {"Ann": 1, "Bob": 2}
    assert app.text_input(key="person's name").value == "Bob"
    before = people(app).digest
    for same in ("Bob", " "):
        app.text_input(key=incoming.ANOTHER).set_value(same)
        app = button(app, "move").click().run()
        assert people(app).digest == before


def test_stopped_it_keeps_what_came_and_says_how_much_did_not(photos):
    def interrupted():
        yield "Ann", "a.png", png(photos[0, 0])
        st.stop()  # as a click does that comes in the middle

    app = open_page("people", tiny=False)
    app.session_state[incoming.COMING] = incoming._Incoming(interrupted(), 3)
    app = button(app.run(), "stop taking in").click().run()
    assert not app.exception
    assert [box.value for box in app.success] == ["Added 1 photo of Ann."]
    assert "2 photos were not looked at" in app.warning[0].value
    assert len(people(app).shots("Ann")) == 1


def test_uploads_do_not_stay_with_streamlit(photos):
    app = open_page("people", tiny=False)
    before = app.file_uploader[0].key
    app = upload(app, "Ann", {"a.png": png(photos[0, 0])})
    assert app.file_uploader[0].key != before
    assert app.file_uploader[0].value == []


def test_the_camera_is_ready_again_after_each_shot(photos):
    app = open_page("people", tiny=False)
    app = choose(app, "Camera")
    for shot in photos[1, :2]:
        file = io.BytesIO()
        Image.fromarray(shot).save(file, "JPEG", quality=95)
        app = app.camera_input[0].upload("photo.jpg", file.getvalue()).run()
        assert app.camera_input[0].value is None
    assert people(app).names == ("Person 1",)
    assert len(people(app).shots("Person 1")) == 2


def test_a_crop_is_thrown_out_and_a_person_renamed_and_forgotten(enrolled):
    app = begin_with(enrolled)
    first = enrolled.shots("Ann")[0].key
    app = button(app, f"throw out {first}").click().run()
    assert len(people(app).shots("Ann")) == MANY - 1
    app.text_input(key="new name Bob").set_value("*Ann*")
    app = button(app, "rename 1").click().run()
    assert people(app).names == ("Ann", "*Ann*")
    assert r"\*Ann\*" in texts(app)
    app = button(app, "forget 0").click().run()
    assert people(app).names == ("*Ann*",)
    app = button(app, "forget all").click().run()
    assert not len(people(app))


def test_a_zip_of_folders_comes_in_and_goes_out_as_it_was(photos, enrolled):
    app = open_page("people", tiny=False)
    app = choose(app, "Zip or folder")
    app = app.file_uploader[0].upload("people.zip", pack(enrolled)).run()
    assert not app.exception
    assert people(app).digest == enrolled.digest

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as zipped:
        zipped.writestr("Cem_Ay/a.png", png(photos[0, 0]))
        zipped.writestr("Cem_Ay/b.txt", "Dear diary")
        zipped.writestr("alone.png", png(photos[0, 1]))
    app = app.file_uploader[0].upload("more.zip", file.getvalue()).run()
    assert people(app).names == (*NAMES, "Cem Ay")
    said = app.warning[0].value
    assert "not a photo" in said
    assert "no folder says who" in said

    app = app.file_uploader[0].upload("none.zip", b"nothing").run()
    assert "not a zip" in app.warning[0].value


def test_a_folder_comes_in(tmp_path, photos):
    for name, own in zip(NAMES, photos, strict=True):
        (tmp_path / "album" / name).mkdir(parents=True)
        Image.fromarray(own[0]).save(tmp_path / "album" / name / "a.png")
    app = open_page("people", tiny=False)
    app = choose(app, "Zip or folder")
    app.text_input(key="folder of people").set_value(str(tmp_path / "album"))
    app = button(app, "import").click().run()
    assert people(app).names == NAMES
    app.text_input(key="folder of people").set_value("/no/such/folder")
    app = button(app, "import").click().run()
    assert "no folder" in app.warning[0].value


def test_kept_people_are_everybodys_until_they_are_forgotten(enrolled):
    app = begin_with(enrolled)
    assert "memory of this session alone" in texts(app)
    app = button(app, "keep").click().run()
    assert read(folder_of(KEPT)).digest == enrolled.digest
    assert "Everybody who opens facelab" in texts(app)

    other = open_page("people", tiny=False)
    other = button(other, "forget 0").click().run()
    assert read(folder_of(KEPT)).names == ("Bob",)
    app = app.run()
    assert "Ann" not in texts(app)
    app = button(app, "forget all").click().run()
    assert not folder_of(KEPT).exists()
    assert "Nobody is enrolled yet" in texts(other.run())


def test_a_session_that_ends_takes_its_people_along(enrolled):
    app = begin_with(enrolled, "train", **{"data.source": "People that you enrolled"})
    assert not app.exception
    key = app.session_state[session.OWN].token
    assert read(folder_of(key)).digest == enrolled.digest
    session._end(("test session id", key))
    assert not folder_of(key).exists()


TRAINING = {"data.source": words("people"), "data.size": "28", "epochs": "2", "batch_size": "8", "model.kind": "MLP"}
SECRET = "secret run"


@pytest.fixture
def trained(enrolled, fresh_store):
    """A session that has trained a network on its people, on the Train page."""
    app = button(begin_with(enrolled, "train", **TRAINING), "train").click().run()
    assert not app.exception
    (run,) = fresh_store.all()
    fresh_store.rename(run.id, SECRET)
    return app, fresh_store.get(run.id)


def whole(app: AppTest) -> str:
    """Everything on a page, tables and choices included."""
    return repr(app.main) + "".join(table.value.to_string() for table in app.dataframe)


def test_a_network_is_trained_on_them_and_their_key_is_in_no_address(trained):
    app, run = trained
    assert run.test_total == len(NAMES) * MANY // 5
    assert run.people == app.session_state[session.OWN].token
    assert run.people not in str(dict(app.query_params))
    assert SECRET in whole(app.run())
    home = AppTest.from_file(str(ROOT / "facelab" / "ui" / "navigation.py"), default_timeout=120).run()
    home.session_state[session.OWN].token = run.people
    links = [link.proto.query_string for link in home.run().get("page_link")]
    assert any(run.id in link for link in links)
    assert not any(run.people in link for link in links)


def test_chosen_on_the_train_page_they_bring_settings_that_suit(enrolled, fresh_store):
    app = begin_with(enrolled, "train", **TINY | {"batch_size": "64", "epochs": "7", "model.kind": "MLP"})
    app = app.selectbox(key="data.source").set_value("people").run()
    assert app.number_input(key="batch_size").value == 4
    app.number_input(key="epochs").set_value(2)
    app = button(app, "train").click().run()
    assert not app.exception
    (run,) = fresh_store.all()
    assert run.status == "finished", run.message
    app = app.selectbox(key="data.source").set_value("generated").run()
    assert (app.number_input(key="batch_size").value, app.number_input(key="epochs").value) == (64, 7)


def test_the_network_is_compared_with_the_nearest_person(trained):
    app, run = trained
    page = begin_with(app.session_state[session.OWN].people)
    page.session_state[session.OWN].token = run.people
    page = page.run()
    assert not page.exception
    table = page.dataframe[0].value
    assert table["Right"][0].startswith(f"{100 * run.test_accuracy:.1f} %")
    assert f"same {run.test_total} photos" in texts(page)


PAGES = {
    "home": {},
    "train": TINY,
    "data": {"data.source": words("people")},
    "inside": {},
    "explain": {},
    "invariance": {},
    "classify": {"who.by": "A network"},
    "pair": {},
    "compare": {},
    "compare runs": {"compare.mode": "Runs"},
    "compare search": {"compare.mode": "Search"},
}


def test_nobody_else_sees_them_or_what_was_trained_on_them(trained, fresh_store):
    _, run = trained
    vary = ({"field": "seed", "values": (1, 2)},)
    sweep = fresh_store.create_sweep(Sweep.parse({"base": run.config.model_dump(), "vary": vary}), SECRET)
    links = {"run": run.id, "runs": run.id, "sweep": sweep, "photo": "0"}
    for page, query in PAGES.items():
        other = AppTest.from_file(str(ROOT / "facelab" / "ui" / "navigation.py"), default_timeout=120).run()
        other = other.switch_page(f"../../pages/{page.split()[0]}.py")
        for name, value in (links | query).items():
            other.query_params[name] = value
        other = other.run()
        assert not other.exception, page
        assert SECRET not in whole(other), page
        assert run.people not in whole(other), page
        assert other.session_state[session.OWN].token != run.people


def test_forgetting_takes_what_was_trained_along(trained, fresh_store):
    app, run = trained
    page = begin_with(app.session_state[session.OWN].people)
    page.session_state[session.OWN].token = run.people
    figure = cached(lambda: object())
    before = figure()
    page = button(page.run(), "forget 0").click().run()
    assert not page.exception
    assert figure() is not before
    assert not fresh_store.all()
    assert not folder_of(run.people).exists()
    assert people(page).names == ("Bob",)
