"""The studio: the portrait, the controls beside it, and where it can go from here."""

import re

import streamlit as st

from facelab.data import GeneratedSpec
from facelab.data.generated import Person, Photo
from facelab.ui.live import page_path
from facelab.ui.studio import address, sent, take
from facelab.ui.studio.controls import listen, show_groups
from facelab.ui.studio.knobs import KNOBS, PERSON, PHOTO, POSE
from facelab.ui.studio.parts import portrait
from facelab.ui.studio.sitter import choose_morph, choose_sitter, morphed

WAYS = (
    ("Who is it?", "person_search", "classify.py", sent.WHO),
    ("Explain it", "lightbulb", "explain.py", sent.EXPLAIN),
    ("Left of a pair", "compare", "pair.py", sent.LEFT),
    ("Right of a pair", "compare", "pair.py", sent.RIGHT),
)
RETURN = "studio address"
IN_VIEW = """<style>
[data-testid=stColumn]:has(.st-key-studio_portrait) { position: sticky; top: 3.5rem; align-self: start; z-index: 2; }
@media (max-width: 640px) {
  [data-testid=stColumn]:has(.st-key-studio_portrait) { background: var(--st-background-color); }
  .st-key-studio_portrait { max-width: 56vw; margin: auto; }
}
</style>"""
"""The portrait stays in view while its controls scroll by."""


def come_back() -> None:
    """Restore the address that was left to send a picture; to be called before any control is drawn.

    Streamlit takes it away from the page first, and both the browser's Back and the menu lead to the bare page.
    """
    left = st.session_state.pop(RETURN, None)
    if left and not st.query_params:
        st.query_params.from_dict(left)
        st.rerun()  # controls read the address when a run of the script begins


@st.fragment
def show_studio(spec: GeneratedSpec) -> None:
    """Choose one of these people or invent one, direct the photo, and send it on."""
    sitter = morphed(spec, choose_sitter(spec))
    person, photo = address.apply(sitter.person), address.apply(Photo())
    left, right = st.columns([5, 6], gap="large")
    # First the portrait: what a hand does next interrupts what is not yet drawn.
    with left:
        st.html(IN_VIEW)
        with st.container(key="studio_portrait"):
            portrait(
                take.picture(person, photo),
                take.describe(sitter.name, person, photo),
                photo,
                tuple(KNOBS[PHOTO + field] for field in POSE),
                "portrait",
                lambda: listen(Photo(), "portrait"),
            )
    with right:
        who, how, where = st.tabs(["Person", "Photo", "Send it"], key="studio", on_change="rerun")
        if who.open:
            with who:
                show_groups(sitter.person)
                choose_morph(spec)
                _show_way_back("Undo the changes", PERSON)
        if how.open:
            with how:
                show_groups(Photo())
                _show_way_back("Plain portrait", PHOTO)
        if where.open:
            with where:
                _show_ways_on(sitter.name, person, photo)
                _show_truth(sitter.name, person, photo)


def _show_way_back(label: str, prefix: str) -> None:
    st.button(
        label,
        icon=":material/undo:",
        key=f"{prefix}undo",
        on_click=address.clear,
        args=(prefix,),
        disabled=not address.changed(prefix),
    )


def _show_ways_on(name: str, person: Person, photo: Photo) -> None:
    """The pages that it can be sent to."""
    st.markdown("What does a network make of this picture?")
    with st.container(horizontal=True):
        for label, icon, page, place in WAYS:
            if st.button(label, icon=f":material/{icon}:", key=label):
                sent.send(place, name, take.take(person, photo))
                st.session_state[RETURN] = {key: st.query_params.get_all(key) for key in st.query_params}
                st.switch_page(page_path(page), query_params={})


def _show_truth(name: str, person: Person, photo: Photo) -> None:
    """All that is known of it, to copy and to take away."""
    st.markdown("Its true parameters, which no photograph comes with:")
    file = re.sub(r"\W+", "-", name.lower()).strip("-")
    with st.container(horizontal=True):
        for kind, data in (("PNG", lambda: take.png(person, photo)), ("JSON", lambda: take.truth(person, photo))):
            st.download_button(
                f"Download {kind}",
                data,
                f"{file}.{kind.lower()}",
                icon=":material/download:",
                key=f"download {kind}",
                on_click="ignore",
            )
    st.code(take.truth(person, photo), language="json", height=320)
