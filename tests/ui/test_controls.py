"""Settings, controls and addresses say the same."""

import pytest

from facelab.models import PRESETS
from facelab.runs import RunConfig
from facelab.ui.controls import address, join, spread, words
from facelab.ui.live import duration, escape


def test_usual_settings_need_no_address():
    assert address(RunConfig()) == {}


def test_address_has_what_differs():
    config = RunConfig().replace({"optimizer.learning_rate": 0.5, "data.people": 7})
    assert address(config) == {"optimizer.learning_rate": "0.5", "data.people": "7"}


def test_address_of_a_run_on_points_has_everything():
    data = {"source": "drawn", "drawn": "1,2,0", "features": ["x", "x2"]}
    link = address(RunConfig.parse({"data": data, "model": {"kind": "mlp", "hidden": [8, 4]}}))
    assert (link["data.source"], link["data.drawn"], link["data.features"]) == ("Drawn by hand", "1,2,0", ["x", "x²"])
    assert (link["model.hidden"], link["optimizer.name"], link["data.split.test"]) == ("8, 4", "Adam", "0.5")
    assert all(isinstance(value, str | list) for value in link.values())


def test_changes_in_mid_training_have_no_control():
    changes = [{"epoch": 3, "learning_rate": 0.1}]
    config = RunConfig.parse({"data": {"source": "xor"}, "model": {"kind": "mlp"}, "changes": changes})
    assert not [name for name in address(config) if name.startswith("changes")]


@pytest.mark.parametrize("title", PRESETS)
def test_every_preset_has_controls_for_each_of_its_parts(title):
    model = PRESETS[title]
    values = spread({f"model.{name}": value for name, value in model.flat().items()})
    assert all(isinstance(value, str | int | float | bool | None) for value in values.values())
    lists = {f"model.{name}": value for name, value in model if name in ("hidden", "widths")}
    assert {name: values[name] for name in lists} == {name: join(value) for name, value in lists.items()}


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (45, "45 s"), (170, "3 min"), (7800, "2 h 10 min")])
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_names_are_not_read_as_markdown():
    assert escape("**a** [b](c)") == r"\*\*a\*\* \[b\]\(c\)"


@pytest.mark.parametrize(
    ("name", "text"),
    [("one_cycle", "One cycle"), ("sgd", "SGD"), ("cosine", "Cosine annealing"), ("xor", "XOR"), ("sin_x", "sin πx")],
)
def test_words(name, text):
    assert words(name) == text
