"""Who knows people: a network that was trained on faces, or an embedder that was shown those enrolled."""

import hashlib
from dataclasses import dataclass

import numpy as np
import streamlit as st

from facelab.errors import FacelabError
from facelab.recognition import Classifier, Gallery
from facelab.recognition.embedders import Embedder
from facelab.recognition.identify import Identifier
from facelab.recognition.identify.gallery import EMBEDDER, embed_aligned
from facelab.ui import trained
from facelab.ui.live import page_path
from facelab.ui.pair.choice import choose_embedder
from facelab.ui.people import session
from facelab.ui.people.cards import RECOGNISED
from facelab.ui.trained import Trained

NETWORK, PEOPLE = "A network", "Enrolled people"
SHOTS = 3000  # whose features a session keeps


@dataclass(frozen=True, eq=False)
class Knows:
    """What is asked.

    Attributes:
        key: different for everything that an answer could come out differently for.
        by: a `Classifier` or a `Gallery`.
        trained: the network of a `Classifier`.
    """

    key: str
    by: Identifier
    trained: Trained | None = None


def choose_way() -> str:
    """The control for `NETWORK` or `PEOPLE`."""
    first = PEOPLE if _enrolled() and "run" not in st.query_params else NETWORK
    return st.segmented_control(
        "Known by",
        (NETWORK, PEOPLE),
        default=first,
        key="who.by",
        bind="query-params",
        required=True,
        label_visibility="collapsed",
    )


def choose(way: str) -> Knows | None:
    """The controls for which of them; None where it cannot be had, the page saying why."""
    try:
        return _by_network() if way == NETWORK else _by_people(_enrolled())
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _by_network() -> Knows | None:
    found = trained.choose()
    if found is None:
        return None
    # What shows faces of a session's people is kept in that session alone.
    keep = _own_classifier if found.run.config.people else _classifier
    return Knows(found.key, keep(found.key, found), found)


def _by_people(enrolled: dict[str, list[np.ndarray]]) -> Knows | None:
    if not enrolled:
        st.info(f"Nobody is enrolled yet: name people and add {RECOGNISED} photos or more of each.")
        if st.button("Enrol people", icon=":material/group_add:", key="enrol"):
            st.switch_page(page_path("people.py"))
        return None
    embedder = choose_embedder(EMBEDDER)
    if embedder is None:
        return None
    gallery = Gallery.of(
        enrolled, embedder, lambda aligned: _features(embedder.id, _digest(aligned), embedder, aligned)
    )
    return Knows(f"{embedder.id} {session.people().digest}", gallery)


def _enrolled() -> dict[str, list[np.ndarray]]:
    """Aligned photos of everybody who has enough of them."""
    return {name: photos for name, photos in session.people().photos().items() if len(photos) >= RECOGNISED}


def _make_classifier(key: str, _found: Trained) -> Classifier:
    crop = getattr(_found.run.config.data, "crop", 1.0)
    return Classifier.of(_found.model, _found.faces, crop)


KNOWING = "Looking at what the network knows"
_classifier = st.cache_resource(show_spinner=KNOWING, max_entries=8)(_make_classifier)
_own_classifier = st.cache_resource(show_spinner=KNOWING, max_entries=8, scope="session")(_make_classifier)


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=SHOTS, scope="session")
def _features(embedder_id: str, digest: str, _embedder: Embedder, _aligned: np.ndarray) -> np.ndarray:
    return embed_aligned(_embedder, _aligned)


def _digest(pixels: np.ndarray) -> str:
    return hashlib.blake2b(pixels, digest_size=16).hexdigest()
