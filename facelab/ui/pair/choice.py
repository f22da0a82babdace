"""What the address keeps: which network answers, and which sample pair it is shown."""

import streamlit as st

from facelab.errors import FacelabError
from facelab.recognition.embedders import Embedder, embedder, embedders
from facelab.ui.pair.samples import KINDS, OF_RUN, Sample, Source, sources
from facelab.ui.services import store

ADDRESS = "embedder"
NUMBER = "pair.number"


def choose_embedder(first: str = "starter") -> Embedder | None:
    """The control for it; None where it cannot be had, the page saying why.

    Args:
        first: the id of the one that is chosen where the address names none.
    """
    titles = dict(embedders(store()))
    asked = st.query_params.get(ADDRESS)
    if asked and asked not in titles:
        st.warning(
            f"There is no network {asked[:40]!r} that has learned pairs: here is another.", icon=":material/link_off:"
        )
    ids = list(titles)
    chosen = st.selectbox(
        "Network",
        ids,
        index=ids.index(asked if asked in titles else first),
        format_func=titles.__getitem__,
        key="embedder of pairs",
        on_change=_remember,
        help="The ready-made network, every network that was trained on pairs here, and the reference.",
    )
    try:
        return embedder(chosen, store())
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def choose_sample(embedder_id: str) -> Sample | None:
    """The controls for a pair that is there from the start; None where it cannot be had, the page saying why."""
    known = sources(embedder_id)
    title = st.selectbox("Sample pairs", list(known), key="pair.of", bind="query-params", width=260)
    source = known[title]
    kind = ""
    if source.kinds:
        kind = st.segmented_control(
            "Kind", source.kinds, default=KINDS[0], key="pair.kind", bind="query-params", required=True
        )
    number = _choose_number(source, kind)
    try:
        return source.take(kind, number)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def address_of_pair(run_id: str, number: int) -> dict[str, str]:
    """The page's address for a test pair of a run, which are numbered from 0."""
    return {ADDRESS: run_id, "pair.of": OF_RUN, NUMBER: str(number + 1)}


def _choose_number(source: Source, kind: str) -> int:
    """From 0 on."""
    count = source.count(kind)
    if st.session_state.get(NUMBER, 1) > count:
        st.session_state[NUMBER] = count
    number = st.number_input(f"Pair (of {count:,})", 1, count, key=NUMBER, bind="query-params", width=150)
    st.button("Another pair", icon=":material/shuffle:", key="another", on_click=_another, args=(count,))
    return number - 1


def _another(count: int) -> None:
    st.session_state[NUMBER] = st.session_state[NUMBER] % count + 1


def _remember() -> None:
    st.query_params[ADDRESS] = st.session_state["embedder of pairs"]
    st.session_state.pop("threshold", None)
    st.query_params.pop("threshold", None)
