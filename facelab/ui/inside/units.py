"""What each unit of an MLP's first layer looks for, and whom it speaks for."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import Units, read_units
from facelab.models import MLP
from facelab.plots.weights import signed_limit
from facelab.ui.figures import choose, show
from facelab.ui.live import escape
from facelab.ui.services import store
from facelab.ui.trained import Trained

LOOKS = {"Signed": "signed", "Sum of channels": "sum", "Colour": "colour"}
ORDERS = {
    "By whom they speak for": "vote",
    "By weight": "norm",
    "By activation": "activation",
    "By contribution": "contribution",
}
MATTER = {"Mean activation": "activation", "Contribution": "contribution"}
TOP, PHOTOS, WALL = 3, 4, 300


def suits(trained: Trained) -> bool:
    """Whether its units have pictures."""
    return isinstance(trained.model, MLP)


def view(trained: Trained) -> None:
    """A person's units with their photos, all units as a wall, and the film of how they formed."""
    units = _units(trained.key, trained)
    names = trained.faces.names
    with st.container(horizontal=True):
        who = st.selectbox("Person", names, key="units.of", bind="query-params", width=240)
        look = st.segmented_control(
            "Weights as",
            list(LOOKS),
            default="Signed",
            key="units.look",
            bind="query-params",
            required=True,
            help="Signed: red where light pixels excite the unit, blue where dark ones do, on one scale for all. Sum "
            "of channels: the classic grey picture. Colour: each channel's weights as that colour.",
        )
        matter = st.segmented_control(
            "What matters by",
            list(MATTER),
            default="Mean activation",
            key="units.matter",
            bind="query-params",
            required=True,
            help="Mean activation: the units that this person's photos excite most, whatever comes of it. "
            "Contribution: those that add most to this person's score.",
        )
    person, limit = names.index(who), signed_limit(units.images)
    top = units.order(MATTER[matter], person)[:TOP]
    st.subheader(f"The units that matter most for {who}")
    _show_top(trained, units, top, person, LOOKS[look], limit)
    st.subheader("All units")
    order = st.segmented_control(
        "Sorted", list(ORDERS), default=next(iter(ORDERS)), key="units.order", bind="query-params", required=True
    )
    chosen = _show_wall(trained, units, ORDERS[order], person, LOOKS[look], limit, top)
    if chosen is not None:
        _show_top(trained, units, np.array([chosen]), person, LOOKS[look], limit, key="chosen unit")
    _show_film(trained, top, LOOKS[look])


@st.cache_resource(show_spinner=False, max_entries=8)
def _units(key: str, _trained: Trained) -> Units:
    images, labels = _trained.faces.split("train")
    return read_units(_trained.model, images, labels, _trained.faces.classes)


def _show_top(
    trained: Trained, units: Units, top: np.ndarray, person: int, look: str, limit: float, key: str = "top units"
) -> None:
    """A row for each unit: its weights and the photos that it likes best and least."""
    images, labels = trained.faces.split("train")
    names = [plots.plain(name) for name in trained.faces.names]
    name = escape(trained.faces.names[person])
    most, least, captions = [], [], []
    for unit in top:
        best, worst = units.photos(int(unit), PHOTOS)
        most.append(images[best].numpy())
        least.append(images[worst].numpy())
        captions.append(f"unit {unit}<br>{_numbers(units, unit, person)}")
        captions += [
            f"{names[labels[row]]}<br>activation {units.activations[row, unit]:.2f}" for row in (*best, *worst)
        ]
    titles = [f"unit {unit}" for unit in top]
    show(
        plots.unit_sheet(units.images[top], np.stack(most), np.stack(least), captions, titles, look, limit),
        key,
        "Left: what the unit looks for. Then the training photos that excite it most and least. Its activation is the "
        f"mean over {name}'s photos; what it adds is that times the weight towards {name}'s score. "
        + "; ".join(f"Unit {unit}: {_numbers(units, unit, person)}" for unit in top)
        + ".",
    )


def _numbers(units: Units, unit: int, person: int) -> str:
    """What a unit does on a person's photos."""
    adds = f"{units.contribution[person, unit]:+.2f}".replace("-", "−")
    return f"activation {units.mean_activation[person, unit]:.2f}, adds {adds}"


def _show_wall(
    trained: Trained, units: Units, order: str, person: int, look: str, limit: float, top: np.ndarray
) -> int | None:
    """All units; the one that was clicked."""
    shown, names = units.order(order, person)[:WALL], [plots.plain(name) for name in trained.faces.names]
    votes = units.votes
    titles = [f"unit {unit}" + (f", for {names[votes[unit]]}" if votes[unit] >= 0 else "") for unit in shown]
    left_out = len(units.images) - len(shown)
    return choose(
        plots.weight_wall(units.images[shown], titles, look, units=shown, chosen=set(top.tolist()), limit=limit),
        "wall",
        "Framed: the units above. A unit that looks like noise has learned little; one that looks like a face answers "
        "to photos with light and dark in the same places. Click one to see its photos."
        + (f" The last {left_out} in this order are not drawn." if left_out else ""),
    )


def _show_film(trained: Trained, top: np.ndarray, look: str) -> None:
    """The same units from the first step to the last."""
    steps, frames = _frames(trained.run.id, trained.run.attempt, trained.run.step)
    kept = [int(unit) for unit in top if frames and unit < len(frames[0])]
    if len(steps) < 2 or not kept:
        return
    st.subheader("How they formed")
    at = st.select_slider("Step", steps, value=steps[-1], key=f"units.film {trained.run.id}")
    frame = frames[steps.index(at)].astype(np.float32)[kept]
    show(
        plots.weight_wall(
            frame, mode=look, units=kept, limit=signed_limit(frames[-1].astype(np.float32)[kept]), columns=len(kept)
        ),
        "units film",
        "At step 0 the weights are noise. Move the slider: what the network keeps is what told people apart.",
    )


@st.cache_resource(show_spinner=False, max_entries=4)
def _frames(run_id: str, attempt: int, step: int) -> tuple[list[int], list[np.ndarray]]:
    return store().frames(run_id, "first_layer")
