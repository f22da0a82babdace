"""`Sweep`: which runs it stands for, and what is wrong with one in one sentence."""

import pytest

from facelab.errors import SettingsError
from facelab.runs import RunConfig, Sweep, Vary
from facelab.runs.sweep import names_of, values_of

BASE = RunConfig.parse({"data": {"source": "moons"}, "model": {"kind": "mlp", "hidden": [4, 9]}, "seed": 5})


def sweep(*vary, **settings):
    return Sweep.parse(
        {"base": BASE, "vary": [{"field": field, "values": values} for field, values in vary]} | settings
    )


def labels(*vary, **settings):
    return [member.label for member in sweep(*vary, **settings).members()]


def test_a_grid_has_every_combination():
    members = sweep(("optimizer.learning_rate", [1, 0.1]), ("model.batch_norm", [True, False])).members()
    found = [(member.config.optimizer.learning_rate, member.config.model.batch_norm) for member in members]
    assert found == [(1, True), (1, False), (0.1, True), (0.1, False)]
    assert members[1].values == {"optimizer.learning_rate": 1, "model.batch_norm": False}
    assert members[1].label == "learning rate 1, batch norm off"


def test_fields_of_one_name_keep_their_dots():
    assert names_of(["optimizer.name", "model.dropout"]) == {"optimizer.name": "optimizer", "model.dropout": "dropout"}
    assert names_of(["data.size", "model.size", "epochs"]) == {
        "data.size": "data.size",
        "model.size": "model.size",
        "epochs": "epochs",
    }


def test_pairs_go_together():
    vary = ("batch_size", [1, 16, 128]), ("epochs", [1, 1, 50])
    assert labels(*vary, how="pairs") == [
        "batch size 1, epochs 1",
        "batch size 16, epochs 1",
        "batch size 128, epochs 50",
    ]


def test_repeats_differ_in_their_seed_and_name_but_not_in_their_label():
    members = sweep(("epochs", [1, 2]), repeats=3).members()
    assert [member.config.seed for member in members] == [5, 6, 7] * 2
    assert [member.repeat for member in members] == [0, 1, 2] * 2
    assert {member.label for member in members[3:]} == {"epochs 2"}
    assert [member.name for member in members[:2]] == ["epochs 1", "epochs 1, repeat 2"]


def test_depth_and_width_rewrite_the_hidden_layers():
    assert [member.config.model.hidden for member in sweep(("depth", [0, 3])).members()] == [(), (9, 9, 9)]
    assert [member.config.model.hidden for member in sweep(("width", [2])).members()] == [(2, 2)]
    assert [member.config.model.hidden for member in sweep(("depth", [3]), ("width", [2])).members()] == [(2, 2, 2)]
    mixed = sweep(("width", [3]), ("model.hidden", [[1], [1, 1]]))
    assert [member.config.model.hidden for member in mixed.members()] == [(3,), (3, 3)]


def test_values_in_words():
    assert labels(("optimizer.name", ["sgd"])) == ["optimizer sgd"]
    assert labels(("model.hidden", [[300, 30], []])) == ["hidden 300-30", "hidden none"]
    assert labels(("optimizer.weight_decay", [1e-5])) == ["weight decay 1e-05"]


def test_a_value_that_is_left_open_is_none():
    pairs = RunConfig.parse({"data": {"source": "pairs"}, "model": {"kind": "siamese"}})
    assert labels(("model.margin", [None, 0.5]), base=pairs) == ["margin none", "margin 0.5"]


@pytest.mark.parametrize(("kind", "source"), [("residual", "generated"), ("siamese", "pairs")])
@pytest.mark.parametrize("field", ["depth", "width"])
def test_depth_and_width_are_of_hidden_layers(kind, source, field):
    base = RunConfig.parse({"data": {"source": source}, "model": {"kind": kind}})
    with pytest.raises(
        SettingsError, match=rf"^Depth and width are of model\.hidden, which a {kind} network does not h"
    ):
        sweep((field, [2]), base=base)


def test_json_brings_back_an_equal_sweep():
    one = sweep(("model.hidden", [[3], [4, 4]]), ("model.dropout", [0, 0.5]), repeats=2, gradients=True)
    assert Sweep.parse(one.model_dump_json()) == one
    assert hash(Sweep.parse(one.model_dump())) == hash(one)


def test_a_summary_says_what_varies():
    assert sweep(("depth", [1]), ("epochs", [3])).summary() == "Depth and epochs: MLP 4-9, adam 0.001, moons"


@pytest.mark.parametrize(
    ("vary", "settings", "sentence"),
    [
        (
            [("optimizer.learning_rate", [-1])],
            {},
            "optimizer.learning_rate must be above 0 and at most 100, but is -1.",
        ),
        ([("optimizer.rate", [1])], {}, "There is no setting optimizer.rate."),
        ([("seed", [1, 1])], {}, "Seed 1 is there twice: give every value once."),
        ([("seed", [1]), ("seed", [2])], {}, "seed varies twice: give all its values at once."),
        (
            [("epochs", [1, 2]), ("seed", [1])],
            {"how": "pairs"},
            "Pairs need equally many values of every field, but epo",
        ),
        ([("depth", [1.5])], {}, "depth must be a whole number at least 0 and at most 200, but is 1.5."),
        ([("depth", [10**9])], {}, "depth must be a whole number at least 0 and at most 200, but is 1000000000."),
        ([("depth", ["deep"])], {}, "depth must be a whole number at least 0 and at most 200, but is 'deep'."),
        ([("width", [0])], {}, "model.hidden.0 must be a whole number at least 1 and at most 8192, but is 0."),
        ([("model.kind", ["convnet"])], {}, "Only a multilayer perceptron takes points, and moons are points: set "),
        ([("seed", list(range(101)))], {"repeats": 10}, "This sweep has 1,010 members, but at most 1,000 are trained:"),
        ([("seed", [1])], {"repeats": 21}, "repeats must be a whole number at least 1 and at most 20, but is 21."),
        ([], {}, "vary must be a list at least 1 and at most 10 long, but is []."),
    ],
)
def test_a_wrong_sweep_is_one_sentence(vary, settings, sentence):
    with pytest.raises(SettingsError) as caught:
        sweep(*vary, **settings)
    assert str(caught.value).startswith(sentence)


def test_without_values_there_is_nothing_to_vary():
    with pytest.raises(SettingsError, match=r"^epochs has no values to vary over: give at least one\.$"):
        Vary.parse({"field": "epochs", "values": []})


def test_a_network_without_hidden_layers_has_no_width():
    with pytest.raises(SettingsError, match="Depth and width need a base with a hidden layer"):
        Sweep.parse({"base": BASE.replace({"model.hidden": []}), "vary": [{"field": "depth", "values": [2]}]})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1, 0.1", [1, 0.1]),
        ("off, ON, true", [False, True, True]),
        ("relu, sgd ,", ["relu", "sgd"]),
        ("[16, 16], [8]", [[16, 16], [8]]),
        ("  ", []),
        ("[" * 100_000, ["[" * 100_000]),
        ("9" * 5000, ["9" * 5000]),
    ],
)
def test_values_are_read_from_text(text, values):
    assert values_of(text) == values
