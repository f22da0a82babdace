"""The plane component on the page: what it shows, what a person does in it, and what is read off it."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from facelab.analysis import Unit
from facelab.data.points import Points
from facelab.runs import RunConfig
from facelab.training import Moment
from facelab.ui.controls import apply
from facelab.ui.plane import View, plane
from facelab.ui.playground import drawing, film, readout
from facelab.ui.playground.restart import forget_units
from facelab.ui.playground.scene import folded, scene

KEY = "plane"


def show(
    config: RunConfig,
    points: Points,
    moments: Sequence[Moment],
    history: dict[str, np.ndarray],
    *,
    diverged: float | None = None,
    editable: bool = True,
    moving: bool = False,
) -> None:
    """Draw a network at one moment or as a film, and say what its answers at the last one tell.

    Args:
        history, diverged, editable: as for `scene`.
        moving: whether another moment follows at once; then only the picture is drawn, and what units cost.
    """
    view = scene(config, points, moments, history, off=off(), pinned=pinned(), diverged=diverged, editable=editable)
    draw(view)
    (network,) = folded(config, points, moments[-1:])
    if off():
        readout.show_loss_without(off(), points, network)
    if moving:
        return
    if len(moments) > 1:
        film.show_downloads(view)
    if points.classes > 2:
        readout.show_worst_borders(points, network)


def draw(view: View) -> None:
    """Draw `view`; clicks in it change the network's widths, pin units and switch them off, and draw points."""
    plane(
        view,
        KEY,
        on_hidden=_hidden,
        on_unit=_unit,
        on_toggle=_toggle,
        on_draw=lambda: drawing.add(_event("draw")),
        on_undo=drawing.undo,
        on_clear=drawing.clear,
    )


def off() -> tuple[Unit, ...]:
    """The units that are switched off."""
    return tuple(st.session_state.get("off units", ()))


def pinned() -> Unit | None:
    """The unit that is shown large."""
    return st.session_state.get("pinned unit")


def _event(name: str):
    # In brackets, for `clear` is a method of every dictionary.
    return st.session_state[KEY][name]


def _hidden() -> None:
    apply({"model.hidden": [int(width) for width in _event("hidden")]})
    forget_units()


def _unit() -> None:
    unit = _event("unit")
    st.session_state["pinned unit"] = (int(unit["layer"]), int(unit["unit"])) if unit["pinned"] else None


def _toggle() -> None:
    unit = _event("toggle")
    st.session_state["off units"] = tuple(sorted(set(off()) ^ {(int(unit["layer"]), int(unit["unit"]))}))
