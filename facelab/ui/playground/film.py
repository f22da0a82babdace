"""A training's film to take away."""

import streamlit as st

from facelab.ui.plane import View, film_gif, film_html


def show_downloads(view: View) -> None:
    """The film as a page of its own and as an animated picture; each is made when it is asked for."""
    with st.container(horizontal=True):
        st.download_button(
            "Film (HTML)",
            lambda: film_html(view),
            "film.html",
            "text/html",
            icon=":material/movie:",
            key="film html",
            on_click="ignore",
            help="One file that plays in any browser, with its slider, probe and units.",
        )
        st.download_button(
            "Film (GIF)",
            lambda: film_gif(view),
            "film.gif",
            "image/gif",
            icon=":material/gif_box:",
            key="film gif",
            on_click="ignore",
        )
