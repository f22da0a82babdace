"""Searching from the page: what can be asked for, and what is shown of the answer."""

import pytest
from streamlit.testing.v1 import AppTest

from facelab.runs import RunConfig, searching
from facelab.runs.search import best_trial, trials
from facelab.runs.spaces import Search, Space
from facelab.ui.compare import search_form
from facelab.ui.compare import searching as page_of_search
from tests.pages.harness import button, texts

QUERY = {
    "search.fields": "2",
    "search.trials": "5",
    "search.prune": "false",
    "search.space.0": "0.001 to 0.1 log",
    "search.field.1": "Depth",
    "search.space.1": "1, 2",
}


def page():
    from facelab.runs import RunConfig
    from facelab.ui.compare import searching

    split = {"train": 0.5, "validation": 0.25, "test": 0.25}
    data = {"source": "moons", "points": 100, "split": split}
    settings = {"data": data, "model": {"kind": "mlp", "hidden": [4]}, "batch_size": 10, "epochs": 3}
    searching.show(RunConfig.parse(settings))


def page_without_validation():
    from facelab.runs import RunConfig
    from facelab.ui.compare import searching

    data = {"source": "moons", "split": {"train": 0.5, "validation": 0, "test": 0.5}}
    searching.show(RunConfig.parse({"data": data, "model": {"kind": "mlp"}}))


def page_with_a_wrong_setting():
    from facelab.ui.compare import searching

    searching.show(None)


def open_search(script=page, **query):
    app = AppTest.from_function(script, default_timeout=120)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


@pytest.fixture(autouse=True)
def search_here(fresh_store, monkeypatch):
    """In this process instead of on a worker."""

    def submit(plan, store):
        searching.queue(plan, store)
        searching.execute_search(plan.model_dump_json(), store.url)
        return plan.id

    monkeypatch.setattr(page_of_search, "submit_search", submit)
    return fresh_store


@pytest.mark.parametrize(
    ("text", "space"),
    [
        ("0.0001 to 1 log", {"low": 0.0001, "high": 1, "log": True}),
        (" 1 TO 8 ", {"low": 1, "high": 8, "log": False}),
        ("0 to 0.5 step 0.1", {"low": 0, "high": 0.5, "log": False, "step": 0.1}),
        ("1e-6 to 1e-1 LOG", {"low": 1e-6, "high": 0.1, "log": True}),
        ("16, 32", {"choices": [16, 32]}),
        ("off, on", {"choices": [False, True]}),
        ("", {"choices": []}),
    ],
)
def test_values_are_typed_as_a_range_or_as_choices(text, space):
    assert search_form.space_of("seed", text) == {"field": "seed"} | space


def test_every_preset_is_a_space():
    data = {"source": "moons", "split": {"train": 0.5, "validation": 0.25, "test": 0.25}}
    base = RunConfig.parse({"data": data, "model": {"kind": "mlp", "hidden": [8]}})
    spaces = [search_form.space_of(field, text) for field, text in search_form.SPACES.items()]
    assert len(Search.parse({"base": base, "spaces": spaces}).distributions()) == len(spaces)


def test_a_search_from_the_page_is_kept_and_reopened(fresh_store):
    app = button(open_search(**QUERY), "start search").click().run()
    assert not app.exception
    plan = searching.find(app.query_params["search"], fresh_store)
    done = trials(plan, fresh_store)
    assert len(done) == 5
    best = best_trial(done)
    test = fresh_store.get(best.run_id).test_accuracy
    app = open_search(search=plan.id)
    assert not app.exception
    assert f"**trial {best.number}**, {100 * best.accuracy:.1f} %" in texts(app)
    assert f"test accuracy is {100 * test:.1f} % (95 % interval" in texts(app)
    assert len(app.get("plotly_chart")) == 3
    assert app.dataframe[0].value["Trial"].tolist() == list(range(5))
    assert set(app.dataframe[0].value["Depth"]) <= {1, 2}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"search.space.0": "1 to 0.1"}, "low must be at most high"),
        ({"search.space.0": "0 to 1 log"}, "needs a low above 0"),
        ({"search.space.0": "-1 to 1"}, "learning_rate"),
        ({"search.space.0": ""}, "no choices"),
        ({"search.space.0": "0.1, fast"}, "learning_rate"),
        ({"search.space.0": "1.2.3 to 4"}, "low"),
        ({"search.field.1": "Learning rate"}, "can be searched once"),
    ],
)
def test_bad_input_gets_one_sentence_and_no_search(query, said, fresh_store):
    app = open_search(**QUERY | query)
    assert not app.exception
    assert len(app.error) == 1
    assert said in app.error[0].value
    assert button(app, "start search").disabled


def test_without_validation_there_is_nothing_to_choose_by():
    assert "chooses by validation" in open_search(page_without_validation).error[0].value


def test_where_the_base_is_wrong_nothing_can_be_started():
    app = open_search(page_with_a_wrong_setting)
    assert not app.exception
    assert button(app, "start search").disabled


def test_a_search_that_is_gone_is_said_to_be_gone():
    app = open_search(search="search-none")
    assert not app.exception
    assert "no search search-none" in app.warning[0].value


def test_a_search_is_deleted_and_its_runs_stay(fresh_store):
    app = button(open_search(**QUERY), "start search").click().run()
    button(app, "delete search").click().run()
    assert not app.exception
    assert "search" not in app.query_params
    assert len(fresh_store.all()) == 5


def test_a_search_that_waits_can_be_stopped_and_gone_on_with(fresh_store, monkeypatch):
    here = page_of_search.submit_search
    monkeypatch.setattr(page_of_search, "submit_search", lambda plan, store: searching.queue(plan, store) or plan.id)
    app = button(open_search(**QUERY), "start search").click().run()
    plan = searching.find(app.query_params["search"], fresh_store)
    assert "0 of 5 trials" in app.get("progress")[0].proto.text
    button(app, "start search").click().run()
    assert "going on already" in app.error[0].value
    button(app, "stop search").click().run()
    assert not searching.waits(plan, fresh_store)
    monkeypatch.setattr(page_of_search, "submit_search", here)
    app = open_search(search=plan.id)
    button(app, "resume search").click().run()
    assert not app.exception
    assert searching.standing(plan, fresh_store).status == "finished"


@pytest.mark.parametrize("text", [*search_form.SPACES.values(), "0 to 0.5 step 0.1", "1e-06 to 0.1 log"])
def test_a_space_is_written_as_it_is_read(text):
    space = search_form.space_of("seed", text)
    again = search_form.space_of("seed", search_form.text_of_space(Space.parse(space)))
    assert Space.parse(again) == Space.parse(space)


def test_an_earlier_search_is_opened_with_its_settings():
    found = button(open_search(**QUERY), "start search").click().run().query_params["search"]
    app = open_search()
    app.selectbox(key="earlier searches").select(found).run()
    assert not app.exception
    assert app.query_params["search"] == found
    assert app.number_input(key="search.trials").value == 5
    assert [app.text_input(key=f"search.space.{index}").value for index in range(2)] == ["0.001 to 0.1 log", "1, 2"]
    assert "Best by validation accuracy" in texts(app)
