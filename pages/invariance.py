"""Try to break a network: one photo, the whole test set, true pose and light, and the cure."""

import streamlit as st

from facelab.ui.breaking import cure, one, truth, whole
from facelab.ui.trained import choose

VIEWS = {
    "One photo": one.view,
    "The whole test set": whole.view,
    "True pose and light": truth.view,
    "Cure": cure.view,
}
SUITS = {"True pose and light": truth.suits}

title, network = st.columns([3, 2], vertical_alignment="bottom")
title.title("Try to break it")
with network:
    trained = choose()
if trained is None:
    st.stop()
views = [name for name in VIEWS if name not in SUITS or SUITS[name](trained)]
view = st.segmented_control(
    "View", views, default=views[0], key="break.view", bind="query-params", required=True, label_visibility="collapsed"
)
VIEWS[view](trained)
