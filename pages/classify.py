"""Who is on a photo? Whom to ask, the photo, an answer for every face, and all that stands behind it."""

import streamlit as st

from facelab.ui.classify import knows, photo, said, samples, why
from facelab.ui.given import source

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Who is it?", width="content")
    way = knows.choose_way()

left, right = st.columns(2, gap="large")
with left:
    asked = knows.choose(way)
if asked is None:
    st.stop()

with left, st.container(border=True):
    given = source.choose(samples.SLOT, samples.NAME, lambda: samples.choose(asked), "A photo")
    answer = photo.show(given, asked) if given else None

if answer:
    with right:
        said.show(asked, given, answer)
    people, reasons = st.columns(2, gap="large")
    with people:
        said.show_ranking(asked, answer)
        said.show_nearest(asked, answer)
    with reasons:
        why.show(asked, answer)
st.caption(
    "An answer is a likelihood and no proof of who somebody is: use it neither to accuse nor to admit or refuse "
    "anybody."
)
