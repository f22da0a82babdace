"""What to do with people who are enrolled: try them, train on them, keep them, take them away, forget them."""

import streamlit as st

from facelab.data.people import KEPT, folder_of, pack
from facelab.errors import FacelabError
from facelab.plots.frame import count
from facelab.ui.controls import words
from facelab.ui.live import escape, page_path
from facelab.ui.people import cards, session
from facelab.ui.people.suited import suited


def show() -> None:
    """The ways on, for as many people as are ready."""
    people = session.people()
    ready = [name for name in people.names if len(people.shots(name)) >= cards.RECOGNISED]
    trainable = [name for name in people.names if len(people.shots(name)) >= cards.TRAINED]
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Who is it?", icon=":material/person_search:", key="try", type="primary", disabled=not ready):
            st.switch_page(page_path("classify.py"))
        if st.button("Train a network", icon=":material/model_training:", key="train on", disabled=len(trainable) < 2):
            settings = {name: str(value) for name, value in suited(people).items()}
            st.switch_page(page_path("train.py"), query_params={"data.source": words("people")} | settings)
    said = f"{_names(ready)} can be recognised on other photos." if ready else "Two photos of a person are enough."
    if len(trainable) < 2:
        said += f" To train a network, give two people {cards.TRAINED} photos each or more."
    st.caption(said)


def show_whose() -> None:
    """Where these faces are, and how they get elsewhere or nowhere."""
    with st.container(border=True):
        st.markdown("**Whose faces**")
        if session.is_kept():
            st.caption(
                f"These people are kept on this computer, in {escape(str(folder_of(KEPT)))}. Everybody who opens "
                "facelab here sees them."
            )
        else:
            st.caption(
                "These people are in the memory of this session alone: no other tab sees them, and when this one is "
                "closed or loaded again they are forgotten."
            )
        if not len(session.people()):
            return
        if not session.is_kept():
            with st.popover("Keep on this computer", icon=":material/save:", width="stretch"):
                st.write(
                    f"They are written to {escape(str(folder_of(KEPT)))}, and everybody who opens facelab on this "
                    "computer sees them. A network that was trained on them before goes with this session."
                )
                st.button("Keep them", key="keep", type="primary", on_click=_keep)
        st.download_button(
            "Export (zip)",
            lambda: pack(session.people()),
            "people.zip",
            icon=":material/download:",
            key="export",
            on_click="ignore",
            width="stretch",
        )
        with st.popover("Forget everybody", icon=":material/delete:", width="stretch"):
            st.write("All photos of all these people are gone for good, and every network that was trained on them.")
            st.button("Forget everybody", key="forget all", type="primary", on_click=cards.forget)


def _names(names: list[str]) -> str:
    """As in a sentence: "Ann, Bob and Cem"."""
    shown = [f"**{escape(name)}**" for name in names[:6]] + ([count(len(names) - 6, "other")] if len(names) > 6 else [])
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else shown[0]


def _keep() -> None:
    try:
        session.keep()
    except FacelabError as error:
        st.toast(escape(str(error)), icon=":material/error:")
