"""What every page needs: the store, and data with their progress on the page."""

import streamlit as st
import torch

from facelab.data import PAIR_SOURCES, SOURCES, Faces, FacesSpec, Pairs, PairsSpec, load_dataset
from facelab.data.points import Points, PointsSpec, load_points
from facelab.errors import FacelabError
from facelab.runs import Run, RunStore


def one_thread() -> None:
    """Let torch compute on one thread: what pages compute is small, and beside workers that train more are many times
    slower. Every run of a script or fragment is a thread of its own, and OpenMP counts for each."""
    torch.set_num_threads(1)


@st.cache_resource(show_spinner=False)
def store() -> RunStore:
    """The store of runs, one for all sessions."""
    return RunStore()


def dataset(spec: FacesSpec | PairsSpec) -> Faces | Pairs | None:
    """The data of `spec`; while they are made the page shows progress, if they cannot be made it says why."""
    place = st.empty()

    def progress(share: float) -> None:
        place.progress(share, f"Preparing {(SOURCES | PAIR_SOURCES)[spec.source].title}: {share:.0%}")

    try:
        found = load_dataset(spec, progress)
    except FacelabError as error:
        place.error(str(error), icon=":material/error:")
        return None
    place.empty()
    return found


def data_of(run: Run) -> Faces | Pairs | Points | None:
    """What a run was trained on, if it is there and still the same."""
    try:
        data = load_dataset(run.config.data)
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
