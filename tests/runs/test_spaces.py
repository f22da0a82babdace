"""Spaces, and what is said of bad ones."""

import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

from facelab.errors import SettingsError
from facelab.runs import RunConfig
from facelab.runs.spaces import Search, Space, settings_of

NAME, NORM = "optimizer.name", "model.batch_norm"
RATE = {"field": "optimizer.learning_rate", "low": 1e-4, "high": 1.0, "log": True}
BASE = RunConfig.parse({"model": {"kind": "mlp", "hidden": [4]}})


def small(**changes):
    return Search.parse({"base": BASE.model_dump(), "spaces": [RATE]} | changes)


@pytest.mark.parametrize(
    ("space", "sentence"),
    [
        (RATE | {"low": 2.0}, "optimizer.learning_rate: low must be at most high, but 2 is above 1."),
        (RATE | {"low": 0.0}, "optimizer.learning_rate: a logarithmic space needs a low above 0, but low is 0."),
        (RATE | {"step": 1}, "optimizer.learning_rate: a logarithmic space has no steps, so leave out log or step."),
        (RATE | {"high": 1000}, "optimizer.learning_rate must be above 0 and at most 100, but is 1000.0."),
        ({"field": NAME, "choices": []}, "optimizer.name has no choices: give at least one."),
        (
            {"field": NAME, "choices": ["sgd", "adan"]},
            "optimizer.name must be one of 'sgd', 'adam', 'adamw' or 'rmsprop', but is 'adan'.",
        ),
        (
            {"field": NAME, "choices": ["sgd"], "low": 1},
            "optimizer.name has choices: leave out low, high, log and step.",
        ),
        ({"field": NAME, "low": 1, "high": 2}, "optimizer.name is no number: give choices instead of low and high."),
        ({"field": NORM, "low": 0, "high": 1}, "model.batch_norm is no number: give choices instead of low and high."),
        ({"field": "depth", "low": 1, "high": 2.5}, "depth takes whole numbers: low, high and step must be whole."),
        ({"field": "depth", "low": 1, "high": 4, "step": 2}, "depth: steps of 2 from 1 do not end at 4."),
        ({"field": "width", "low": 1}, "width needs low and high, or choices."),
        (
            {"field": "width", "low": 0, "high": 8},
            "model.hidden.0 must be a whole number at least 1 and at most 8192, but is 0.",
        ),
        (
            {"field": "depth", "choices": ["deep"]},
            "depth must be a whole number at least 0 and at most 200, but is 'deep'.",
        ),
        ({"field": "patience", "low": 0, "high": 8}, "There is no setting patience."),
    ],
)
def test_a_bad_space_gets_one_plain_sentence(space, sentence):
    with pytest.raises(SettingsError) as error:
        small(spaces=[space])
    assert str(error.value) == sentence


def test_a_setting_is_searched_once():
    with pytest.raises(SettingsError, match=r"optimizer\.learning_rate can be searched once, but has 2 spaces"):
        small(spaces=[RATE, RATE])
    with pytest.raises(SettingsError, match="spaces must be a list at least 1 and at most 10 long"):
        small(spaces=[])


def test_the_budget_does_not_tell_searches_apart():
    assert small(trials=9, seconds=3).id == small().id
    assert small(seed=1).id != small().id


def test_a_search_round_trips_through_json():
    plan = small(spaces=[RATE, {"field": NORM, "choices": [True, False]}, {"field": "depth", "low": 1, "high": 3}])
    assert Search.parse(plan.model_dump_json()) == plan
    assert Search.parse(plan.model_dump_json()).spaces[1].choices == (True, False)


def test_a_search_needs_validation_examples():
    with pytest.raises(SettingsError, match="chooses by validation"):
        small(base={"data": {"source": "moons"}, "model": {"kind": "mlp"}})


def test_depth_and_width_shape_the_hidden_layers():
    assert settings_of(BASE, {"depth": 3}).model.hidden == (4, 4, 4)
    assert settings_of(BASE, {"width": 7, "epochs": 2}).model.hidden == (7,)
    assert settings_of(BASE, {"depth": 2, "width": 7}).model.hidden == (7, 7)
    with pytest.raises(SettingsError, match="need a base with a hidden layer"):
        settings_of(BASE.replace({"model.hidden": []}), {"depth": 2})


@pytest.mark.parametrize(
    ("space", "expected"),
    [
        (RATE, FloatDistribution(1e-4, 1.0, log=True)),
        ({"field": "depth", "low": 2, "high": 10, "step": 2}, IntDistribution(2, 10, step=2)),
        ({"field": "model.dropout", "low": 0.1, "high": 0.7, "step": 0.2}, FloatDistribution(0.1, 0.7, step=0.2)),
        ({"field": "batch_size", "low": 8, "high": 64, "log": True}, IntDistribution(8, 64, log=True)),
        ({"field": NAME, "choices": ["adam", "sgd"]}, CategoricalDistribution(["adam", "sgd"])),
    ],
)
def test_spaces_as_optuna_has_them(space, expected):
    assert small(spaces=[space]).distributions() == {Space.parse(space).field: expected}
