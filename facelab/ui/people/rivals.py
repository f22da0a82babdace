"""Two ways to know the same people: a network trained on them, and the nearest of those who are enrolled.

Both are asked about the network's own test photos, which it never saw; enrolled are the photos that it learned from.
"""

import streamlit as st

from facelab.data import Faces
from facelab.data.people import folder_of, read
from facelab.recognition import ALIGNED, Gallery, embedder
from facelab.recognition.identify.gallery import EMBEDDER
from facelab.runs import Run
from facelab.training import interval
from facelab.ui.live import escape
from facelab.ui.people import session
from facelab.ui.results import percent
from facelab.ui.services import data_of, store

LISTED = 20


def show() -> None:
    """The comparison for a finished run on the people of this session; nothing while there is none."""
    runs = {run.id: run for run in store().all(limit=LISTED, members=False) if _is_on_them(run)}
    if not runs:
        return
    st.subheader("Trained or enrolled?")
    chosen = next(iter(runs))
    if len(runs) > 1:
        chosen = st.selectbox("Network", list(runs), format_func=lambda run_id: escape(runs[run_id].name), key="rival")
    run = runs[chosen]
    faces = data_of(run)
    if faces is None:
        st.info("The people have changed since this network learned them: train it again to compare.")
        return
    nearest, nobody, total = _nearest(session.token(), run.id, faces.fingerprint, faces)
    st.dataframe(
        {
            "": ["The network that was trained on them", "The nearest person, by an embedding"],
            "Right": [_right(run.test_right, run.test_total), _right(nearest, total)],
        },
        hide_index=True,
        key="rivals",
        alt="How often each way names the right person on the same test photos.",
    )
    st.caption(
        f"Both on the same {total} photos, which neither has seen; in brackets the 95 % interval. The network learned "
        f"from {len(faces.splits['train'])} photos of these {faces.classes} people; the embedding compares with the "
        "same photos by what it knows of thousands of other people. Of these test photos it would call "
        f"{nobody or 'none'} nobody it knows, which the network cannot say."
    )


def _is_on_them(run: Run) -> bool:
    return run.test_accuracy is not None and run.config.subject == "faces" and run.config.people == session.key()


@st.cache_resource(show_spinner="Comparing with the nearest person", max_entries=8, scope="session")
def _nearest(token: str, run_id: str, fingerprint: str, _faces: Faces) -> tuple[int, int, int]:
    """Of the test photos: on how many the nearest person is the right one, on how many it is nobody who is known, and
    how many there are."""
    photos = read(folder_of(store().get(run_id).config.people)).photos()
    rows = [(name, pixels) for name in _faces.names for pixels in photos[name]]  # in the order of the dataset
    enrolled = {name: [] for name in _faces.names}
    for row in _faces.splits["train"].tolist():
        enrolled[rows[row][0]].append(rows[row][1])
    gallery = Gallery.of(enrolled, embedder(EMBEDDER, store()))
    answers = [(rows[row][0], gallery.answer(rows[row][1], ALIGNED)) for row in _faces.splits["test"].tolist()]
    right = sum(answer.ranking[0].name == name for name, answer in answers)
    return right, sum(not answer.is_known for _, answer in answers), len(answers)


def _right(right: int, total: int) -> str:
    low, high = interval(right, total)
    return f"{percent(right / total)} ({percent(low)} to {percent(high)})"
