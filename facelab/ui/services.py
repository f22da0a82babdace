"""What every page needs: the store, and data with their progress on the page."""

import streamlit as st
import torch

from facelab.data import PAIR_SOURCES, SOURCES, DataSpec, Faces, FacesSpec, Pairs, PairsSpec, PeopleSpec, load_dataset
from facelab.data.album import Progress
from facelab.data.people import KEPT
from facelab.data.points import Points, PointsSpec, load_points
from facelab.errors import DataError, FacelabError
from facelab.runs import Run, RunStore
from facelab.ui.people import session


def one_thread() -> None:
    """Let torch compute on one thread: what pages compute is small, and beside workers that train more are many times
    slower. Every run of a script or fragment is a thread of its own, and OpenMP counts for each."""
    torch.set_num_threads(1)


@st.cache_resource(show_spinner=False)
def everyones_store() -> RunStore:
    """The store of runs as it is, one for all sessions."""
    return RunStore()


def store() -> RunStore:
    """The store of runs as this session sees it: without those on the people of another."""
    return everyones_store().seen_by([session.token()])


def dataset(spec: FacesSpec | PairsSpec) -> Faces | Pairs | None:
    """The data of `spec`; while they are made the page shows progress, if they cannot be made it says why."""
    place = st.empty()

    def progress(share: float) -> None:
        place.progress(share, f"Preparing {(SOURCES | PAIR_SOURCES)[spec.source].title}: {share:.0%}")

    try:
        found = _load(spec, progress)
    except FacelabError as error:
        place.error(str(error), icon=":material/error:")
        return None
    place.empty()
    return found


def data_of(run: Run) -> Faces | Pairs | Points | None:
    """What a run was trained on, if it is there and still the same."""
    try:
        data = _load(run.config.data)
    except FacelabError:
        return None
    return data if data.fingerprint == run.fingerprint else None


def points(spec: PointsSpec) -> Points | None:
    """The points of `spec`, or None, the page saying why."""
    try:
        return load_points(spec)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None


def _load(spec: DataSpec, progress: Progress | None = None) -> Faces | Pairs | Points:
    """As `load_dataset`; of enrolled people only those whom this session may see, kept in its own cache.

    Raises:
        DataError: as `load_dataset`, or these people are another session's.
    """
    faces = getattr(spec, "faces", spec)
    if not isinstance(faces, PeopleSpec):
        return load_dataset(spec, progress)
    if faces.key not in (KEPT, session.token()):
        raise DataError("These people belong to another session: enrol them here to see them.")
    signature = (SOURCES | PAIR_SOURCES)[spec.source].signature(spec)
    return _private(session.token(), spec.model_dump_json(), signature, spec)


@st.cache_resource(show_spinner=False, max_entries=8, scope="session")
def _private(token: str, settings: str, signature: str, _spec: DataSpec) -> Faces | Pairs:
    return load_dataset(_spec)
