"""Runs side by side: the table, the ticked runs in the address, and what is drawn of them."""

import numpy as np
import pytest
import sqlalchemy as sql
from streamlit.testing.v1 import AppTest

from facelab.analysis import differing_settings
from facelab.runs import RunConfig
from facelab.runs.job import execute
from facelab.ui.compare import side, side_table
from tests.pages.harness import button, texts

POINTS = RunConfig.parse(
    {
        "data": {"source": "xor", "points": 60, "split": {"train": 0.5, "validation": 0.25, "test": 0.25}},
        "model": {"kind": "mlp", "hidden": [4]},
        "epochs": 3,
        "batch_size": 10,
    }
)


def page():
    from facelab.ui.compare import side

    side.show()


def open_side(**query):
    app = AppTest.from_function(page, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def made(store, name, trained=True, **changes):
    """A run on points, by name."""
    run_id = store.create(POINTS.replace({field.replace("__", "."): value for field, value in changes.items()}), name)
    if trained:
        execute(run_id, 1, store.url)
    return run_id


def unreadable(store, run_id):
    engine = sql.create_engine(store.url)
    with engine.begin() as connection:
        connection.exec_driver_sql('UPDATE runs SET config = \'{"from": "another time"}\' WHERE id = ?', (run_id,))
    engine.dispose()


@pytest.fixture
def three(fresh_store):
    """Two trained runs of different rates, and one that waits."""
    rates = {"slow": 0.002, "fast": 0.5}
    ids = {name: made(fresh_store, name, optimizer__learning_rate=rate) for name, rate in rates.items()}
    return ids | {"waiting": made(fresh_store, "waiting", trained=False, batch_size=5)}


def test_without_runs_it_says_so():
    app = open_side()
    assert not app.exception
    assert "no runs yet" in texts(app)


def test_every_run_is_listed_and_no_history_is_read(three, fresh_store, monkeypatch):
    monkeypatch.setattr(type(fresh_store), "histories", lambda *args: pytest.fail("nothing was ticked"))
    app = open_side()
    assert not app.exception
    assert sorted(app.dataframe[0].value["Name"]) == ["fast", "slow", "waiting"]
    assert "0 ticked" in texts(app)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("fast", ["fast"]),
        ("learning_rate=0.002", ["slow"]),
        ("XOR batch_size=10", ["fast", "slow"]),
        ("for class", ["waiting"]),
        ("nonsense", []),
    ],
)
def test_the_filter_looks_at_names_tags_notes_and_settings(text, names, three, fresh_store):
    fresh_store.annotate(three["waiting"], tags="keep", note="Show it for the class.")
    app = open_side(**{"side.filter": text})
    assert not app.exception
    assert sorted(name for table in app.dataframe for name in table.value["Name"]) == names
    assert ("No run has all these words" in texts(app)) == (not names)


def test_a_link_reopens_the_comparison(three, fresh_store):
    app = open_side(runs=f"{three['slow']},{three['fast']}")
    assert not app.exception
    assert len(app.get("plotly_chart")) == 2 + 2, "loss and accuracy, and two confusions"
    _, differing, metrics = (table.value for table in app.dataframe)
    assert list(differing.columns) == ["Run", "Learning rate"]
    assert differing["Learning rate"].tolist() == [0.002, 0.5]
    for row, name in enumerate(("slow", "fast")):
        epochs = fresh_store.history(three[name]).epochs
        assert metrics["Run"][row] == name
        assert metrics["Training loss, best"][row] == pytest.approx(np.nanmin(epochs["train_loss"]))
        assert metrics["Validation accuracy, last (%)"][row] == pytest.approx(100 * epochs["validation_accuracy"][-1])


@pytest.mark.parametrize("axis", ["Step", "Seconds"])
@pytest.mark.parametrize("split", ["Training", "Test"])
def test_curves_by_step_and_seconds_of_every_split(axis, split, three):
    app = open_side(runs=",".join(three.values()), **{"side.axis": axis, "side.split": split, "side.smoothing": "0.5"})
    assert not app.exception
    titles = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert f"{split} loss (nats)" in titles[0]


def test_runs_that_are_gone_are_said_to_be_gone(three):
    app = open_side(runs=f"no-such-run,{three['slow']}")
    assert not app.exception
    assert "no-such-run" in app.warning[0].value
    assert "1 ticked" in texts(app)


def test_more_than_twenty_are_not_compared(fresh_store):
    ids = [made(fresh_store, f"run {number}", trained=False, seed=number) for number in range(21)]
    app = open_side(runs=",".join(ids))
    assert not app.exception
    assert "21 are ticked" in texts(app)
    assert not app.get("plotly_chart")


def test_ticking_keeps_what_the_filter_hides(three, monkeypatch):
    state, address = {"table": {"selection": {"rows": [1]}}}, {"runs": f"{three['slow']},{three['fast']}"}
    monkeypatch.setattr(side_table.st, "session_state", state)
    monkeypatch.setattr(side_table.st, "query_params", address)
    side_table._tick("table", [three["fast"], three["waiting"]])
    assert address["runs"] == f"{three['slow']},{three['waiting']}"


def test_unticking_empties_the_address(three):
    app = open_side(runs=three["slow"])
    button(app, "side untick").click().run()
    assert not app.exception
    assert ("runs" in app.query_params, "0 ticked" in texts(app)) == (False, True)


def test_tags_and_note_of_all_ticked_runs_are_changed(three, fresh_store):
    fresh_store.annotate(three["slow"], tags="old", note="mine")
    app = open_side(runs=f"{three['slow']},{three['fast']}")
    (tags,) = [field for field in app.text_input if field.label == "Tags"]
    tags.set_value("lesson 3")
    button(app, "side save").click().run()
    assert not app.exception
    assert {fresh_store.get(three[name]).tags for name in ("slow", "fast")} == {"lesson 3"}
    assert fresh_store.get(three["slow"]).note == "mine", "what was not changed is kept"
    assert fresh_store.get(three["waiting"]).tags == ""


def test_ticked_runs_are_deleted_from_the_store_and_the_address(three, fresh_store):
    app = open_side(runs=f"{three['slow']},{three['fast']}")
    assert "gone for good" in texts(app)
    button(app, "side delete").click().run()
    assert not app.exception
    assert [run.name for run in fresh_store.all()] == ["waiting"]
    assert "runs" not in app.query_params


def test_a_run_of_another_version_is_listed_compared_and_deleted(three, fresh_store):
    unreadable(fresh_store, three["slow"])
    app = open_side(runs=f"{three['slow']},{three['fast']}", **{"side.axis": "Seconds"})
    assert not app.exception
    assert "slow has settings of another version" in texts(app)
    assert len(app.dataframe[0].value) == 3
    button(app, "side delete").click().run()
    assert [run.name for run in fresh_store.all()] == ["waiting"]


def test_a_run_of_another_version_cannot_be_opened(three, fresh_store):
    unreadable(fresh_store, three["slow"])
    assert button(open_side(runs=three["slow"]), "side open").disabled
    assert not button(open_side(runs=three["fast"]), "side open").disabled


def test_the_downloaded_table_is_that_which_is_shown(three, fresh_store):
    runs = side_table.matching(fresh_store.all(), "learning_rate=0.5")
    header, row = side_table.frame(runs).to_csv(index=False).splitlines()
    assert row.startswith(f"{three['fast']},fast,,Finished,xor,0.5,3.0,")
    assert len(header.split(",")) == len(row.split(","))


def test_names_that_are_the_same_are_numbered(fresh_store):
    for name in ("a", "b", "a", "long" * 20):
        made(fresh_store, name, trained=False)
    runs = sorted(fresh_store.all(), key=lambda run: run.id)
    assert sorted(side._labels(runs)) == ["a (1)", "a (2)", "b", ("long" * 20)[:39] + "…"]


def test_settings_are_said_in_words():
    configs = [POINTS, POINTS.replace({"model.batch_norm": True, "model.hidden": [], "optimizer.learning_rate": 0.5})]
    columns = {name: side._column(values) for name, values in differing_settings(configs).items()}
    assert columns["model.batch_norm"] == ["off", "on"]
    assert columns["model.hidden"] == ["4", "none"]
    assert columns["optimizer.learning_rate"] == [POINTS.optimizer.learning_rate, 0.5]
