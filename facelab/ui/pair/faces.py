"""One of the two photos: its faces, the crop of the one that is compared, and what is wrong with it."""

import streamlit as st

from facelab.errors import FacelabError
from facelab.recognition.embedders import Embedder
from facelab.recognition.face_space import STRANGE
from facelab.ui.given import faces
from facelab.ui.given.source import Given
from facelab.ui.pair.compare import Shown, describe


def show(given: Given, embedder: Embedder) -> Shown | None:
    """Draw a photo with its faces; the face that is meant, or None where there is none, the page saying why."""
    chosen = faces.choose(given)
    if chosen is None:
        return None
    shown = Shown(given, chosen.face)
    try:
        description = describe(embedder, shown)
    except FacelabError as error:
        faces.forget(given)
        st.error(str(error), icon=":material/error:")
        return None
    faces.draw(chosen, description and description.crop)
    if description is None:
        st.error(
            f"No face was found in {given.name}: draw a box around one on the photo, from the brows to the chin, or "
            "give another photo.",
            icon=":material/error:",
        )
    faces.choose_another(chosen, "compare")
    if description and description.strangeness > STRANGE:
        st.warning(
            f"The crop of {given.name} is unlike the photographs of real faces that such networks learn from, so the "
            "verdict means little. Is it a face, upright and in full view?",
            icon=":material/help:",
        )
    return shown if description else None
