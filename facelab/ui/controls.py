"""One control per setting: its key is the setting's dotted name, so the address bar speaks `RunConfig`.

`control` reads range, choices and default from the settings model, so a page never repeats them.
"""

from collections.abc import Callable, Iterable
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from facelab.data import PAIR_SOURCES, POINT_SOURCES, SOURCES
from facelab.runs import RunConfig
from facelab.settings import Settings


def control(settings: type[Settings], field: str, label: str, prefix: str = "", **options: Any) -> Any:
    """The widget for `settings.<field>`; returns its value, ready for `settings.parse`.

    Args:
        prefix: the dotted name of the part that `settings` is of the whole, ending in a dot, or empty.
        options: what the widget takes besides: `help`, `default` in place of the setting's own, `format`, ...
    """
    info = settings.model_fields[field]
    options = {"default": info.default, "key": prefix + field, "bind": "query-params"} | options
    return WIDGETS[_kind(info.annotation)](label, info, options)


def apply(values: dict[str, Any]) -> None:
    """Set controls to settings, by dotted name; to be called from a callback, before any control is drawn."""
    st.session_state.update(spread(values))


def address(config: RunConfig) -> dict[str, str | list[str]]:
    """Settings as query parameters: a link that opens a page with them.

    Of a run on faces those that are not at their default; of others all, as their defaults are other ones.
    """
    usual = spread(RunConfig().flat()) if config.subject == "faces" else {}
    changed = {name: value for name, value in spread(config.flat()).items() if usual.get(name) != value}
    return {
        name: str(value) if name.endswith(TYPED) else _parameter(value)
        for name, value in changed.items()
        if value is not None
    }


def spread(values: dict[str, Any]) -> dict[str, Any]:
    """Settings by dotted name as their controls' values: lists of numbers as text, lists of parts part by part."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name in WITHOUT:
            continue
        if isinstance(value, list) and value and isinstance(value[0], dict):
            found[name] = len(value)
            for index, part in enumerate(value):
                found |= spread({f"{name}.{index}.{field}": setting for field, setting in part.items()})
        else:
            found[name] = join(value) if isinstance(value, list) and name not in PILLS else value
    return found


def join(numbers: Iterable[int]) -> str:
    """Numbers as they are typed: "300, 100"."""
    return ", ".join(str(number) for number in numbers)


def _parameter(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [words(name) for name in value]
    return words(value) if isinstance(value, str) else str(value)


def choose(label: str, options: list[Any], default: Any, key: str, widget: Callable[..., Any], **more: Any) -> Any:
    """One of `options`, shown and written into the address in words."""
    start = (
        {"default": default, "required": True} if widget is st.segmented_control else {"index": options.index(default)}
    )
    return widget(label, options, key=key, bind="query-params", format_func=words, **start, **more)


def _kind(annotation: Any) -> type:
    annotation = _known(annotation)
    return get_origin(annotation) or annotation


def _known(annotation: Any) -> Any:
    """What a setting is where it is not None."""
    others = [argument for argument in get_args(annotation) if argument is not NoneType]
    return others[0] if NoneType in get_args(annotation) else annotation


def _bounds(info: FieldInfo, kind: type) -> dict[str, Any]:
    """The widget's range from the field's constraints; an open end begins one step inside."""
    found: dict[str, Any] = {}
    for constraint in info.metadata:
        for bound, side in (("ge", "min_value"), ("gt", "min_value"), ("le", "max_value"), ("lt", "max_value")):
            if getattr(constraint, bound, None) is not None:
                found[side] = kind(getattr(constraint, bound))
        if getattr(constraint, "gt", None) is not None and kind is float:
            found["min_value"] = 1e-8
        if getattr(constraint, "lt", None) is not None and kind is float:
            found["max_value"] = constraint.lt - 0.01
    return found


def _number(label: str, info: FieldInfo, options: dict[str, Any]) -> int | float | None:
    kind, value = _known(info.annotation), options.pop("default")
    more = {"step": (value or 0) / 2 or 0.1, "format": "%g"} if kind is float else {"step": 1}
    value = value if value is None else kind(value)
    return st.number_input(label, value=value, **_bounds(info, kind) | more | options)


def _toggle(label: str, info: FieldInfo, options: dict[str, Any]) -> bool:
    return st.toggle(label, value=options.pop("default"), **options)


def _choice(label: str, info: FieldInfo, options: dict[str, Any]) -> str:
    del options["bind"]
    known = _known(info.annotation)
    return choose(label, [None] * (known is not info.annotation) + [*get_args(known)], widget=st.selectbox, **options)


def _text(label: str, info: FieldInfo, options: dict[str, Any]) -> str:
    return st.text_input(label, value=options.pop("default"), **options)


def _numbers(label: str, info: FieldInfo, options: dict[str, Any]) -> list[Any]:
    """Whole numbers separated by commas; what is not a number is left for the settings to refuse."""
    text = st.text_input(label, value=join(options.pop("default")), **options)
    parts = [part for part in text.replace(",", " ").split() if part]
    return [int(part) if part.isdecimal() else part for part in parts]


WIDGETS: dict[type, Callable[[str, FieldInfo, dict[str, Any]], Any]] = {
    int: _number,
    float: _number,
    bool: _toggle,
    str: _text,
    tuple: _numbers,
    Literal: _choice,
}

TYPED = (".path", ".drawn", ".hidden", ".widths")
"""Ends of the names of settings that are written as they are."""
PILLS = ("data.features",)
"""Settings of which several are chosen."""
WITHOUT = ("changes", "data.key", "data.faces.key")
"""Settings without a control, in no address: the Playground writes changes down as they happen, and whose people are
meant is known from the session."""
SPELLINGS = {name: source.title for name, source in (SOURCES | PAIR_SOURCES | POINT_SOURCES).items()} | {
    "x": "x",
    "y": "y",
    "x2": "x²",
    "y2": "y²",
    "xy": "xy",
    "sin_x": "sin πx",
    "sin_y": "sin πy",
    "mlp": "MLP",
    "convnet": "ConvNet",
    "residual": "ResNet",
    "binary": "Binary cross-entropy",
    "margin_softmax": "Margin softmax",
    "koch": "Koch et al. 2015",
    None: "The same",
    "sgd": "SGD",
    "adamw": "AdamW",
    "rmsprop": "RMSprop",
    "relu": "ReLU",
    "leaky_relu": "Leaky ReLU",
    "elu": "ELU",
    "gelu": "GELU",
    "silu": "SiLU",
    "step": "Step",
    "cosine": "Cosine annealing",
    "one_cycle": "One cycle",
    "kaiming_uniform": "Kaiming uniform",
    "cpu": "CPU",
    "cuda": "CUDA",
    "mps": "Apple MPS",
}


def words(name: Any) -> str:
    """A setting's value as a person writes it."""
    return SPELLINGS.get(name, str(name).replace("_", " ").capitalize())
