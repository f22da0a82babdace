"""True invariance: the same people photographed anew with another pose, light or expression; and who they are."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis.groups import Groups, by_group, in_words
from facelab.analysis.invariance import PARAMETERS, Bins, TrueSweep, by_parameter, retaken, true_sweep
from facelab.ui.figures import show
from facelab.ui.measuring import measure
from facelab.ui.photo import no_photos
from facelab.ui.trained import Trained

FACE = 84
PHOTOS = 60


def suits(trained: Trained) -> bool:
    """Whether anybody knows how its photos were taken."""
    return "yaw" in trained.faces.truth


def view(trained: Trained) -> None:
    """Accuracy against one true parameter, in the photos that there are and in photos taken anew."""
    name = st.selectbox(
        "What changes",
        list(PARAMETERS),
        format_func=lambda name: PARAMETERS[name].title,
        key="truth.parameter",
        bind="query-params",
        width=320,
    )
    parameter = PARAMETERS[name]
    axis = f"{parameter.title} ({parameter.unit})" if parameter.unit else parameter.title
    rows = trained.faces.splits["test"].numpy()
    if not len(rows):
        no_photos()
        return
    shots = retaken(trained.faces, int(rows[0]), name, parameter.values).numpy()
    show(
        plots.face_sheet(
            shots, [_with_unit(value, parameter.unit) for value in parameter.values], len(shots), face=FACE
        ),
        "retaken",
        f"One test photo taken again: only {parameter.title.lower()} changes, from {_signed(parameter.values[0])} "
        f"to {_with_unit(parameter.values[-1], parameter.unit)}. A flat transform of the picture only imitates this.",
    )
    taken, anew = st.columns(2, gap="large")
    chance = 1 / trained.faces.classes
    with taken:
        st.subheader("The photos that there are")
        bins = _bins(trained.key, name, trained)
        notes = [f"{right} of {total} photos" for right, total in zip(bins.right, bins.total, strict=True)]
        band = plots.Band("test photos", 0, bins.centres, bins.accuracy, *bins.intervals.T, notes)
        show(
            plots.strength_curves([band], axis, chance),
            "taken",
            "They differ in everything at once, and few lie at the ends: the bands are wide.",
        )
    _show_groups(_groups(trained.key, trained))
    with anew:  # at last, for it takes many seconds
        st.subheader("The same photos taken anew")
        found = _anew(trained, name)
        band = plots.Band("taken anew", 1, found.values, found.accuracy, *found.intervals.T)
        show(plots.strength_curves([band], axis, chance), "anew", _said(found, parameter.unit))


def _show_groups(groups: Groups) -> None:
    """Whether all kinds of people are recognised equally well."""
    st.subheader("Who is recognised worse")
    st.markdown(in_words(groups))
    st.dataframe(
        [
            {
                "Trait": rate.trait,
                "Group": rate.name.capitalize(),
                "People": rate.people,
                "Test photos": rate.photos,
                "Right (%)": 100 * rate.accuracy,
                "95 % interval": _span(rate.low, rate.high),
                "Difference to the rest (points)": 100 * rate.difference,
                "95 % interval of the difference": _span(rate.difference_low, rate.difference_high),
            }
            for rate in groups.rates
        ],
        hide_index=True,
        column_config={
            "Right (%)": st.column_config.NumberColumn(format="%.1f"),
            "Difference to the rest (points)": st.column_config.NumberColumn(format="%+.1f"),
        },
        key="groups",
        alt="Every group of people with the accuracy on their test photos and its difference to that of all others.",
    )
    st.caption("With few people in a group its interval is wide: other people of its kind may be easier or harder.")


@st.cache_resource(show_spinner=False, max_entries=64)
def _groups(key: str, _trained: Trained) -> Groups:
    return by_group(_trained.model, _trained.faces)


@st.cache_resource(show_spinner=False, max_entries=64)
def _bins(key: str, name: str, _trained: Trained) -> Bins:
    return by_parameter(_trained.model, _trained.faces, (name,))[name]


def _anew(trained: Trained, name: str) -> TrueSweep:
    return measure(
        f"{trained.key} {name}",
        lambda: true_sweep(trained.model, trained.faces, name, most=PHOTOS),
        "Photographing people anew",
    )


def _with_unit(value: float, unit: str) -> str:
    return f"{_signed(value)} {unit}".rstrip()


def _said(found: TrueSweep, unit: str) -> str:
    """Where the network does best and worst."""
    best, worst = int(np.argmax(found.accuracy)), int(np.argmin(found.accuracy))
    low, high = (100 * end for end in found.intervals[worst])
    return (
        f"{len(found.photos)} test photos taken again, each at every value: only this changes. The network is best at "
        f"{_with_unit(found.values[best], unit)} ({100 * found.accuracy[best]:.0f} % right) and worst at "
        f"{_with_unit(found.values[worst], unit)} ({100 * found.accuracy[worst]:.0f} %, interval {low:.0f} to "
        f"{high:.0f} %)."
    )


def _span(low: float, high: float) -> str:
    """An interval of shares in points; "" where it is unknown."""
    return "" if np.isnan(low) else f"{_signed(round(100 * low))} to {_signed(round(100 * high))}"


def _signed(value: float) -> str:
    """A number with a real minus."""
    return f"{value:g}".replace("-", "−")
