"""The pages that look into a trained network, with small networks trained once."""

import base64
import json

import pytest
import torch

from facelab.labs import starters
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.runs.parcel import pack, unpack
from tests.pages.harness import button, open_page, texts

DATA = {"source": "generated", "people": 4, "photos": 10, "size": 28}
MODELS = {
    "convnet": {"kind": "convnet", "blocks": [{"channels": 4, "pool": "max"}, {"channels": 6}], "hidden": [8]},
    "mlp": {"kind": "mlp", "hidden": [12]},
    "linear": {"kind": "mlp", "hidden": []},
}


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """A run of each kind of network, as a file."""
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('look') / 'runs.sqlite'}")
    threads, files = torch.get_num_threads(), {}
    for name, model in MODELS.items():
        run_id = store.create(RunConfig.parse({"data": DATA, "model": model, "epochs": 3, "batch_size": 8}), name)
        execute(run_id, 1, store.url)
        files[name] = pack(store, run_id)
    torch.set_num_threads(threads)
    return files


@pytest.fixture
def runs(packed, fresh_store, monkeypatch):
    """The ids of these runs in the page's store, which has no others."""
    monkeypatch.setattr(starters, "install", lambda store: [])
    return {name: unpack(fresh_store, file) for name, file in packed.items()}


@pytest.mark.parametrize(
    ("name", "view"),
    [
        ("convnet", "Mistakes"),
        ("convnet", "Layers"),
        ("convnet", "Gradients"),
        ("mlp", "Mistakes"),
        ("mlp", "Hidden units"),
        ("linear", "Hidden units"),
    ],
)
def test_inside_shows(runs, name, view):
    app = open_page("inside", **{"run": runs[name], "inside.view": view})
    assert not app.exception
    assert not app.error
    assert app.query_params["run"] == runs[name]
    assert len(app.get("plotly_chart")) >= 1


@pytest.mark.parametrize("colour", ["Person", "Split", "Right and wrong"])
@pytest.mark.parametrize(("name", "method"), [("convnet", "PCA"), ("linear", "t-SNE")])
def test_the_map_shows_all_faces(runs, name, method, colour):
    query = {"inside.view": "Map of faces", "map.method": method, "map.colour": colour}
    app = open_page("inside", run=runs[name], **query)
    assert not app.exception
    (component,) = app.get("bidi_component")
    view = json.loads(component.proto.json)
    assert len(base64.b64decode(view["faces"]["points"])) == 4 * 10 * 2 * 4
    assert (view["titles"] is not None) == (method == "PCA")
    assert len(view["groups"]) == {"Person": 4, "Split": 3, "Right and wrong": 2}[colour]


@pytest.mark.parametrize(("name", "offered"), [("convnet", "Layers"), ("mlp", "Hidden units")])
def test_inside_offers_what_suits_the_network(runs, name, offered):
    app = open_page("inside", run=runs[name])
    (views,) = (control for control in app.segmented_control if control.key == "inside.view")
    assert set(views.options) - {"Mistakes", "Map of faces", "Gradients"} == {offered}


def test_a_mistake_shows_both_people(runs):
    app = open_page("inside", run=runs["linear"])
    assert any("taken for" in header.value for header in app.subheader)
    assert texts(app).count("as the network learned to know them") == 2


@pytest.mark.parametrize("name", MODELS)
def test_explain_shows_maps_and_checks(runs, name):
    app = open_page("explain", run=runs[name])
    assert not app.exception
    assert not app.error
    said = texts(app)
    assert "in random order the area is" in said
    assert "How alike each map stays" in said
    assert "Integrated Gradients promises" in said


def test_explain_says_why_a_method_is_refused(runs):
    assert "Not for this network: Grad-CAM" in texts(open_page("explain", run=runs["mlp"]))


def test_randomised_weights_redraw_the_maps(runs):
    app = open_page("explain", run=runs["convnet"])
    before = len(app.get("plotly_chart"))
    app = button(app, "randomise").click().run()
    assert not app.exception
    assert len(app.get("plotly_chart")) == before + 1
    assert "randomised **from output down to blocks.0.conv**" in texts(app)
    assert len(button(app, "randomise").click().run().get("plotly_chart")) == before


@pytest.mark.parametrize("whose", ["True", "Someone else"])
def test_any_score_can_be_explained(runs, whose):
    app = open_page("explain", **{"run": runs["mlp"], "explain.whose": whose, "photo": "3"})
    assert not app.exception
    assert "What speaks for" in texts(app)


def test_one_photo_and_its_limits(runs):
    app = open_page("invariance", run=runs["convnet"])
    assert not app.exception
    assert len(app.slider) == 18
    (limits,) = app.dataframe
    assert len(limits.value) == 18
    before = [part.body for part in app.get("html")]
    assert before[1].count(" %</span>") == 4
    (rotation,) = (slider for slider in app.slider if slider.key == "break.rotation")
    app = rotation.set_value(0.5).run()
    assert not app.exception
    assert [part.body for part in app.get("html")] != before
    app = button(app, "none").click().run()
    assert [part.body for part in app.get("html")] == before
    assert all(slider.value == 0 for slider in app.slider)


def test_the_whole_test_set_in_words(runs):
    app = open_page("invariance", **{"run": runs["mlp"], "break.view": "The whole test set"})
    assert not app.exception
    assert "of the photos as they are" in texts(app)
    published, people = app.dataframe
    assert published.value["Transform"].tolist()[0] == "ColorJitter"
    assert published.value["95 % interval"].str.match(r"−?\d+\.\d to −?\d+\.\d").all()
    assert len(people.value) == 4


def test_several_networks_beside_each_other(runs):
    app = open_page("invariance", **{"run": runs["mlp"], "break.view": "The whole test set"})
    (beside,) = app.multiselect
    app = beside.select(runs["convnet"]).run()
    assert not app.exception
    assert "break.curve" in [box.key for box in app.selectbox]


def test_true_pose_only_where_it_is_known(runs):
    app = open_page("invariance", **{"run": runs["convnet"], "break.view": "True pose and light"})
    assert not app.exception
    assert "only this changes" in texts(app)


def test_groups_of_people_beside_each_other(runs):
    app = open_page("invariance", **{"run": runs["convnet"], "break.view": "True pose and light"})
    (groups,) = app.dataframe
    assert groups.value.groupby("Trait")["People"].sum().tolist() == [4, 4, 4]
    assert groups.value["95 % interval"].str.match(r"\d+ to \d+").all()
    assert "Recognised worst" in texts(app) or "No group" in texts(app)


def test_the_cure_trains_again_and_shows_both(runs, fresh_store):
    app = open_page("invariance", **{"run": runs["mlp"], "break.view": "Cure"})
    app = button(app, "cure").click().run()
    assert not app.exception
    cure = fresh_store.get(app.query_params["cure"])
    assert sum(cure.config.augmentation.model_dump().values()) > 0
    assert "before and" in texts(app)


PAGES = pytest.mark.parametrize("page", ["inside", "explain", "invariance"])


@PAGES
def test_a_run_that_is_gone_is_said_to_be_gone(runs, page):
    app = open_page(page, run="gone")
    assert not app.exception
    assert len(app.warning) == 1


@PAGES
def test_a_run_that_learned_points_is_not_for_these_pages(runs, fresh_store, page):
    points = fresh_store.create(RunConfig.parse({"data": {"source": "spirals"}, "model": {"kind": "mlp"}}))
    app = open_page(page, run=points)
    assert not app.exception
    assert ["learned points, not who is on a photo" in warning.value for warning in app.warning] == [True]


@PAGES
def test_a_network_without_numbers_is_refused(runs, fresh_store, page):
    config = fresh_store.get(runs["mlp"]).config
    diverged = fresh_store.create(config)
    weights = fresh_store.load_tensors(runs["mlp"], "weights")
    lease = fresh_store.claim(diverged, 1)
    lease.describe(classes=DATA["people"])
    lease.save_tensors("weights", {name: part * torch.nan for name, part in weights.items()})
    app = open_page(page, run=diverged)
    assert not app.exception
    assert ["diverged" in error.value for error in app.error] == [True]


@PAGES
def test_without_any_network_the_page_says_where_to_get_one(monkeypatch, fresh_store, page):
    monkeypatch.setattr(starters, "install", lambda store: [])
    app = open_page(page)
    assert not app.exception
    assert "Train page" in app.info[0].value


@pytest.mark.parametrize("photo", ["-1", "999999", "text", "²"])
@pytest.mark.parametrize("page", ["explain", "invariance"])
def test_a_photo_that_is_not_there_is_told_of(runs, page, photo):
    app = open_page(page, run=runs["linear"], photo=photo)
    assert not app.exception
    assert [photo in warning.value for warning in app.warning] == [True]


def test_a_filter_that_leaves_no_photo_says_so(runs, fresh_store):
    answers = fresh_store.load_tensors(runs["linear"], "predictions")
    labels, right = answers["labels"], answers["probabilities"].argmax(1) == answers["labels"]
    person = next(person for person in range(4) if len(right[labels == person].unique()) == 1)
    kind = "Wrong" if right[labels == person].all() else "Right"
    names = next(box for box in open_page("explain", run=runs["linear"]).selectbox if box.key == "photos.of").options
    app = open_page("explain", run=runs["linear"], **{"photos.of": names[1 + person], "photos.answers": kind})
    assert not app.exception
    assert "No test photo is like that" in app.info[0].value


def test_ready_made_networks_are_there_and_come_last(monkeypatch, packed, runs, fresh_store):
    monkeypatch.setattr(starters, "install", lambda store: [unpack(store, packed["mlp"], "ready-made")])
    app = open_page("inside")
    assert not app.exception
    (network,) = (box for box in app.selectbox if box.key == "network")
    assert network.options[-1].startswith("mlp")
    assert fresh_store.get("ready-made").status == "finished"
    assert len(network.options) == len(runs) + 1
