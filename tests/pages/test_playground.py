"""The Playground answers: its modes, its lessons, its drawing, its film."""

import math

import pytest

from facelab.labs import LESSONS
from facelab.ui.playground import drawing, maps, rescue
from tests.pages.harness import button, open_page, texts

MOONS = {"data.source": "Moons", "data.points": "60", "model.hidden": "4", "epochs": "3"}
CROSSED = ";".join(f"{x},{y},{(x > 0) ^ (y > 0):d}" for x in (-3, -2, -1, 1, 2, 3) for y in (-3, -2, -1, 1, 2, 3))


def sketch(app):
    return app.session_state["playground"].sketch


def test_trains_by_step_and_epoch_and_keeps_its_network():
    app = open_page("playground", **MOONS)
    assert not app.exception
    button(app, "step").click().run()
    assert sketch(app).step == 1
    for _ in range(3):
        button(app, "epoch").click().run()
    assert sketch(app).end.outcome == "finished"
    app.number_input(key="seed").set_value(5).run()
    assert sketch(app).step == 0
    assert not app.exception


def test_a_learning_rate_is_changed_on_the_way():
    app = open_page("playground", **MOONS)
    button(app, "epoch").click().run()
    app.number_input(key="optimizer.learning_rate").set_value(0.1).run()
    assert sketch(app).epoch == 1
    assert [change.learning_rate for change in sketch(app).config.changes] == [0.1]


def test_a_batch_that_is_too_large_is_said_and_the_training_goes_on_without_it():
    app = open_page("playground", **MOONS)
    button(app, "epoch").click().run()
    app.number_input(key="batch_size").set_value(31).run()
    assert "only 30 examples" in app.error[0].value
    app.number_input(key="batch_size").set_value(8).run()
    assert not app.error
    button(app, "epoch").click().run()
    assert (sketch(app).epoch, app.exception) == (2, [])


def test_a_run_made_here_is_a_run_like_any_other(fresh_store):
    app = open_page("playground", **MOONS)
    button(app, "keep").click().run()
    (run,) = fresh_store.all()
    assert (run.status, run.config.data.source, run.config.epochs) == ("finished", "moons", 3)
    app = open_page("playground", run=run.id)
    assert not app.exception
    button(app, "leave run").click().run()
    assert ("run" in app.query_params, sketch(app).step, app.exception) == (False, 0, [])


def test_instant_mode_answers_a_control_with_a_whole_training():
    app = open_page("playground", mode="Instant", **MOONS)
    (first,) = app.session_state["instant"].values()
    assert (first.end.outcome, first.moments[-1].epoch) == ("finished", 3)
    app.number_input(key="optimizer.learning_rate").set_value(0.1).run()
    _, second = app.session_state["instant"].values()
    assert first.history["test_loss"][-1] != second.history["test_loss"][-1]
    assert not app.exception


def test_a_map_trains_a_network_for_every_pair_of_values():
    app = open_page("playground", mode="Map", **MOONS)
    app.selectbox(key="map.x").select("depth").run()
    app.selectbox(key="map.y").select("learning_rate").run()
    button(app, "draw map").click().run()
    made = app.session_state["map"]
    assert made.accuracy.shape == (10, 10)
    assert [len(config.model.hidden) for config in made.configs[0]] == list(range(10))
    assert [row[1].optimizer.learning_rate for row in made.configs] == list(maps.AXES["learning_rate"].values)
    assert not app.exception


def test_a_map_says_when_the_settings_have_changed_since():
    app = open_page("playground", mode="Map", **MOONS | {"epochs": "1"})
    button(app, "draw map").click().run()
    assert "changed since" not in texts(app)
    app.number_input(key="optimizer.learning_rate").set_value(0.3).run()
    assert "changed since" not in texts(app), "it goes through all learning rates anyway"
    app.number_input(key="seed").set_value(5).run()
    assert "changed since" in texts(app)


@pytest.mark.parametrize("name", [name for name in LESSONS if LESSONS[name].config().data.source != "countries"])
def test_a_lesson_sets_the_page(name):
    lesson = LESSONS[name]
    app = open_page("playground")
    app.pills(key="lesson").select(name).run()
    assert not app.exception
    assert lesson.watch in texts(app)
    for turned in range(1 + bool(lesson.turn[0])):
        if turned:
            button(app, "turn").click().run()
        shown = app.session_state["playground"].sketch.config if lesson.mode == "Live" else None
        assert shown in (None, lesson.config(bool(turned)))
        assert not app.exception


def test_divergence_offers_a_rate_that_holds():
    app = open_page("playground")
    app.pills(key="lesson").select("divergence").run()
    button(app, "epoch").click().run()
    assert "diverged at step" in app.warning[0].value
    button(app, "rescue").click().run()
    rate = app.number_input(key="optimizer.learning_rate").value
    assert 0.01 < rate < 3
    button(app, "epoch").click().run()
    assert (sketch(app).epoch, sketch(app).end) == (1, None)


def test_the_rate_that_held_is_not_searched_for_again(monkeypatch):
    asked = []
    monkeypatch.setattr(rescue, "highest_rate_that_holds", lambda *args: asked.append(args) or math.nan)
    app = open_page("playground")
    app.pills(key="lesson").select("divergence").run()
    button(app, "epoch").click().run()
    app.run()
    assert len(asked) == 1


def test_points_are_drawn_until_there_are_enough(monkeypatch):
    app = open_page("playground", **{"data.source": "Drawn by hand", "epochs": "3", "model.hidden": "4"})
    assert "at least 18 for batches of 8" in texts(app)
    app.text_input(key="data.drawn").set_value(CROSSED).run()
    assert (len(app.info), app.exception) == (0, [])
    button(app, "epoch").click().run()
    assert sketch(app).epoch == 1


def test_strokes_are_added_undone_and_cleared(monkeypatch):
    state = {}
    monkeypatch.setattr(drawing.st, "session_state", state)
    drawing.add([[1.0, -0.5, 0], [0.25, 0.1, 1]])
    drawing.add([[-2.0, 2.0, 1]])
    assert state["data.drawn"] == "3,-1.5,0;0.75,0.3,1;-6,6,1"
    drawing.undo()
    assert state["data.drawn"] == "3,-1.5,0;0.75,0.3,1"
    drawing.undo()
    assert state["data.drawn"] == ""
    state["data.drawn"] = "1,1,0;2,2,1"
    drawing.undo()
    assert state["data.drawn"] == "1,1,0"
    drawing.clear()
    assert state["data.drawn"] == ""


def test_three_classes_have_worst_borders():
    app = open_page("playground", **MOONS | {"data.source": "Blobs", "data.classes": "3", "data.noise": "1.5"})
    borders = app.dataframe[0].value
    assert borders["Confused"].is_monotonic_decreasing
    assert set(borders["Between"]) <= {"Blob 1 and Blob 2", "Blob 1 and Blob 3", "Blob 2 and Blob 3"}


@pytest.mark.parametrize("text", ["1,2", "9,9,0", "1,1,9", "<script>"])
def test_points_in_a_link_that_are_none_are_one_sentence(text):
    app = open_page("playground", **{"data.source": "Drawn by hand", "data.drawn": text})
    assert not app.exception
    assert "Point 1" in texts(app)
