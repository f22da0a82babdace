"""Enrol people: name them, give photos of them, and see every face that is cut out."""

import streamlit as st

from facelab.ui.people import cards, incoming, rivals, session, sources, ways

st.title("People")
st.markdown("Make your own classes: name a person, add photos, and see who is recognised.")
coming = st.container()
controls, view = st.columns([1, 2], gap="large")

with controls:
    with st.container(border=True):
        sources.choose()
    whose = st.container()

with view:
    if len(session.people()):
        ways.show()
        cards.show()
        rivals.show()
    else:
        sources.show_samples()

with whose:
    ways.show_whose()

# Last, so that the page stays as it is while faces are found.
with coming:
    incoming.show()
