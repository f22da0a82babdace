"""Build a network, train it on faces, and watch it learn."""

import streamlit as st

from facelab.ui import forms, gallery, live, network, results, runs_table
from facelab.ui.services import faces

st.title("Train")
st.markdown("Build a network, press **Train**, and watch it learn who is who.")

controls, view = st.columns([1, 2], gap="large")
run = live.chosen_run("faces")

with controls:
    start = st.container(horizontal=True)
    spec = forms.data_form()
    model = forms.network_form()
    training = forms.training_form()
    config = forms.run_config(spec, model, training)

with view:
    # A container of its own, so that what is below it is not drawn anew when a run begins or ends.
    panel = st.container()
    people = faces(spec) if spec else None
    buildable = network.check(model, people)

with start:
    live.train_button(config if buildable else None, run)
    if run:
        live.run_buttons(run)

with panel:
    if run:
        live.run_panel(run)
        results.show_results(run)
    elif people:
        gallery.show_sample(people)

with view:
    if people and buildable:
        network.show_network(model, people)

runs_table.show_runs()
