"""Compare: what a setting does, seen in many networks that learn beside each other."""

import streamlit as st

from facelab.ui.compare import forms, sweeps

st.title("Compare")
forms.begin()
forms.show_comparisons()

controls, view = st.columns([1, 3.4], gap="medium")
with controls:
    base = forms.base_form()

with view:
    with st.container(border=True):
        sweep = forms.sweep_form(base)
        sweeps.show_start(sweep)
    if sweep_id := st.query_params.get("sweep"):
        sweeps.show(sweep_id)
