"""What is taken hold of in the studio: sliders, the lamp, and the portrait itself.

Streamlit's own sliders answer a drag when it rests; these answer while it moves.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import streamlit as st

from facelab.data.generated import Photo
from facelab.ui.plane.assets import FOLDER as PLANE
from facelab.ui.studio.knobs import Knob

FOLDER = Path(__file__).parent
CSS = (FOLDER / "parts.css").read_text("utf-8")


def _component(name: str) -> Callable[..., Any]:
    files = (PLANE / "core.js", *(FOLDER / f"{file}.js" for file in ("hand", name)))
    js = "\n".join(file.read_text("utf-8") for file in files)
    return st.components.v2.component(f"facelab_{name}", html=f'<div class="{name}"></div>', css=CSS, js=js)


_dials, _lamp, _portrait = (_component(name) for name in ("dials", "lamp", "portrait"))


def dials(knobs: Iterable[Knob], values: dict[str, float], key: str, on_turn: Callable[[], None]) -> None:
    """Sliders. As all three parts do, they call `on_turn` with what `address.turn` takes in `st.session_state[key]`,
    as `["turn"]`.

    Args:
        values: of every field, at least of these.
    """
    rows = [
        {
            "field": knob.field,
            "label": knob.label,
            "low": knob.low,
            "high": knob.high,
            "step": knob.step,
            "unit": knob.unit,
            "more": knob.more,
            "value": knob.rounded(values[knob.field]),
        }
        for knob in knobs
    ]
    _dials(key=key, data={"rows": rows}, on_turn_change=on_turn)


def lamp(photo: Photo, knobs: tuple[Knob, Knob], key: str, on_turn: Callable[[], None]) -> None:
    """A ball under the photo's light, on which the lamp is dragged."""
    shown = ("light_strength", "light_softness", "light_warmth")
    _lamp(key=key, data=_pad(photo, knobs) | {name: getattr(photo, name) for name in shown}, on_turn_change=on_turn)


def portrait(
    picture: str, alt: str, photo: Photo, knobs: tuple[Knob, Knob], key: str, on_turn: Callable[[], None]
) -> None:
    """A picture, which is dragged to turn the head.

    Args:
        picture: its data URI.
        alt: one sentence that stands in for it.
    """
    _portrait(key=key, data=_pad(photo, knobs) | {"picture": picture, "alt": alt}, on_turn_change=on_turn)


def _pad(photo: Photo, knobs: tuple[Knob, Knob]) -> dict[str, Any]:
    """What is moved across and up."""
    return {
        "fields": [knob.field for knob in knobs],
        "ranges": [[knob.low, knob.high] for knob in knobs],
        "values": [getattr(photo, knob.field) for knob in knobs],
    }
