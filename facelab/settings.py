"""`Settings`, the base of every model of settings: frozen, strict, and wrong in one plain sentence."""

from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from facelab.errors import SettingsError

UNION_TAGS = ("kind", "source")
BOUNDS = {
    "ge": "at least",
    "gt": "above",
    "le": "at most",
    "lt": "below",
    "min_length": "at least",
    "max_length": "at most",
}
KINDS = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}
LONGEST_VALUE = 60


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
        tags = {name: value for name, value in changes.items() if name.split(".")[-1] in UNION_TAGS}
        # A union within another member of a union is there only when that member is.
        outermost = min((name.count(".") for name in tags), default=0)
        tags = {name: value for name, value in tags.items() if name.count(".") == outermost}
        if tags and len(tags) < len(changes):
            # The other changes come on top of the new member's defaults, whatever their order.
            others = {name: value for name, value in changes.items() if name not in tags}
            return self.replace(tags).replace(others)
        values = self.model_dump()
        for name, value in changes.items():
            *parents, leaf = name.split(".")
            part: Any = values
            for parent in parents:
                part = part.get(parent) if isinstance(part, dict) else None
            if not isinstance(part, dict):
                raise SettingsError(f"There is no setting {name}.")
            if name in tags and part.get(leaf) != value:
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
    name, context = ".".join(names), problem.get("ctx", {})
    value = _shortened(problem["input"])
    match problem["type"]:
        case "extra_forbidden":
            return f"There is no setting {name}."
        case "missing":
            return f"{name} is missing."
        case "json_invalid":
            return f"The settings are not valid JSON: {context['error']}."
        case "union_tag_invalid":
            tag = context["discriminator"].strip("'")
            return f"{name}.{tag} is {context['tag']!r}, but must be one of {context['expected_tags']}."
        case "union_tag_not_found":
            return f"{name} must say which kind it is ({context['discriminator']})."
        case "literal_error":
            return f"{name} must be one of {context['expected']}, but is {value}."
        case "value_error":
            return f"{name}: {context['error']}" if names else str(context["error"])
    if not names:
        return f"Settings must be names with values, but are {value}."
    if wanted := _wanted(field):
        return f"{name} must be {wanted}, but is {value}."
    return f"{name} is {value}: {problem['msg'][:1].lower()}{problem['msg'][1:]}."


def _locate(model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[FieldInfo | None, list[str]]:
    """The field (or the item of one) at a pydantic error location, and its dotted name without the tags of unions."""
    field: FieldInfo | None = None
    choices: list[type[BaseModel]] = [model]
    names: list[str] = []
    for step in location:
        if len(choices) > 1 and (tagged := [choice for choice in choices if _has_tag(choice, step)]):
            choices = tagged
            continue
        names.append(str(step))
        if field and isinstance(step, int):
            field = FieldInfo.from_annotation(get_args(field.annotation)[0])
        else:
            field = next((choice.model_fields[step] for choice in choices if step in choice.model_fields), None)
        choices = _models(field.annotation) if field else []
    return field, names


def _has_tag(model: type[BaseModel], tag: int | str) -> bool:
    fields = (model.model_fields[name] for name in UNION_TAGS if name in model.model_fields)
    return any(tag in get_args(field.annotation) for field in fields)


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The settings that a field's value, or each of its items, may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models(argument)]


def _wanted(field: FieldInfo | None) -> str:
    """The type and range of a field in words; empty for a type that has none."""
    if field is None:
        return ""
    annotation, limits, long = field.annotation, [], ""
    for constraint in field.metadata:
        for bound, words in BOUNDS.items():
            if (limit := getattr(constraint, bound, None)) is not None:
                limits.append(f"{words} {limit:.15g}")
                long = " long" if bound.endswith("length") else ""
    if annotation is float and limits:
        kind = ""
    elif get_origin(annotation) is tuple:
        kind = "a list"
    elif _models(annotation):
        kind = "a group of settings"
    else:
        kind = KINDS.get(annotation, "")
    return f"{kind} {' and '.join(limits)}{long}".strip()


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
