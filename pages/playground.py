"""Points in the plane: a network whose whole function can be seen while it learns."""

import streamlit as st

from facelab.ui import runs_table
from facelab.ui.forms import run_config
from facelab.ui.live import chosen_run
from facelab.ui.playground import forms, live, stored
from facelab.ui.services import points

st.title("Playground")
st.markdown("A network on points in the plane: press **Play**, and watch its borders, its units and its weights move.")

controls, view = st.columns([1, 3], gap="large")
run = chosen_run("points")

with controls:
    spec = forms.points_form()
    config = run_config(spec, forms.network_form(), forms.training_form())

with view:
    if run:
        stored.show(run)
    elif config and (found := points(spec)):
        live.show(config, found)
        for note in found.notes:
            st.caption(note)

runs_table.show_runs()
