"""Every page opens and answers its controls, in Streamlit's own test harness."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from facelab.runs import RunStore
from facelab.runs.job import execute
from facelab.ui import live, services

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
