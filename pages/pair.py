"""Do two photos show the same person? The photos, a careful answer, and all that stands behind it."""

import streamlit as st

from facelab.ui.pair import choice, faces, likeness, networks, sides, verdict
from facelab.ui.pair.compare import answer

words, control = st.columns([3, 2], vertical_alignment="bottom")
words.title("Same person?")
with control:
    embedder = choice.choose_embedder()

with st.container(horizontal=True, vertical_alignment="bottom"):
    sides.choose_both()
    sample = choice.choose_sample(embedder.id) if embedder and sides.needs_sample() else None
    st.button("Swap sides", icon=":material/swap_horiz:", key="swap", on_click=sides.swap)

top = st.container()
shown = []
for place, slot, name in zip(st.columns(2, gap="large"), sides.slots(), ("Photo A", "Photo B"), strict=True):
    with place, st.container(border=True):
        given = sides.choose(slot, name, sample)
        shown.append(faces.show(given, embedder) if given and embedder else None)

if embedder and all(shown):
    found = answer(embedder, *shown)
    with top:
        verdict.show_verdict(found, sides.truth(sample, shown))
    known, others = st.columns(2, gap="large")
    with known:
        st.subheader("Among known pairs")
        verdict.show_threshold(found)
    with others:
        st.subheader("All networks")
        networks.show(*shown)
        st.subheader("What made them alike")
        likeness.show(found.embedder, found.crops)
if embedder:
    verdict.show_embedder(embedder)
