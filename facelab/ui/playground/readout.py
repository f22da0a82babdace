"""What a network's answers tell besides the picture: what its units are worth, and which classes it confuses."""

from collections.abc import Sequence

import streamlit as st

from facelab.analysis import Border, Folded, Unit, answers, worst_borders
from facelab.data.points import Points
from facelab.plots.frame import listed


def show_loss_without(off: Sequence[Unit], points: Points, network: Folded) -> None:
    """What switching units off costs on the test points, in one sentence."""
    rows = points.splits["test"]
    with_all, without = (
        (answers(network, points, rows, silent) == points.labels[rows]).double().mean().item() for silent in ((), off)
    )
    named = listed([f"unit {unit + 1} of layer {layer + 1}" for layer, unit in off])
    st.markdown(f"Without {named}: **{without:.1%}** of the test points right instead of {with_all:.1%}.")


def show_worst_borders(points: Points, network: Folded) -> None:
    """The pairs of classes that are taken for one another most often, with the middle of where that happens."""
    found = worst_borders(network, points)
    if not found:
        return
    st.markdown("**Worst borders**")
    st.dataframe(
        {
            "Between": [" and ".join(border.names) for border in found],
            "Confused": [border.errors for border in found],
            "Of both (%)": [100 * border.errors / border.total for border in found],
            "Around": [_place(border, points) for border in found],
        },
        column_config={"Of both (%)": st.column_config.NumberColumn(format="%.1f")},
        hide_index=True,
    )
    st.caption("Test points of either class that the network gives to the other, the most first.")


def _place(border: Border, points: Points) -> str:
    x, y = border.place
    if points.is_map:
        return f"{abs(y):.1f}° {'N' if y >= 0 else 'S'}, {abs(x):.1f}° {'E' if x >= 0 else 'W'}"
    return f"{x:.2f}, {y:.2f}"
