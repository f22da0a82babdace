"""The Train page where the question is whether two photos show one person."""

import pytest

from facelab.labs import siamese
from facelab.labs.siamese import EXPERIMENTS, Measured
from facelab.runs import RunConfig
from facelab.ui.forms.data import BEGINNINGS
from tests.pages.harness import button, open_page, texts

TINY = {
    "data.source": "Pairs of any faces",
    "data.faces.people": "12",
    "data.faces.photos": "5",
    "data.faces.size": "28",
    "data.pairs": "60",
    "model.branch.kind": "ResNet",
    "model.branch.widths": "4, 8",
    "model.embedding": "8",
    "epochs": "2",
    "batch_size": "16",
    "seed": "1",
}


def open_pairs(**query: str):
    return open_page("train", tiny=False, **(TINY | query))


def control(app, kind: str, key: str):
    return next(widget for widget in app.get(kind) if widget.key == key)


def test_a_link_to_pairs_opens_with_pairs():
    app = open_pairs()
    assert not app.exception
    assert not app.error
    assert control(app, "button_group", "question").value == "pairs"
    assert "pairs to train on" in texts(app)


def test_the_question_brings_settings_that_suit_and_takes_them_back(monkeypatch):
    small = siamese.PAIRS.replace({"data.faces.people": 12, "data.faces.photos": 5, "data.faces.size": 28})
    monkeypatch.setitem(BEGINNINGS, "pairs", small)
    app = open_page("train")
    control(app, "button_group", "question").set_value("pairs").run()
    assert not app.exception
    assert control(app, "selectbox", "data.source").value == "pairs"
    assert control(app, "selectbox", "model.loss").value == "margin_softmax"
    assert control(app, "button_group", "model.branch.kind").value == "residual"
    control(app, "button_group", "question").set_value("faces")
    monkeypatch.setitem(
        BEGINNINGS, "faces", RunConfig().replace({"data.people": 4, "data.photos": 10, "data.size": 28})
    )
    app.run()
    assert not app.exception
    assert control(app, "button_group", "model.kind").value == "convnet"


@pytest.mark.parametrize("loss", ["Binary cross-entropy", "Contrastive", "Triplet", "Margin softmax"])
def test_training_from_the_page_keeps_a_run(loss, fresh_store):
    app = button(open_pairs(**{"model.loss": loss}), "train").click().run()
    assert not app.exception
    (run,) = fresh_store.all()
    assert (run.status, run.message) == ("finished", "")
    low, high = run.test_interval
    assert f"{100 * low:.1f} % to {100 * high:.1f} %" in texts(
        app
    ) or f"{100 * low:.1f} to {100 * high:.1f} %" in texts(app)
    charts = [chart.proto.id for chart in app.get("plotly_chart")]
    assert len(charts) >= 5  # loss, accuracy, drift, histogram, gallery
    assert run.config.model.loss == loss.lower().replace(" ", "_").replace("_cross-entropy", "")


def test_wrong_settings_get_one_sentence(fresh_store):
    app = open_pairs(**{"model.branch.widths": "4, x"})
    assert not app.exception
    assert len(app.error) == 1
    assert "model.branch.widths.1" in app.error[0].value
    assert button(app, "train").disabled


def test_pairs_need_people_enough():
    app = open_pairs(**{"data.faces.people": "2"})
    assert not app.exception
    assert "This choice of faces has 2 people" in app.error[0].value


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_an_experiment_fills_every_control(number):
    app = open_pairs()
    title = f"Experiment {number}: {EXPERIMENTS[number].title}"
    control(app, "selectbox", "experiment").set_value(title).run()
    assert not app.exception
    wanted = EXPERIMENTS[number].config
    assert control(app, "number_input", "batch_size").value == wanted.batch_size
    assert control(app, "number_input", "model.branch.blocks").value == len(wanted.model.branch.blocks)
    assert control(app, "selectbox", "model.branch.hidden_activation").value == "sigmoid"
    assert "Published" in app.dataframe[0].value.columns


def test_what_was_measured_stands_beside_what_was_published(monkeypatch):
    names = ("train_loss", "validation_loss", "train_accuracy", "validation_accuracy")
    ours = Measured(
        curves={"epoch": [0, 1, 2]} | {name: [0.5, 0.6, 0.7] for name in names},
        best_epoch=1,
        ended="Stopped.",
        test_loss=0.61,
        test_right=680,
        test_total=1000,
        seconds=12.0,
        threads=2,
    )
    monkeypatch.setattr("facelab.ui.experiment.measured", lambda: {9: ours})
    app = open_pairs()
    title = f"Experiment 9: {EXPERIMENTS[9].title}"
    control(app, "selectbox", "experiment").set_value(title).run()
    assert not app.exception
    assert list(app.dataframe[0].value["Here"])[:2] == ["68.0 %", "0.610"]


def test_measured_experiments_are_published_ones():
    assert siamese.measured().keys() <= EXPERIMENTS.keys()


def test_the_distortions_of_the_paper_are_a_click_away():
    app = button(open_pairs(), "distortions").click().run()
    assert not app.exception
    assert control(app, "number_input", "augmentation.chance").value == 0.5
    assert control(app, "number_input", "augmentation.rotate").value == 10
