"""Look inside a trained network: its units, its layers, its mistakes, and where it puts faces."""

import streamlit as st

from facelab.ui.inside import gradients, layers, mistakes, places, units
from facelab.ui.trained import choose

VIEWS = {
    "Mistakes": mistakes.view,
    "Hidden units": units.view,
    "Layers": layers.view,
    "Map of faces": places.view,
    "Gradients": gradients.view,
}
SUITS = {"Hidden units": units.suits, "Layers": layers.suits}

title, network = st.columns([3, 2], vertical_alignment="bottom")
title.title("Look inside")
with network:
    trained = choose()
if trained is None:
    st.stop()
views = [name for name in VIEWS if name not in SUITS or SUITS[name](trained)]
view = st.segmented_control(
    "View", views, default=views[0], key="inside.view", bind="query-params", required=True, label_visibility="collapsed"
)
VIEWS[view](trained)
