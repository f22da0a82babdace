"""Settings: frozen, round trips through JSON and dotted names, and one plain sentence for whatever is wrong."""

import re
from datetime import date
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError, model_validator

from facelab.data.specs import FolderSpec, GeneratedSpec, LfwSpec, Split
from facelab.errors import SettingsError
from facelab.models import Block, ConvNetConfig, MLPConfig
from facelab.runs.config import RunConfig
from facelab.settings import Settings
from facelab.training import AugmentationConfig, OptimizerConfig, ScheduleConfig


class Circle(Settings):
    kind: Literal["circle"] = "circle"
    radius: float = Field(1.0, gt=0)


class Polygon(Settings):
    kind: Literal["polygon"] = "polygon"
    corners: tuple[Annotated[int, Field(ge=3, lt=9)], ...] = Field((3,), min_length=1, max_length=2)
    parts: tuple[Circle, ...] = ()


class Drawing(Settings):
    title: str
    shape: Annotated[Circle | Polygon, Field(discriminator="kind")] = Circle()
    colour: Literal["red", "blue"] = "red"
    code: str = Field("a", max_length=3)
    filled: bool = False
    ratio: float = 1.0
    seed: int = Field(0, ge=0, le=2**31 - 1)
    area: float = Field(1.0, ge=0, le=1e6)
    pen: Circle = Circle()
    day: date = date(2024, 2, 29)

    @model_validator(mode="after")
    def _not_both(self) -> "Drawing":
        if self.filled and self.colour == "blue":
            raise ValueError("Blue cannot be filled: choose red.")
        return self


class Frame(Settings):
    drawing: Drawing = Drawing(title="")


SENTENCES = [
    ({"nope": 1}, "There is no setting nope."),
    ({"pen": {"nope": 1}}, "There is no setting pen.nope."),
    ({"shape": {"kind": "circle", "circle": 1}}, "There is no setting shape.circle."),
    ({"title": None}, "title must be text, but is None."),
    ({"code": "abcd"}, "code must be text at most 3 long, but is 'abcd'."),
    ({"colour": "green"}, "colour must be one of 'red' or 'blue', but is 'green'."),
    ({"filled": "maybe"}, "filled must be true or false, but is 'maybe'."),
    ({"ratio": "wide"}, "ratio must be a number, but is 'wide'."),
    ({"ratio": float("inf")}, "ratio must be a number, but is inf."),
    ({"seed": 2**31}, "seed must be a whole number at least 0 and at most 2147483647, but is 2147483648."),
    ({"seed": 0.5}, "seed must be a whole number at least 0 and at most 2147483647, but is 0.5."),
    ({"seed": "x"}, "seed must be a whole number at least 0 and at most 2147483647, but is 'x'."),
    ({"area": -1}, "area must be at least 0 and at most 1000000, but is -1."),
    ({"area": float("nan")}, "area must be at least 0 and at most 1000000, but is nan."),
    ({"pen": 3}, "pen must be a group of settings, but is 3."),
    ({"pen": {"radius": 0}}, "pen.radius must be above 0, but is 0."),
    ({"shape": {"kind": "star"}}, "shape.kind is 'star', but must be one of 'circle', 'polygon'."),
    ({"shape": {}}, "shape must say which kind it is ('kind')."),
    ({"shape": 3}, "shape must be a group of settings, but is 3."),
    (
        {"shape": {"kind": "polygon", "corners": [3, 9]}},
        "shape.corners.1 must be a whole number at least 3 and below 9, but is 9.",
    ),
    (
        {"shape": {"kind": "polygon", "corners": []}},
        "shape.corners must be a list at least 1 and at most 2 long, but is [].",
    ),
    (
        {"shape": {"kind": "polygon", "corners": 4}},
        "shape.corners must be a list at least 1 and at most 2 long, but is 4.",
    ),
    ({"shape": {"kind": "polygon", "parts": [1]}}, "shape.parts.0 must be a group of settings, but is 1."),
    (
        {"shape": {"kind": "polygon", "parts": [{}, {"radius": -2}]}},
        "shape.parts.1.radius must be above 0, but is -2.",
    ),
    ({"colour": "blue", "filled": True}, "Blue cannot be filled: choose red."),
    ({"day": "today"}, "day is 'today': input should be a valid date or datetime, input is too short."),
]


@pytest.mark.parametrize(("values", "sentence"), SENTENCES, ids=[str(values) for values, _ in SENTENCES])
def test_one_sentence_says_what_is_wrong(values, sentence):
    with pytest.raises(SettingsError) as error:
        Drawing.parse({"title": "x"} | values)
    assert str(error.value) == sentence
    assert error.value.__suppress_context__


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{}", "title is missing."),
        ("[]", "Settings must be names with values, but are []."),
        ("{", "The settings are not valid JSON: EOF while parsing an object at line 1 column 1."),
    ],
)
def test_wrong_json(text, sentence):
    with pytest.raises(SettingsError, match=f"^{re.escape(sentence)}$"):
        Drawing.parse(text)


def test_errors_of_a_nested_part_name_it():
    with pytest.raises(SettingsError, match=r"^drawing: Blue cannot be filled: choose red\.$"):
        Frame.parse({"drawing": {"title": "", "colour": "blue", "filled": True}})


def test_long_values_are_cut():
    with pytest.raises(SettingsError) as error:
        Drawing.parse({"title": "x", "code": "x" * 5000})
    assert len(str(error.value)) < 150


def test_frozen_and_hashable():
    config = RunConfig()
    with pytest.raises(ValidationError, match="frozen"):
        config.epochs = 3
    assert hash(config) == hash(RunConfig())
    assert len({config, RunConfig(), config.replace({"seed": 1})}) == 2


def test_replace_by_dotted_name():
    config = RunConfig()
    changed = config.replace({"optimizer.learning_rate": "0.5", "data.split.seed": 7, "epochs": 3})
    assert (changed.optimizer.learning_rate, changed.data.split.seed, changed.epochs) == (0.5, 7, 3)
    assert changed.replace({"optimizer.learning_rate": 1e-3, "data.split.seed": 0, "epochs": config.epochs}) == config


def test_replacing_a_tag_starts_from_the_defaults():
    config = RunConfig().replace({"model.dropout": 0.5, "model.kind": "convnet"})
    assert config.model == ConvNetConfig(dropout=0.5)
    assert config.replace({"model.kind": "mlp"}).model == MLPConfig()
    assert config.replace({"model": {"kind": "mlp"}}).model == MLPConfig()


def test_order_of_changes_is_of_no_matter():
    changes = {
        "model.hidden": [9],
        "model.kind": "mlp",
        "data.min_photos": 30,
        "data.split.seed": 4,
        "data.source": "lfw",
    }
    config = RunConfig().replace(changes)
    assert (config.model, config.data) == (MLPConfig(hidden=(9,)), LfwSpec(min_photos=30, split=Split(seed=4)))
    assert RunConfig().replace(dict(reversed(changes.items()))) == config


@pytest.mark.parametrize("name", ["nope", "optimizer.nope", "nope.rate", "epochs.x", "model.hidden.0", ""])
def test_replacing_what_there_is_not(name):
    with pytest.raises(SettingsError, match=f"^There is no setting {re.escape(name)}\\.$"):
        RunConfig().replace({name: 1})


def test_flat_names_every_setting():
    flat = RunConfig(model=MLPConfig(hidden=(3, 2))).flat()
    assert flat["optimizer.learning_rate"] == 1e-3
    assert flat["model.hidden"] == [3, 2]
    assert flat["data.split.train"] == 0.6
    assert not any(isinstance(value, dict) for value in flat.values())


FLOATS = {"allow_nan": False, "allow_infinity": False}
SHARES = st.floats(0, 1)
SEEDS = st.integers(0, 2**31 - 1)
MODELS = st.one_of(
    st.builds(
        MLPConfig,
        hidden=st.lists(st.integers(1, 8192), max_size=5).map(tuple),
        dropout=st.floats(0, 1, exclude_max=True),
        residual=st.booleans(),
    ),
    st.builds(
        ConvNetConfig,
        blocks=st.lists(st.builds(Block, channels=st.integers(1, 1024)), min_size=1, max_size=4).map(tuple),
        init_std=st.floats(0, 10, exclude_min=True),
    ),
)
FACES = st.one_of(
    st.builds(GeneratedSpec, people=st.integers(2, 1000), seed=SEEDS),
    st.builds(LfwSpec, crop=st.floats(0.2, 1), split=st.just(Split(train=4, validation=1, test=2))),
    st.builds(FolderSpec, path=st.text(max_size=20)),
)
CONFIGS = st.builds(
    RunConfig,
    data=FACES,
    model=MODELS,
    optimizer=st.builds(
        OptimizerConfig,
        name=st.sampled_from(["sgd", "adam", "adamw", "rmsprop"]),
        learning_rate=st.floats(0, 100, exclude_min=True, **FLOATS),
    ),
    schedule=st.builds(
        ScheduleConfig, name=st.sampled_from(["constant", "step", "cosine", "exponential", "one_cycle"])
    ),
    augmentation=st.builds(AugmentationConfig, flip=SHARES, erase=SHARES, rotate=st.floats(0, 180)),
    batch_size=st.integers(1, 1_000_000),
    seed=SEEDS,
)


@given(CONFIGS)
def test_json_round_trip(config):
    assert RunConfig.parse(config.model_dump_json()) == config
    assert RunConfig.parse(config.model_dump(mode="json")) == config


@given(CONFIGS, CONFIGS)
def test_flat_settings_make_the_same_settings_again(config, other):
    assert other.replace(config.flat()) == config
