"""`Settings`, the base of every model of settings: frozen, strict, and wrong in one plain sentence."""

from types import UnionType
from typing import Any, Self, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from facelab.errors import SettingsError

UNION_TAGS = ("kind", "source")


class Settings(BaseModel):
    """Frozen and hashable; unknown fields and wrong types are refused; round-trips through JSON."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @classmethod
    def parse(cls, values: dict[str, Any] | str) -> Self:
        """Build from a (nested) dictionary or JSON text.

        Raises:
            SettingsError: one sentence naming the first wrong field, its range and its value.
        """
        try:
            if isinstance(values, str):
                return cls.model_validate_json(values)
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(explain(cls, error)) from None

    def replace(self, changes: dict[str, Any]) -> Self:
        """A copy with fields changed by dotted name, such as `{"optimizer.learning_rate": 0.1}`.

        A dictionary value replaces the whole part: `{"model": {"kind": "mlp"}}` starts from the defaults, and so does
        changing what tells the members of a union apart: `{"model.kind": "mlp"}`.

        Raises:
            SettingsError: a name that does not exist, or a value out of range.
        """
        values = self.model_dump()
        for name, value in changes.items():
            *parents, leaf = name.split(".")
            part: Any = values
            for parent in parents:
                part = part.get(parent) if isinstance(part, dict) else None
            if not isinstance(part, dict):
                raise SettingsError(f"There is no setting {name}.")
            if leaf in UNION_TAGS and part.get(leaf) != value:
                part.clear()
            part[leaf] = value
        return self.parse(values)

    def flat(self) -> dict[str, Any]:
        """Every setting by dotted name, in order: `{"optimizer.learning_rate": 0.001, ...}`."""

        def walk(part: dict[str, Any], prefix: str) -> dict[str, Any]:
            found: dict[str, Any] = {}
            for name, value in part.items():
                found |= walk(value, f"{prefix}{name}.") if isinstance(value, dict) else {prefix + name: value}
            return found

        return walk(self.model_dump(mode="json"), "")


def explain(model: type[BaseModel], error: ValidationError) -> str:
    """The first problem of `error` as one sentence that names the field, its range and the value given."""
    problem = error.errors(include_url=False)[0]
    field, names = _locate(model, problem["loc"])
    name = ".".join(names) or "The settings"
    value = problem.get("input")
    match problem["type"]:
        case "extra_forbidden":
            return f"There is no setting {name}."
        case "missing":
            return f"{name} is missing."
        case "json_invalid":
            return f"The settings are not valid JSON: {problem['ctx']['error']}."
        case "union_tag_invalid":
            return f"{name} must have {problem['ctx']['discriminator']} one of {problem['ctx']['expected_tags']}."
        case "union_tag_not_found":
            return f"{name} must say which kind it is ({problem['ctx']['discriminator']})."
        case "literal_error":
            return f"{name} must be one of {problem['ctx']['expected']}, but is {value!r}."
        case "value_error":
            text = str(problem["ctx"]["error"])
            return text if not names else f"{name}: {text}"
    limits = _limits(field)
    if limits:
        return f"{name} must be {limits}, but is {value!r}."
    return f"{name} is {value!r}: {problem['msg'][:1].lower()}{problem['msg'][1:]}."


def _locate(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[FieldInfo | None, list[str]]:
    """The field at a pydantic error location, and its dotted name without the tags of unions."""
    field: FieldInfo | None = None
    choices: list[type[BaseModel]] = [model]
    names: list[str] = []
    for step in location:
        owners = [choice for choice in choices if step in choice.model_fields]
        if owners:
            field = owners[0].model_fields[str(step)]
            choices = _models(field.annotation)
            names.append(str(step))
        elif isinstance(step, int) or not choices:
            field = None if not choices else field
            names.append(str(step))
        else:
            tagged = [choice for choice in choices if _has_tag(choice, step)]
            if tagged:
                choices = tagged
            else:
                names.append(str(step))
    return field, names


def _has_tag(model: type[BaseModel], tag: str) -> bool:
    return any(tag in get_args(field.annotation) for field in model.model_fields.values())


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    if get_origin(annotation) in (Union, UnionType) or get_args(annotation):
        return [model for argument in get_args(annotation) for model in _models(argument)]
    return []


def _limits(field: FieldInfo | None) -> str:
    """The range of a number in words, from the field's `ge`, `gt`, `le`, `lt`; empty if it has none."""
    found = {}
    for constraint in field.metadata if field else ():
        for bound in ("ge", "gt", "le", "lt", "min_length", "max_length"):
            if getattr(constraint, bound, None) is not None:
                found[bound] = f"{getattr(constraint, bound):g}"
    words = {"ge": "at least {}", "gt": "above {}", "le": "at most {}", "lt": "below {}"}
    words |= {"min_length": "at least {} long", "max_length": "at most {} long"}
    kind = "a whole number " if field is not None and field.annotation is int else ""
    parts = " and ".join(words[bound].format(value) for bound, value in found.items())
    return kind + parts if parts else ""
