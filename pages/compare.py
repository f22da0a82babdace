"""Compare: what a setting does, seen in many networks that learn beside each other, and any runs side by side."""

import streamlit as st

from facelab.ui.compare import forms, searching, side, sweeps

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Compare", width="content")
    mode = forms.mode()

if mode == "Runs":
    side.show()
    st.stop()

forms.begin()
if mode == "Race":
    forms.show_comparisons()
controls, view = st.columns([1, 3.4], gap="medium")
with controls:
    base = forms.base_form()

with view:
    if mode == "Search":
        searching.show(base)
    else:
        with st.container(border=True):
            sweeps.show_start(forms.sweep_form(base))
        if sweep_id := st.query_params.get("sweep"):
            sweeps.show(sweep_id)
