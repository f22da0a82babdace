"""Choose faces and look at them."""

import streamlit as st

from facelab.data import GeneratedSpec
from facelab.ui import forms, gallery
from facelab.ui.services import dataset
from facelab.ui.studio.view import come_back, show_studio

come_back()

st.title("Data")
st.markdown("Faces to train on. Everything stays on this computer.")

controls, view = st.columns([1, 2], gap="large")

with controls:
    spec = forms.data_form()

SHOWS = {
    "People": gallery.show_people,
    "Counts": gallery.show_counts,
    "Average faces": gallery.show_averages,
    "Download": gallery.show_download,
}

with view:
    if spec:
        titles = list(SHOWS)
        if isinstance(spec, GeneratedSpec):
            titles.insert(1, "Studio")
        for title, tab in zip(titles, st.tabs(titles, key="view", bind="query-params"), strict=True):
            if not tab.open:
                continue
            with tab:
                if title == "Studio":
                    show_studio(spec)
                elif people := dataset(spec):
                    for note in people.notes:
                        st.info(note)
                    SHOWS[title](people)
