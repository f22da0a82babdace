"""Which pixels made it answer so, and the way to the page that asks more about that."""

import hashlib

import numpy as np
import streamlit as st
from torch import Tensor

from facelab import plots
from facelab.analysis.attribution import METHODS, attribute, heat, refusals, strength
from facelab.data.faces import stack
from facelab.recognition import ALIGNED, Gallery
from facelab.recognition.identify import Answer
from facelab.ui.classify.knows import Knows
from facelab.ui.figures import show as show_figure
from facelab.ui.live import escape, page_path
from facelab.ui.pair import likeness
from facelab.ui.studio import sent
from facelab.ui.trained import Trained

QUICK = ("grad_cam", "saliency")
"""The methods that answer at once; the first that suits the network is taken."""
HEIGHT = 300
"""px, for two pictures beside each other in half of a wide page, or on a phone."""


def show(knows: Knows, answer: Answer) -> None:
    """A map over the crop; for enrolled people, over it and over the photo most like it."""
    st.subheader("Which pixels count")
    if isinstance(knows.by, Gallery):
        by = knows.by.embedder
        likeness.show(by, (answer.crop, by.cut(answer.example.pixels, ALIGNED)), ("this face", "the known one"))
        return
    name = answer.ranking[0].name
    digest = hashlib.blake2b(answer.crop.tobytes(), digest_size=16).hexdigest()
    method, values = _map(f"{knows.key} {digest}", knows.trained, stack([answer.crop]), knows.by.names.index(name))
    about = METHODS[method]
    figure = plots.attribution_maps(answer.crop, values[None], [about.title], [strength(values)], [about.signed])
    show_figure(figure.update_layout(height=HEIGHT), "why", f"What speaks for the answer {escape(name)}. {about.shows}")
    if st.button("Explain it by other methods", icon=":material/lightbulb:", key="explain"):
        sent.send(sent.EXPLAIN, "The face from the page Who is it?", answer.crop.transpose(2, 0, 1))
        st.switch_page(page_path("explain.py"), query_params={"run": knows.trained.run.id})


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=60, scope="session")
def _map(key: str, _trained: Trained, _crop: Tensor, _person: int) -> tuple[str, np.ndarray]:
    photo = _crop.float() / 255
    reasons = refusals(_trained.model, photo)
    method = next(name for name in QUICK if reasons[name] is None)
    return method, heat(attribute(_trained.model, photo, _person, method), method)[0]
