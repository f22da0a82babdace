"""The script that Streamlit runs for every visit: which pages there are.

It lies here and not in `app.py` because beside a folder called `pages` Streamlit would take the first visitor's deep
link for a page of its older kind, run without this script and without the link's settings.
"""

from pathlib import Path

import streamlit as st

from facelab.errors import StoreError
from facelab.ui.services import one_thread, store

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "pages"

one_thread()
st.set_page_config(page_title="facelab", page_icon=ROOT / "assets" / "icon.png", layout="wide")
page = st.navigation(
    [
        st.Page(
            PAGES / "home.py",
            title="Home",
            icon=":material/home:",
            default=True,
            help="What facelab is, where to begin, and your latest runs.",
        ),
        st.Page(
            PAGES / "data.py",
            title="Data",
            icon=":material/photo_library:",
            help="Choose faces, look at them by person, and see how they are split.",
        ),
        st.Page(
            PAGES / "train.py",
            title="Train",
            icon=":material/model_training:",
            help="Build a network, train it on faces and watch it learn.",
        ),
        st.Page(
            PAGES / "classify.py",
            title="Who is it?",
            icon=":material/person_search:",
            help="A photo with faces: whom does a network take them for, and whom do people enrolled look like?",
        ),
        st.Page(
            PAGES / "people.py",
            title="People",
            icon=":material/group:",
            help="Make your own classes: name people, add photos of them, and see them recognised.",
        ),
        st.Page(
            PAGES / "pair.py",
            title="Same person?",
            icon=":material/compare:",
            help="Two photos side by side: do they show one person, and how sure can a network be?",
        ),
        st.Page(
            PAGES / "playground.py",
            title="Playground",
            icon=":material/scatter_plot:",
            help="Train a small network on points in the plane, and see its borders move.",
        ),
        st.Page(
            PAGES / "compare.py",
            title="Compare",
            icon=":material/flag:",
            help="Race many networks: learning rates, batch sizes, depths, widths.",
        ),
        st.Page(
            PAGES / "inside.py",
            title="Look inside",
            icon=":material/search:",
            help="What a trained network has learned: its units, its layers, its mistakes, its map of faces.",
        ),
        st.Page(
            PAGES / "explain.py",
            title="Explain",
            icon=":material/lightbulb:",
            help="Which pixels made it answer so, and whether to believe the maps that say so.",
        ),
        st.Page(
            PAGES / "invariance.py",
            title="Try to break it",
            icon=":material/broken_image:",
            help="Turn, shift, blur and cover faces: what the network bears, and how to cure it of the rest.",
        ),
    ],
    position="top",
)
try:
    store()
except StoreError as error:
    st.error(str(error), icon=":material/error:")
else:
    page.run()
