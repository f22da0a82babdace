"""How figures are shown."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"], "scrollZoom": False}


cached = st.cache_resource(show_spinner=False, max_entries=128)
"""For functions that make a figure which most reruns leave as it was. Their arguments are the figure's key, but for
those whose names begin with an underscore; nobody changes a figure that was made."""


def show(figure: Figure, key: str, caption: str = "") -> None:
    """Draw a figure with its text alternative, and say under it what to notice."""
    st.plotly_chart(figure, key=key, config=CONFIG, alt=plots.alt(figure))
    if caption:
        st.caption(caption)


def choose(figure: Figure, key: str, caption: str = "") -> int | None:
    """As `show`, for a figure whose marks can be clicked: the `customdata` of the one that was, or None."""
    event = st.plotly_chart(
        figure, key=key, config=CONFIG, alt=plots.alt(figure), on_select="rerun", selection_mode="points"
    )
    if caption:
        st.caption(caption)
    known = [point["customdata"] for point in event.selection.points if point.get("customdata") is not None]
    return int(np.ravel(known[0])[0]) if known else None
