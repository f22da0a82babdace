"""`Sweep`: one configuration in many versions, the members, each a run of its own."""

import json
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Literal, Self

from annotated_types import MaxLen
from pydantic import Field, field_validator, model_validator

from facelab.errors import SettingsError
from facelab.runs.config import RunConfig
from facelab.settings import Settings

MOST_MEMBERS = 1000
WORDS = {"on": True, "off": False}
SHAPES = ("depth", "width")
"""What may vary besides the fields of a `RunConfig`: how many hidden dense layers, and how many units each has."""


class Vary(Settings):
    """The values of one setting: a dotted field of `RunConfig`, "depth" or "width".

    Depth n is n hidden layers as wide as the base's widest; width w gives every hidden layer w units.
    """

    field: str = Field(max_length=100)
    values: tuple[Any, ...]

    @field_validator("values", mode="after")
    @classmethod
    def _hashable(cls, values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(tuple(value) if isinstance(value, list) else value for value in values)

    @model_validator(mode="after")
    def _not_empty(self) -> Self:
        if not self.values:
            raise ValueError(f"{self.field} has no values to vary over: give at least one.")
        return self


@dataclass(frozen=True)
class Member:
    """One run of a sweep. `label` says what is special about it and is the same for all repeats of its values."""

    label: str
    values: dict[str, Any]
    repeat: int
    config: RunConfig

    @property
    def name(self) -> str:
        """The label, told apart from the other repeats."""
        return f"{self.label}, repeat {self.repeat + 1}" if self.repeat else self.label


class Sweep(Settings):
    """What varies, and over which `base`.

    How values of several fields go together: "grid" takes every combination, "pairs" the first values of all, then the
    second of all, and so on. Repeat r trains with the seed plus r. With `gradients` every member records the gradient
    norms of its layers, for which it needs a job of its own.
    """

    base: RunConfig = RunConfig()
    vary: tuple[Vary, ...] = Field(min_length=1, max_length=10)
    how: Literal["grid", "pairs"] = "grid"
    repeats: int = Field(1, ge=1, le=20)
    gradients: bool = False

    @model_validator(mode="after")
    def _each_can_be_trained(self) -> Self:
        fields = [vary.field for vary in self.vary]
        for field in fields:
            if fields.count(field) > 1:
                raise ValueError(f"{field} varies twice: give all its values at once.")
        counts = [len(vary.values) for vary in self.vary]
        if self.how == "pairs" and len(set(counts)) > 1:
            told = ", ".join(f"{field} has {count}" for field, count in zip(fields, counts, strict=True))
            raise ValueError(f"Pairs need equally many values of every field, but {told}.")
        total = (math.prod(counts) if self.how == "grid" else counts[0]) * self.repeats
        if total > MOST_MEMBERS:
            raise ValueError(
                f"This sweep has {total:,} members, but at most {MOST_MEMBERS:,} are trained: "
                "give fewer values or repeats."
            )
        for label, count in Counter(member.label for member in self._members).items():
            if count > self.repeats:
                raise ValueError(f"{label.capitalize()} is there twice: give every value once.")
        return self

    def members(self) -> list[Member]:
        """Every run, in order: the last field varies fastest, and the repeats of the same values come together.

        Raises:
            SettingsError: one sentence naming the first field that does not exist or value that it cannot have.
        """
        return list(self._members)

    def summary(self) -> str:
        """A few words that tell this sweep from its neighbours; the name of one that was given none."""
        return summary([vary.field for vary in self.vary], self.base)

    @cached_property
    def _members(self) -> tuple[Member, ...]:
        return tuple(self._made())

    def _made(self) -> Iterator[Member]:
        fields = [vary.field for vary in self.vary]
        columns = [vary.values for vary in self.vary]
        for values in product(*columns) if self.how == "grid" else zip(*columns, strict=True):
            named = dict(zip(fields, values, strict=True))
            label = ", ".join(f"{name_of(field)} {_text(value)}" for field, value in named.items())
            config = _changed(self.base, named)
            for repeat in range(self.repeats):
                yield Member(label, named, repeat, config.replace({"seed": config.seed + repeat}))


def summary(fields: Sequence[str], base: RunConfig) -> str:
    """Varied fields and what they start from, in a few words."""
    return f"{' and '.join(map(name_of, fields)).capitalize()}: {base.summary()}"[:200]


def values_of(text: str) -> list[Any]:
    """Values separated by commas: numbers, words, on and off, and lists in brackets such as [16, 16]."""
    try:
        return json.loads(f"[{text}]")
    except (ValueError, RecursionError):
        return [value_of(part.strip()) for part in text.split(",") if part.strip()]


def value_of(text: str) -> Any:
    """A value as JSON has it, or on or off; what is neither is a word."""
    try:
        return WORDS[text.lower()] if text.lower() in WORDS else json.loads(text)
    except (ValueError, RecursionError):
        return text


def name_of(field: str) -> str:
    """A field in words: "learning rate" for optimizer.learning_rate, "optimizer" for optimizer.name."""
    *parents, leaf = field.split(".")
    return (parents[-1] if parents and leaf in ("name", "kind", "source") else leaf).replace("_", " ")


def names_of(fields: Iterable[str]) -> dict[str, str]:
    """Fields with their names in words; those that would have the same name keep their dotted one."""
    names = {field: name_of(field) for field in fields}
    times = Counter(names.values())
    return {field: name if times[name] == 1 else field for field, name in names.items()}


def _text(value: Any) -> str:
    match value:
        case None | ():
            return "none"
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case tuple():
            return "-".join(map(_text, value))
    return str(value)


def _changed(base: RunConfig, values: dict[str, Any]) -> RunConfig:
    """The base with these values; depth and width come on top of the other changes."""
    fields = {field: value for field, value in values.items() if field not in SHAPES}
    config = base.replace(fields) if fields else base
    if len(fields) == len(values):
        return config
    if "hidden" not in type(config.model).model_fields:
        raise SettingsError(f"Depth and width are of model.hidden, which a {config.model.kind} network does not have.")
    widest = max(config.model.hidden, default=0)
    if not widest:
        raise SettingsError("Depth and width need a base with a hidden layer: set model.hidden, such as to [16].")
    depth = values.get("depth", len(config.model.hidden))
    deepest = _deepest(config)
    # Before the layers are made, for a list of a milliard of them would fill the memory.
    if isinstance(depth, bool) or not isinstance(depth, int) or not 0 <= depth <= deepest:
        raise SettingsError(f"depth must be a whole number at least 0 and at most {deepest}, but is {depth!r:.60}.")
    width = values.get("width", widest)
    return config.replace({"model.hidden": (width,) * depth})


def _deepest(config: RunConfig) -> int:
    """The hidden layers that its kind of network may have."""
    limits = type(config.model).model_fields["hidden"].metadata
    return next(limit.max_length for limit in limits if isinstance(limit, MaxLen))
