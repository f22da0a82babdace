"""The page that compares two photos, and what the Train page shows of a run on pairs, with a network trained once."""

import io
import json
import re

import numpy as np
import pytest
import streamlit as st
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from facelab import paths
from facelab.data.generated import generate
from facelab.recognition.face_space import SIDE, FaceSpace
from facelab.recognition.measured import Known, Measured
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.runs.parcel import pack, unpack
from facelab.ui.pair.choice import address_of_pair
from facelab.ui.verification import gallery
from tests.pages.harness import button, open_page, texts

CONFIG = {
    "data": {
        "source": "pairs",
        "faces": {"source": "generated", "people": 12, "photos": 6, "size": 32},
        "pairs": 200,
    },
    "model": {"kind": "siamese", "branch": {"kind": "residual", "widths": [4, 8]}, "embedding": 8},
    "epochs": 2,
    "batch_size": 16,
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder of assets with a ready-made network and a measured reference, both poor."""
    folder = tmp_path_factory.mktemp("assets")
    store = RunStore(f"sqlite:///{folder / 'runs.sqlite'}")
    run_id = store.create(RunConfig.parse(CONFIG), "small twins")
    threads = torch.get_num_threads()
    execute(run_id, 1, store.url)
    torch.set_num_threads(threads)
    (folder / "starters").mkdir()
    (folder / "starters" / "verifier.run").write_bytes(pack(store, run_id))
    same = np.arange(400) < 200
    noise = np.random.default_rng(0).normal(0, 0.1, 400)
    known = Known((np.where(same, 0.4, 0.8) + noise).astype(np.float32), same)
    pixels = SIDE * SIDE
    space = FaceSpace(np.zeros(pixels, np.float32), np.eye(9, pixels, dtype=np.float32), np.float32([0, 2]))
    (folder / "reference.safetensors").write_bytes(Measured(known, known, space).save())
    st.cache_resource.clear()  # of what another page's tests had described with the real network
    return folder


@pytest.fixture(autouse=True)
def assets(made, monkeypatch):
    monkeypatch.setattr(paths, "assets", lambda: made)
    monkeypatch.delenv("FACELAB_DATA", raising=False)
    return made


@pytest.fixture
def twins(assets, fresh_store):
    """The id of a run on pairs in the page's store."""
    return unpack(fresh_store, (assets / "starters" / "verifier.run").read_bytes())


@pytest.fixture(scope="module")
def portraits():
    """Two photos of two generated people as PNG files."""
    photos = generate(people=2, photos=1, size=128, seed=1).images.permute(0, 2, 3, 1).contiguous().numpy()
    return [png(photo) for photo in photos]


def png(pixels) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def choose_upload(app):
    (both,) = (control for control in app.segmented_control if control.key == "both")
    return both.set_value("Upload").run()


def verdict(app) -> str:
    return next((part.value for part in app.markdown if part.value.startswith("###")), "")


def view(app, slot: str) -> dict:
    """What the photo of a side shows in the browser."""
    place = {"one": 0, "two": 1}[slot]
    return json.loads(app.get("bidi_component")[place].proto.json)


def test_it_opens_with_a_pair_already_compared():
    app = open_page("pair", tiny=False)
    assert not app.exception
    assert not app.error
    assert " people]" in verdict(app) or " person]" in verdict(app)
    assert "known pairs of" in texts(app)
    assert "In truth they are the same person" in texts(app)
    assert [len(view(app, slot)["boxes"]) for slot in ("one", "two")] == [1, 1]
    assert {"Ready-made network", "Reference (dlib)"} <= set(app.dataframe[0].value["Network"])


def test_network_kind_and_number_are_in_the_address():
    query = {"embedder": "reference", "pair.kind": "Different people", "pair.number": "7"}
    app = open_page("pair", tiny=False, **query)
    assert "In truth they are two different people" in texts(app)
    assert "no map of what made them alike" in texts(app)
    app = button(app, "another").click().run()
    assert app.query_params["pair.number"] == "8"


def test_sides_are_swapped_with_their_photos():
    app = open_page("pair", tiny=False, **{"pair.kind": "Different people"})
    before = [view(app, slot)["picture"] for slot in ("one", "two")]
    said = verdict(app)
    app = button(app, "swap").click().run()
    assert [view(app, slot)["picture"] for slot in ("one", "two")] == before[::-1]
    assert verdict(app) == said


def test_two_uploaded_photos_are_compared(portraits):
    app = choose_upload(open_page("pair", tiny=False))
    assert not verdict(app)
    assert texts(app).count("It stays in this session") == 2
    for number, data in enumerate(portraits):
        app.file_uploader[number].upload("face.png", data)
    app = app.run()
    assert not app.exception
    assert verdict(app)
    assert "In truth" not in texts(app)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"Dear diary", "not a photo that facelab reads"),
        (b"", "empty"),
        (png(np.zeros((1, 1, 3), np.uint8)), "No face was found in Photo A"),
        (png(np.full((90, 120, 3), 128, np.uint8)), "No face was found in Photo A"),
    ],
    ids=["a text", "nothing", "one pixel", "no face"],
)
def test_a_wrong_file_gets_one_sentence_and_the_rest_stays(data, said):
    app = open_page("pair", tiny=False)
    app = next(control for control in app.segmented_control if control.key == "from one").set_value("Upload").run()
    app = app.file_uploader[0].upload("face.jpg", data).run()
    assert not app.exception
    assert [said in error.value for error in app.error] == [True]
    assert len(app.get("bidi_component")) == 1 + ("No face" in said)
    assert "use it neither to accuse" in texts(app)


def test_another_face_and_a_box_by_hand():
    faces = generate(people=2, photos=1, size=128, seed=1).images.permute(0, 2, 3, 1).numpy()
    app = open_page("pair", tiny=False)
    app = next(control for control in app.segmented_control if control.key == "from one").set_value("Upload").run()
    app = app.file_uploader[0].upload("two.png", png(np.concatenate(list(faces), axis=1))).run()
    assert (len(view(app, "one")["boxes"]), view(app, "one")["chosen"]) == (2, 0)
    crop = view(app, "one")["crop"]
    app = next(control for control in app.segmented_control if control.key == "face one").set_value(1).run()
    assert view(app, "one")["chosen"] == 1
    assert view(app, "one")["crop"] != crop
    app = next(slider for slider in app.slider if slider.key == "size one").set_value(50).run()
    left, top, right, bottom = view(app, "one")["drawn"]
    assert (right - left, bottom - top) == pytest.approx((64, 64))
    app = button(app, "as found one").click().run()
    assert view(app, "one")["drawn"] is None


def test_the_threshold_moves_both_errors_and_the_answer():
    query = {"embedder": "reference", "pair.kind": "Different people"}
    app = open_page("pair", tiny=False, **query)
    strangers, missed = (metric.value for metric in app.metric)
    (slider,) = (slider for slider in app.slider if slider.key == "threshold")
    app = slider.set_value(slider.max).run()
    assert [metric.value for metric in app.metric] == ["100.0 %", "0.0 %"]
    assert "count as **the same person**" in texts(app)
    app = button(app, "own threshold").click().run()
    assert [metric.value for metric in app.metric] == [strangers, missed]


def test_a_crop_unlike_training_is_said_to_be_so(monkeypatch):
    monkeypatch.setattr(FaceSpace, "strangeness", lambda *_: 1.0)
    app = open_page("pair", tiny=False, **{"pair.number": "2"})  # one that nobody has described yet
    assert ["unlike the photographs" in warning.value for warning in app.warning] == [True, True]


def test_a_run_answers_for_its_own_test_pairs_as_in_the_test(twins, fresh_store):
    distances = fresh_store.load_tensors(twins, "predictions")["distances"]
    app = open_page("pair", tiny=False, **address_of_pair(twins, 3))
    assert not app.exception
    said = float(re.search(r"Distance \*\*(.+?)\*\*", texts(app))[1])
    assert said == pytest.approx(distances[3].item(), abs=0.02)  # the test may have run in bfloat16


def test_a_network_that_is_gone_is_said_to_be_gone():
    app = open_page("pair", tiny=False, embedder="gone")
    assert not app.exception
    assert ["'gone'" in warning.value for warning in app.warning] == [True]
    assert verdict(app)


def show(what: str, run_id: str) -> AppTest:
    """A page of its own for what the Train page shows of a run on pairs."""

    def page(what, run_id):
        import facelab.ui.verification as verification
        from facelab.ui.services import store

        getattr(verification, what)(store().get(run_id))

    return AppTest.from_function(page, default_timeout=120, args=(what, run_id)).run()


def test_results_of_a_run_on_pairs(twins, fresh_store):
    app = show("show_pair_results", twins)
    assert not app.exception
    kept = fresh_store.load_tensors(twins, "predictions")
    right = (kept["probabilities"].argmax(1) == kept["labels"]).float().mean()
    assert app.metric[0].value == f"{100 * right:.1f} %"
    assert app.metric[-1].value == "unknown"  # fewer than 1,000 pairs of two people
    assert len(app.get("plotly_chart")) == 3
    (fates,) = app.segmented_control
    assert sum(int(re.search(r"\((\d+)\)", fate)[1]) for fate in fates.options) == len(kept["labels"])


def test_pairs_that_have_changed_leave_the_numbers(twins, fresh_store, monkeypatch):
    monkeypatch.setattr(gallery, "data_of", lambda run: None)
    app = show("show_pair_results", twins)
    assert not app.exception
    assert "only the numbers are left" in texts(app)


def test_drift_grows_with_the_epochs(fresh_store):
    run_id = fresh_store.create(RunConfig.parse(CONFIG))
    assert not show("show_drift", run_id).get("plotly_chart")
    execute(run_id, 1, fresh_store.url)
    app = show("show_drift", run_id)
    assert not app.exception
    assert len(app.get("plotly_chart")) == 1
