"""Choose faces and look at them."""

import streamlit as st

from facelab.ui import forms, gallery
from facelab.ui.services import dataset
from facelab.ui.studio.take import is_generated
from facelab.ui.studio.view import come_back, show_studio

come_back()

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
        shows = {"People": gallery.show_people} | ({"Studio": show_studio} if is_generated(people) else {})
        shows |= {"Counts": gallery.show_counts, "Average faces": gallery.show_averages}
        shows |= {"Download": gallery.show_download}
        for tab, show in zip(st.tabs(list(shows), key="view", bind="query-params"), shows.values(), strict=True):
            if tab.open:
                with tab:
                    show(people)
