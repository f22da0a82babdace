"""Build a network, train it on faces or on pairs of them, and watch it learn."""

import streamlit as st

from facelab.ui import forms, gallery, live, network, results, runs_table
from facelab.ui.experiment import show_experiment
from facelab.ui.services import dataset
from facelab.ui.verification import show_drift, show_pair_results

st.title("Train")
st.markdown("Build a network, press **Train**, and watch it learn who is who, or whether two photos show one person.")

controls, view = st.columns([1, 2], gap="large")
run = live.chosen_run("faces", "pairs")

with controls:
    start = st.container(horizontal=True)
    subject = forms.subject_form()
    spec = forms.data_form(subject)
    model = forms.network_form(subject)
    training = forms.training_form()
    config = forms.run_config(spec, model, training)

with view:
    # A container of its own, so that what is below it is not drawn anew when a run begins or ends.
    panel = st.container()
    data = dataset(spec) if spec else None
    buildable = network.check(model, data)

with start:
    live.train_button(config if buildable else None, run)
    if run:
        live.run_buttons(run)

with panel:
    if run and run.config.subject == "pairs":
        live.run_panel(run, show_drift)
        show_pair_results(run)
        results.show_film(run)
    elif run:
        live.run_panel(run)
        results.show_results(run)
    elif data:
        gallery.show_sample(data)
    if subject == "pairs" and (number := forms.chosen_experiment()):
        show_experiment(number)

with view:
    if data and buildable:
        network.show_network(model, data)

runs_table.show_runs()
