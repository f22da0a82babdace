"""What facelab is, and where to begin."""

import streamlit as st

from facelab.ui import welcome

words, picture = st.columns([2, 3], gap="large", vertical_alignment="center")

with words:
    st.title("See how a network learns faces")
    st.markdown(
        "Build a small neural network, give it faces, and watch it learn who is who: the loss falling, the gap to "
        "photos it has never seen, the pictures its units look for. Everything runs on this computer and stays on it."
    )
    welcome.show_paths()

with picture:
    welcome.show_heads()

welcome.show_recent_runs()
