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


@pytest.mark.parametrize("title", PRESETS)
def test_every_preset_has_controls_for_each_of_its_parts(title):
    model = PRESETS[title]
    values = spread({f"model.{name}": value for name, value in model.flat().items()})
    assert all(isinstance(value, str | int | float | bool) for value in values.values())
    assert values["model.hidden"] == join(model.hidden)


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (45, "45 s"), (170, "3 min"), (7800, "2 h 10 min")])
def test_durations_read_as_people_say_them(seconds, text):
    assert duration(seconds) == text


def test_names_are_not_read_as_markdown():
    assert escape("**a** [b](c)") == r"\*\*a\*\* \[b\]\(c\)"


@pytest.mark.parametrize(("name", "text"), [("one_cycle", "One cycle"), ("sgd", "SGD"), ("cosine", "Cosine annealing")])
def test_words(name, text):
    assert words(name) == text
