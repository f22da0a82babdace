"""`RunConfig`: one run's every setting, through JSON and back, and wrong in one sentence."""

import pytest

from facelab.errors import SettingsError
from facelab.runs import RunConfig


def test_the_defaults_train_a_small_convnet_on_generated_faces():
    config = RunConfig()
    assert (config.data.source, config.model.kind, config.optimizer.name) == ("generated", "convnet", "adam")


def test_json_brings_back_an_equal_config():
    config = RunConfig.parse({"data": {"source": "folder", "path": "x"}, "model": {"kind": "mlp", "hidden": [3, 4]}})
    assert RunConfig.parse(config.model_dump_json()) == config
    assert hash(RunConfig.parse(config.model_dump())) == hash(config)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ({"kind": "mlp", "hidden": []}, "MLP linear, adam 0.001, generated"),
        ({"kind": "mlp", "hidden": [300, 30]}, "MLP 300-30, adam 0.001, generated"),
        ({"kind": "mlp", "hidden": [9] * 20}, "MLP 9-9-9-…-9-9, adam 0.001, generated"),
        ({"kind": "convnet"}, "ConvNet 16-32-64-128, adam 0.001, generated"),
    ],
)
def test_a_summary_tells_a_run_from_its_neighbours(model, words):
    assert RunConfig.parse({"model": model}).summary() == words


def test_a_run_may_be_about_points():
    config = RunConfig.parse({"data": {"source": "countries", "features": ["x", "y", "xy"]}, "model": {"kind": "mlp"}})
    assert config.subject == "points"
    assert config.summary() == "MLP 128, adam 0.001, countries"
    assert RunConfig.parse(config.model_dump_json()) == config
    assert RunConfig().subject == "faces"


def test_changing_to_points_takes_a_change_of_network_along():
    changes = {"data.noise": 0.3, "model.hidden": [4], "data.source": "spirals", "model.kind": "mlp"}
    config = RunConfig().replace(changes)
    assert (config.data.source, config.data.noise, config.model.hidden) == ("spirals", 0.3, (4,))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"epochs": 0}, "epochs must be a whole number at least 1 and at most 10000, but is 0."),
        ({"optimizer": {"learning_rate": -1}}, "optimizer.learning_rate must be above 0 and at most 100, but is -1."),
        ({"data": {"people": 1}}, "data must say which kind it is ('source')."),
        ({"data": {"source": "generated", "people": 1}}, "data.people must be a whole number at least 2"),
        ({"data": {"source": "xor"}}, "A ConvNet needs photos, but xor are points: set model.kind to mlp."),
        ({"data": {"source": "xor", "noise": 9}}, "data.noise must be at least 0 and at most 2, but is 9."),
        ({"data": {"source": "drawn", "drawn": "1,2"}}, "data.drawn: Point 1 is '1,2', but a point is x,y,class"),
        ({"data": {"source": "pentagon"}}, "data.source is 'pentagon', but must be one of 'generated', 'lfw',"),
        ({"epoch": 3}, "There is no setting epoch."),
    ],
)
def test_a_wrong_value_is_one_sentence_with_field_and_range(values, sentence):
    with pytest.raises(SettingsError) as caught:
        RunConfig.parse(values)
    assert str(caught.value).startswith(sentence)


def test_changes_by_dotted_name():
    config = RunConfig().replace({"model.kind": "mlp", "optimizer.name": "sgd"})
    assert (config.model.kind, config.optimizer.name) == ("mlp", "sgd")
