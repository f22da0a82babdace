"""The photo with a name at every face, and the answer for the one that is meant."""

import numpy as np
import streamlit as st

from facelab.errors import FacelabError
from facelab.recognition import FoundFace
from facelab.recognition.identify import Answer
from facelab.ui.classify.knows import Knows
from facelab.ui.given import faces
from facelab.ui.given.source import Given

TALL = 380
"""px, the photo."""
NOBODY = "nobody I know"


def show(given: Given, knows: Knows) -> Answer | None:
    """Draw it; None where there is no answer, the page saying why."""
    chosen = faces.choose(given)
    if chosen is None:
        return None
    try:
        answers = [_answered(f"{knows.key} {given.key} {face.box}", knows, given.pixels, face) for face in chosen.all]
        answer = next((each for each in answers if each.face is chosen.face), None)
        if answer is None:
            answer = _answered(f"{knows.key} {given.key}", knows, given.pixels, None)
    except FacelabError as error:
        faces.draw(chosen, None, tall=TALL)
        st.error(f"{error} Or draw a box around a face on it.", icon=":material/error:")
        faces.choose_another(chosen, "answer for")
        return None
    faces.draw(chosen, None, list(map(label, answers)), TALL)
    faces.choose_another(chosen, "answer for")
    return answer


def label(answer: Answer) -> str:
    """What stands at a face."""
    if answer.name is None:
        return NOBODY
    return answer.name if answer.is_known else f"{answer.name}?"


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=200, scope="session")
def _answered(key: str, _knows: Knows, _pixels: np.ndarray, _face: FoundFace | None) -> Answer:
    return _knows.by.answer(_pixels, _face)
