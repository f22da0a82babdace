"""Every page opens and answers its controls, in Streamlit's own test harness."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from facelab.errors import SettingsError
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.ui import live, runs_table, services

ROOT = Path(__file__).parents[2]
TINY = {"data.people": "4", "data.photos": "10", "data.size": "28", "epochs": "2", "batch_size": "8"}


@pytest.fixture(autouse=True)
def fresh_store(tmp_path, monkeypatch):
    """A store of its own, and training in this process instead of in workers."""
    monkeypatch.setenv("FACELAB_STORE", f"sqlite:///{tmp_path / 'runs.sqlite'}")
    services.store.clear()

    def train_here(config, name="", store=None):
        run_id = store.create(config, name)
        execute(run_id, 1, store.url)
        return run_id

    monkeypatch.setattr(live, "submit", train_here)
    yield RunStore()
    services.store.clear()


def open_page(name: str, **query: str) -> AppTest:
    app = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=120)
    for key, value in (TINY | query).items():
        app.query_params[key] = value
    return app.run()


def button(app: AppTest, key: str):
    return next(button for button in app.button if button.key == key)


def texts(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.markdown, app.caption, app.error, app.info) for element in kind)


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


def test_the_playground_trains_by_step_and_epoch_and_keeps_its_network():
    app = open_page("playground", **{"data.source": "Moons", "data.points": "60", "model.hidden": "4", "epochs": "3"})
    assert not app.exception
    button(app, "step").click().run()
    assert app.session_state["playground"].sketch.step == 1
    for _ in range(3):
        button(app, "epoch").click().run()
    assert app.session_state["playground"].sketch.end.outcome == "finished"
    app.number_input(key="seed").set_value(5).run()
    assert app.session_state["playground"].sketch.step == 0
    assert not app.exception


def test_a_learning_rate_is_changed_on_the_way():
    app = open_page("playground", **{"data.source": "Moons", "data.points": "60", "model.hidden": "4", "epochs": "5"})
    button(app, "epoch").click().run()
    app.number_input(key="optimizer.learning_rate").set_value(0.1).run()
    held = app.session_state["playground"]
    assert held.sketch.epoch == 1
    assert [change.learning_rate for change in held.sketch.config.changes] == [0.1]


def test_a_run_made_on_the_playground_is_a_run_like_any_other(fresh_store, monkeypatch):
    from facelab.ui.playground import live as playground

    monkeypatch.setattr(playground, "submit", live.submit)
    app = open_page("playground", **{"data.source": "Moons", "data.points": "60", "model.hidden": "4", "epochs": "3"})
    button(app, "keep").click().run()
    (run,) = fresh_store.all()
    assert (run.status, run.config.data.source, run.config.epochs) == ("finished", "moons", 3)
    app = open_page("playground", run=run.id)
    assert not app.exception
