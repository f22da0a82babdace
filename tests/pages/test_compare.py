"""Compare: a sweep is put together, raced, and read."""

import json

import pytest

from facelab.labs import COMPARISONS
from facelab.runs import Sweep
from facelab.runs.job import execute
from facelab.runs.share import execute_share
from facelab.runs.sweep import values_of
from facelab.ui.compare import sweeps
from facelab.ui.compare.fields import text_of
from facelab.ui.compare.racing import UNIT_SIDE, race_view
from tests.pages.harness import button, open_page, texts

MOONS = {
    "compare.subject": "Points",
    "data.source": "Moons",
    "data.points": "60",
    "data.split.train": "0.5",
    "data.split.validation": "0.25",
    "data.split.test": "0.25",
    "model.hidden": "4",
    "epochs": "3",
    "compare.repeats": "2",
    "compare.fields": "1",
    "compare.values.0": "0.1, 0.01",
}


PAIRS = {
    "compare.subject": "Pairs",
    "data.source": "Pairs of any faces",
    "data.faces.people": "12",
    "data.faces.photos": "5",
    "data.faces.size": "28",
    "data.pairs": "60",
    "model.branch.kind": "MLP",
    "model.branch.hidden": "8",
    "model.embedding": "8",
    "epochs": "2",
    "batch_size": "16",
    "compare.repeats": "1",
    "compare.fields": "1",
    "compare.field.0": "Loss",
    "compare.values.0": "binary, contrastive, triplet, margin_softmax",
}


@pytest.fixture(autouse=True)
def train_sweeps_here(monkeypatch):
    def submit(sweep: Sweep, name: str = "", store=None) -> str:
        sweep_id = store.create_sweep(sweep, name)
        members = [(run.id, 1) for run in store.members(sweep_id)]
        if sweep.gradients or sweep.base.subject != "points":
            for member in members:
                execute(*member, store.url)
        else:
            execute_share(members, store.url, threads=1)
        return sweep_id

    monkeypatch.setattr(sweeps, "submit_sweep", submit)


def test_opens_with_learning_rates():
    app = open_page("compare", tiny=False)
    assert not app.exception
    assert app.selectbox(key="compare.field.0").value == "optimizer.learning_rate"
    assert button(app, "race").label == f"Race {len(COMPARISONS['rates'].sweep.members())} networks"


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_sets_the_page(name):
    app = open_page("compare", tiny=False)
    app.pills(key="comparison").select(name).run()
    assert (app.exception, app.error) == ([], [])
    assert button(app, "race").label == f"Race {len(COMPARISONS[name].sweep.members())} networks"
    assert COMPARISONS[name].watch in texts(app)


def test_losses_of_siamese_networks_race(fresh_store):
    app = open_page("compare", tiny=False, **PAIRS)
    assert (app.exception, app.error) == ([], [])
    button(app, "race").click().run()
    assert not app.exception
    (sweep,) = fresh_store.sweeps()
    found = {run.config.model.loss: run.status for run in fresh_store.members(sweep.id)}
    assert found == dict.fromkeys(("binary", "contrastive", "triplet", "margin_softmax"), "finished")
    assert "Best by validation accuracy" in texts(app)


def test_a_race_is_run_and_read_and_reopened(fresh_store):
    app = open_page("compare", **MOONS)
    button(app, "race").click().run()
    assert not app.exception
    (sweep,) = fresh_store.sweeps()
    assert app.query_params["sweep"] == sweep.id
    assert [run.status for run in fresh_store.members(sweep.id)] == ["finished"] * 4
    assert "Best by validation accuracy" in texts(app)
    assert "shown for this one alone" in texts(app)
    assert "Best and worst by validation" in [heading.value for heading in app.subheader]
    assert "Learning rate 0." in texts(app)
    table = app.dataframe[0].value
    assert table["Setting"].tolist() == ["learning rate 0.1", "learning rate 0.01"]

    again = open_page("compare", tiny=False, sweep=sweep.id)
    assert not again.exception
    assert again.text_input(key="compare.values.0").value == "0.1, 0.01"
    assert again.number_input(key="epochs").value == 3
    button(again, "delete sweep").click().run()
    assert (again.exception, fresh_store.all(), "sweep" in again.query_params) == ([], [], False)


def test_a_grid_of_two_settings_has_a_map(fresh_store):
    grid = {"compare.fields": "2", "compare.field.1": "Width", "compare.values.1": "2, 4"}
    app = open_page("compare", **MOONS | grid | {"compare.repeats": "1"})
    button(app, "race").click().run()
    assert not app.exception
    assert len(fresh_store.all()) == 4
    assert "Means over repeats and over all other settings." in texts(app)


def test_the_test_accuracy_of_all_is_kept_back_until_asked_for(fresh_store):
    app = open_page("compare", **MOONS)
    button(app, "race").click().run()

    def splits() -> set[str]:
        chart = next(chart for chart in app.get("plotly_chart") if "repeats each" in chart.proto.alt)
        return {trace["name"] for trace in json.loads(chart.proto.spec)["data"] if trace["showlegend"]}

    assert splits() == {"train", "validation"}
    app.toggle(key="compare.test").set_value(True).run()
    assert not app.exception
    assert splits() == {"train", "validation", "test"}


def test_hidden_units_instead_of_boundaries(fresh_store):
    app = open_page("compare", **MOONS | {"compare.pictures": "Hidden units"})
    button(app, "race").click().run()
    assert not app.exception
    (sweep,) = fresh_store.sweeps()
    view = race_view(sweep.sweep, fresh_store.members(sweep.id), "epoch", "Hidden units")
    assert [layer.shape for layer in view.members[0].units] == [(4, UNIT_SIDE, UNIT_SIDE)]
    assert view.members[0].regions is None


def test_one_run_each_is_said_to_prove_nothing(fresh_store):
    app = open_page("compare", **MOONS | {"compare.repeats": "1"})
    button(app, "race").click().run()
    assert "one run each cannot tell luck from effect" in texts(app)


def test_gradients_are_drawn_on_one_scale(fresh_store):
    app = open_page("compare", **MOONS | {"compare.gradients": "true", "compare.repeats": "1"})
    button(app, "race").click().run()
    assert not app.exception
    assert "Gradient flow" in [heading.value for heading in app.subheader]
    specs = [json.loads(chart.proto.spec) for chart in app.get("plotly_chart")]
    maps = [spec["data"][0] for spec in specs if spec["data"][0]["type"] == "heatmap"]
    assert len(maps) == 2
    assert len({(of["zmin"], of["zmax"]) for of in maps}) == 1


def test_the_best_and_worst_of_faces_show_their_weights(fresh_store):
    few = {"compare.repeats": "1", "compare.values.0": "0.01, 0.0001", "model.kind": "MLP", "model.hidden": "4"}
    app = open_page("compare", **few, **{"compare.subject": "Faces"})
    button(app, "race").click().run()
    assert not app.exception
    assert sum("weights of 4 units" in chart.proto.alt for chart in app.get("plotly_chart")) == 2


def test_faces_take_the_place_of_points():
    app = open_page("compare", tiny=False)
    app.segmented_control(key="compare.subject").select("Faces").run()
    assert (app.exception, app.error) == ([], [])
    assert app.selectbox(key="data.source").value == "generated"


@pytest.mark.parametrize(
    ("values", "said"),
    [("0.1, -1", "-1"), ("", "give at least one"), ("0.1, 0.1", "every value once"), ("fast", "fast")],
)
def test_bad_values_are_one_sentence(values, said):
    app = open_page("compare", **MOONS | {"compare.values.0": "1"})
    app.text_input(key="compare.values.0").set_value(values).run()
    assert not app.exception
    assert said in app.error[0].value
    assert button(app, "race").disabled


def test_a_link_that_names_a_comparison_brings_its_settings():
    app = open_page("compare", tiny=False, comparison="Depth")
    assert app.selectbox(key="compare.field.0").value == "depth"
    changed = {"comparison": "Depth", "compare.field.0": "Width", "compare.subject": "Faces"}
    assert open_page("compare", tiny=False, **changed).selectbox(key="compare.field.0").value == "width"


def test_a_comparison_that_is_gone_is_said_to_be_gone():
    app = open_page("compare", tiny=False, sweep="gone")
    assert not app.exception
    assert len(app.warning) == 1


@pytest.mark.parametrize("text", ["1, 0.1", "off, on", "relu, tanh", "[16, 16], [8]", "8"])
def test_values_are_written_as_they_are_read(text):
    values = tuple(tuple(value) if isinstance(value, list) else value for value in values_of(text))
    assert text_of(values) == text


def test_an_earlier_comparison_is_opened_with_its_settings(fresh_store):
    app = open_page("compare", **MOONS)
    button(app, "race").click().run()
    (sweep,) = fresh_store.sweeps()
    app = open_page("compare", tiny=False)
    app.selectbox(key="earlier").select(sweep.id).run()
    assert not app.exception
    assert app.query_params["sweep"] == sweep.id
    assert app.text_input(key="compare.values.0").value == "0.1, 0.01"
    assert "Best by validation accuracy" in texts(app)


@pytest.mark.parametrize("mode", ["Race", "Search", "Runs"])
def test_every_mode_opens(mode):
    app = open_page("compare", tiny=False, **{"compare.mode": mode})
    assert (app.exception, app.error) == ([], [])
    assert app.title[0].value == "Compare"
