"""Explain an answer: which pixels made the network say so, by many methods, and whether to believe them."""

import streamlit as st

from facelab.ui.explain import checks, maps, question
from facelab.ui.trained import head

trained = head("Explain")
controls, view = st.columns([1, 3], gap="large")
with controls:
    chosen = question.choose(trained)
if chosen is None:
    st.stop()
with controls:
    asked = question.ask(trained, chosen)
with view:
    question.tell(asked)
    if not asked.methods:
        st.info("Choose a method.")
        st.stop()
    depth, forgotten = checks.forget(asked)
    maps.show_maps(asked, depth, forgotten)
    checks.show_checks(asked)
