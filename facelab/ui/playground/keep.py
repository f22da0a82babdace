"""From the Playground into the store: the same settings give the same training, so a worker makes the run."""

import streamlit as st

from facelab.errors import FacelabError
from facelab.runs import RunConfig, submit
from facelab.ui.services import store


def show_button(config: RunConfig) -> None:
    """Train exactly this once more, as a run like any other."""
    st.button(
        "Keep",
        icon=":material/bookmark:",
        key="keep",
        help="Train exactly this, with its changes, as a run of its own, and keep it with its film and weights.",
        on_click=_keep,
        args=(config,),
    )


def _keep(config: RunConfig) -> None:
    try:
        submit(config, store=store())
    except FacelabError as error:
        st.toast(str(error), icon=":material/error:")
    else:
        st.toast("Kept: see the list of runs below.", icon=":material/bookmark:")
