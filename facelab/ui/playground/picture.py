"""The plane component on the page, with what a person does in it."""

import streamlit as st

from facelab.analysis import Folded, Unit, answers
from facelab.data.points import Points
from facelab.plots.frame import listed
from facelab.ui.controls import apply
from facelab.ui.plane import View, plane

KEY = "plane"


def show(view: View) -> None:
    """Draw `view`; clicks in it change the network's widths, pin units and switch them off."""
    plane(
        view,
        KEY,
        on_hidden=_hidden,
        on_unit=_unit,
        on_toggle=_toggle,
    )


def off() -> tuple[Unit, ...]:
    """The units that are switched off."""
    return tuple(st.session_state.get("off units", ()))


def pinned() -> Unit | None:
    """The unit that is shown large."""
    return st.session_state.get("pinned unit")


def reset() -> None:
    """All units on and none shown large: they are another network's."""
    st.session_state.pop("off units", None)
    st.session_state.pop("pinned unit", None)


def show_loss_without(points: Points, network: Folded) -> None:
    """What switching units off costs on the test points, in one sentence."""
    if not off():
        return
    rows = points.splits["test"]
    with_all, without = (
        (answers(network, points, rows, silent) == points.labels[rows]).double().mean().item() for silent in ((), off())
    )
    named = listed([f"unit {unit + 1} of layer {layer + 1}" for layer, unit in off()])
    st.markdown(f"Without {named}: **{without:.1%}** of the test points right instead of {with_all:.1%}.")


def _event(name: str):
    # In brackets, for `clear` is a method of every dictionary.
    return st.session_state[KEY][name]


def _hidden() -> None:
    apply({"model.hidden": [int(width) for width in _event("hidden")]})
    reset()


def _unit() -> None:
    unit = _event("unit")
    st.session_state["pinned unit"] = (int(unit["layer"]), int(unit["unit"])) if unit["pinned"] else None


def _toggle() -> None:
    unit = _event("toggle")
    st.session_state["off units"] = tuple(sorted(set(off()) ^ {(int(unit["layer"]), int(unit["unit"]))}))
