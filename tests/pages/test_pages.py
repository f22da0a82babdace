"""Every page opens and answers its controls, in Streamlit's own test harness."""

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from facelab.errors import SettingsError
from facelab.runs import RunConfig
from facelab.runs.job import execute
from facelab.ui import runs_table
from tests.pages.harness import ROOT, button, open_page, texts


def test_the_app_opens_at_home():
    app = AppTest.from_file(str(ROOT / "facelab" / "ui" / "navigation.py"), default_timeout=120).run()
    assert not app.exception
    assert app.title[0].value == "See how a network learns faces"


@pytest.mark.parametrize("name", ["data", "train"])
def test_page_opens(name):
    app = open_page(name)
    assert not app.exception
    assert not app.error
    assert len(app.get("plotly_chart")) >= 1


@pytest.mark.parametrize("view", ["People", "Counts", "Average faces", "Download"])
def test_every_view_of_the_data(view):
    app = open_page("data", view=view)
    assert not app.exception


def test_training_from_the_page_keeps_a_run(fresh_store):
    app = button(open_page("train"), "train").click().run()
    assert not app.exception
    (run,) = fresh_store.all()
    assert run.status == "finished"
    assert app.query_params["run"] == run.id
    assert app.metric[0].label == "Test accuracy"
    low, high = run.test_interval
    assert f"{100 * low:.1f} % to {100 * high:.1f} %" in texts(app)


def test_mlp_is_trained_with_the_settings_of_the_page(fresh_store):
    query = {"model.kind": "MLP", "model.hidden": "7, 5", "optimizer.name": "SGD", "model.dropout": "0.2"}
    button(open_page("train", **query), "train").click().run()
    config = fresh_store.all()[0].config
    assert (config.model.kind, config.model.hidden, config.model.dropout) == ("mlp", (7, 5), 0.2)
    assert (config.optimizer.name, config.epochs, config.data.people) == ("sgd", 2, 4)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"model.kind": "MLP", "model.hidden": "7, x"}, "model.hidden.1"),
        ({"model.kind": "MLP", "model.hidden": "0"}, "model.hidden.0"),
        ({"data.source": "Your own folder", "data.path": "/no/such/folder"}, "folder"),
        ({"data.split.train": "0.9"}, "add up to"),
        ({"model.blocks": "6"}, "Block 5"),
    ],
)
def test_bad_input_gets_one_sentence_and_no_run(query, said, fresh_store):
    app = open_page("train", **query)
    assert not app.exception
    assert len(app.error) == 1
    assert said in app.error[0].value
    assert button(app, "train").disabled
    assert not fresh_store.all()


def test_a_run_that_is_gone_is_said_to_be_gone():
    app = open_page("train", run="no-such-run")
    assert not app.exception
    assert "no-such-run" in app.warning[0].value


@pytest.fixture
def on_points(fresh_store):
    """A finished run on points."""
    data = {"source": "xor", "noise": 0.2, "features": ["x", "xy"]}
    config = RunConfig.parse({"data": data, "model": {"kind": "mlp", "hidden": [5]}, "epochs": 2, "batch_size": 12})
    run_id = fresh_store.create(config, "my points")
    execute(run_id, 1, fresh_store.url)
    return fresh_store.get(run_id)


def open_app(page: str = "home") -> AppTest:
    app = AppTest.from_file(str(ROOT / "facelab" / "ui" / "navigation.py"), default_timeout=120).run()
    return app.switch_page(f"../../pages/{page}.py").run()


def test_home_shows_a_run_on_points(on_points):
    app = open_app()
    assert not app.exception
    assert (app.metric[0].label, app.metric[0].value) == ("Test accuracy", f"{100 * on_points.test_accuracy:.1f} %")


def test_a_run_on_points_is_opened_in_the_playground_with_its_settings(on_points, monkeypatch):
    chosen = SimpleNamespace(selection=SimpleNamespace(rows=[0]))
    monkeypatch.setattr(runs_table.st, "dataframe", lambda *args, **options: chosen)
    app = open_app("train")
    assert "download train.py" not in [element.key for element in app.get("download_button")]
    button(app, "open").click().run()
    assert not app.exception
    assert (app.title[0].value, app.query_params["run"]) == ("Playground", on_points.id)
    shown = [app.session_state[name] for name in ("data.source", "data.features", "model.hidden", "batch_size")]
    assert shown == ["xor", ["x", "xy"], "5", 12]


def test_a_link_to_a_run_on_points_leads_to_the_playground(on_points):
    app = open_app()
    app.switch_page("../../pages/train.py")
    app.query_params["run"] = on_points.id
    app.run()
    assert not app.exception
    assert app.title[0].value == "Playground"


def test_a_run_with_settings_of_another_version_can_still_be_deleted(fresh_store, on_points, monkeypatch):
    chosen = SimpleNamespace(selection=SimpleNamespace(rows=[0]))
    monkeypatch.setattr(runs_table.st, "dataframe", lambda *args, **options: chosen)
    monkeypatch.setattr(RunConfig, "parse", lambda values: (_ for _ in ()).throw(SettingsError("Of another time.")))
    app = open_page("train")
    assert not app.exception
    assert button(app, "open").disabled
    button(app, "delete").click().run()
    assert not fresh_store.all()
