"""The maps side by side, and the four views of guided backprop."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis.attribution import METHODS, four_views, rank_correlation, strength
from facelab.ui.explain.question import Question, heats
from facelab.ui.figures import show
from facelab.ui.live import escape

GUIDED = "guided_backprop"


def show_maps(question: Question, depth: int, forgotten: str) -> None:
    """A map per method; below them the same ones of the network whose top `depth` layers are randomised."""
    methods = question.methods
    with st.container(horizontal=True):
        over = st.toggle("Over the photo", True, key="explain.over", bind="query-params")
        one = st.toggle(
            "One scale for all",
            key="explain.scale",
            bind="query-params",
            help="Maps of different methods have different units: on one scale some may look empty. Otherwise each is "
            "drawn in full colour from its own 99th percentile on.",
        )
    with st.spinner("Asking the network"):
        maps = heats([question.answer(method) for method in methods], methods)
    titles = [METHODS[method].title for method in methods]
    _draw(question, maps, titles, over, one, "maps")
    said = " ".join(f"*{METHODS[method].title}*: {METHODS[method].shows}" for method in methods)
    st.caption(f"What speaks for {escape(question.name)}. {said}")
    if depth:
        forgetful = heats([question.answer(method, depth) for method in methods], methods)
        alike = [rank_correlation(before, after) for before, after in zip(maps, forgetful, strict=True)]
        captions = [
            f"{title}: {'empty' if np.isnan(value) else f'{value:.2f} alike'}"
            for title, value in zip(titles, alike, strict=True)
        ]
        st.markdown(f"The same network with its weights randomised **{forgotten}**:")
        _draw(question, forgetful, captions, over, one, "forgetful maps")
        known = [(value, title) for value, title in zip(alike, titles, strict=True) if not np.isnan(value)]
        most = f"{max(known)[1]} changes least ({max(known)[0]:.2f}). " if known else ""
        st.caption(
            f"{most}A map that stays as it was (1.00 alike) does not depend on what the network has learned, however "
            "convincing it looks (Adebayo et al. 2018). Alike is the rank correlation of the pixels."
        )
    if GUIDED in methods:
        st.subheader("Guided backprop, four ways")
        show(
            plots.view_sheet(four_views(question.answer(GUIDED, depth))),
            "views",
            "The gradient that passes only through what is active and counts positively (Springenberg et al. 2015): in "
            "colour; its size in grey; what makes the score rise when it gets lighter; what when it gets darker.",
        )


def _draw(question: Question, maps: np.ndarray, captions: list[str], over: bool, one: bool, key: str) -> None:
    limits = [strength(values) for values in maps]
    if one:
        limits = [max(limits)] * len(maps)
    signed = [METHODS[method].signed for method in question.methods]
    show(plots.attribution_maps(question.photo.numpy(), maps, captions, limits, signed, over), key)
