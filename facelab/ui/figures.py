"""How figures are shown."""

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
