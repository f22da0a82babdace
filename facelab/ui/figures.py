"""How figures are shown."""

import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots

CONFIG = {"displaylogo": False, "modeBarButtonsToRemove": ["lasso2d", "select2d", "autoScale2d"], "scrollZoom": False}


def show(figure: Figure, key: str, caption: str = "") -> None:
    """Draw a figure with its text alternative, and say under it what to notice."""
    st.plotly_chart(figure, key=key, config=CONFIG, alt=plots.alt(figure))
    if caption:
        st.caption(caption)
