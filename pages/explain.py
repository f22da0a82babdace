"""Explain an answer: which pixels made the network say so, by many methods, and whether to believe them."""

import streamlit as st

from facelab.ui.explain import checks, maps, question
from facelab.ui.photo import choose_photo, tell
from facelab.ui.trained import head

trained = head("Explain")
controls, view = st.columns([1, 3], gap="large")
with controls:
    row = choose_photo(trained)
if row is None:
    st.stop()
with controls:
    asked = question.ask(trained, row)
with view:
    tell(trained, row)
    if not asked.methods:
        st.info("Choose a method.")
        st.stop()
    depth, forgotten = checks.forget(asked)
    maps.show_maps(asked, depth, forgotten)
    checks.show_checks(asked)
