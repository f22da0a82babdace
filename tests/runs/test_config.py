"""`RunConfig`: one run's every setting, through JSON and back, and wrong in one sentence."""

import pytest

from facelab.errors import SettingsError
from facelab.runs import RunConfig

PAIRS = {"data": {"source": "pairs"}}
NOTHING = {"kind": "siamese", "embedding": 0, "branch": {"kind": "mlp", "hidden": []}}
TOGETHER = (
    "A Siamese network and pairs go together: set model.kind to siamese and data.source to pairs or lfw_pairs, or"
)


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
        ({"kind": "residual", "widths": [8, 16], "blocks": 2}, "ResNet 8-16, adam 0.001, generated"),
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


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        ({"source": "lfw_pairs", "size": 105, "grey": True}, (1, 105, 105)),
        ({"source": "pairs", "faces": {"source": "lfw", "size": 48}}, (3, 48, 48)),
        ({"source": "pairs", "grey": True}, (1, 64, 64)),
    ],
)
def test_a_run_may_be_about_pairs(data, shape):
    model = {"kind": "siamese", "branch": {"kind": "convnet", "hidden": [9]}, "loss": "binary", "embedding": 0}
    config = RunConfig.parse({"data": data, "model": model})
    assert (config.subject, config.input_shape) == ("pairs", shape)
    assert config.summary() == f"Siamese ConvNet 16-32-64-9, binary, adam 0.001, {data['source']}"
    assert RunConfig.parse(config.model_dump_json()) == config
    assert hash(RunConfig.parse(config.model_dump())) == hash(config)


def test_pixels_themselves_can_be_weighed():
    assert RunConfig.parse(PAIRS | {"model": NOTHING | {"loss": "binary"}}).model.branch.hidden == ()


def test_changing_to_pairs_takes_a_change_of_network_along():
    changes = {"data.source": "pairs", "model.kind": "siamese", "data.grey": True, "model.branch.widths": [4]}
    config = RunConfig().replace(changes)
    assert (config.data.grey, config.model.branch.widths) == (True, (4,))


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
        ({"data": {"source": "xor"}}, "Only a multilayer perceptron takes points, and xor are points: set"),
        (
            {"data": {"source": "xor"}, "model": {"kind": "siamese"}},
            "Only a multilayer perceptron takes points, and xor",
        ),
        ({"data": {"source": "pairs"}}, TOGETHER),
        ({"data": {"source": "lfw_pairs"}, "model": {"kind": "residual"}}, TOGETHER),
        ({"model": {"kind": "siamese"}}, TOGETHER),
        (
            PAIRS | {"model": NOTHING},
            "There is nothing to learn: give model.branch.hidden a layer, or model.embedding a",
        ),
        (PAIRS | {"model": {"kind": "siamese", "loss": "arc"}}, "model.loss must be one of 'binary', 'contrastive',"),
        (
            PAIRS | {"model": {"kind": "siamese", "branch": {"kind": "siamese"}}},
            "model.branch.kind is 'siamese', but must",
        ),
        (
            {"data": {"source": "lfw_pairs", "size": 256}, "model": {"kind": "siamese"}},
            "data.size must be a whole number",
        ),
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
