"""Choose faces and look at them."""

import streamlit as st

from facelab.ui import forms, gallery
from facelab.ui.services import dataset

st.title("Data")
st.markdown("Faces to train on. Everything stays on this computer.")

controls, view = st.columns([1, 2], gap="large")

with controls:
    spec = forms.data_form()

with view:
    people = dataset(spec) if spec else None
    if people:
        for note in people.notes:
            st.info(note)
        tabs = st.tabs(["People", "Counts", "Average faces", "Download"], key="view", on_change="rerun")
        shows = (gallery.show_people, gallery.show_counts, gallery.show_averages, gallery.show_download)
        for tab, show in zip(tabs, shows, strict=True):
            if tab.open:
                with tab:
                    show(people)
