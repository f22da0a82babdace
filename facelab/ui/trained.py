"""The trained network that a page looks into: chosen once, kept in the address, shared by all sessions."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st
from torch import nn

from facelab.data import Faces
from facelab.errors import FacelabError, RunError
from facelab.labs import starters
from facelab.runs import Run
from facelab.training import predict
from facelab.ui.results import percent
from facelab.ui.services import dataset, store

LISTED = 200


@dataclass(frozen=True, eq=False)
class Trained:
    """A run on faces with its network, in evaluation mode, and its faces. Both are read by many: nobody changes them.

    `key` is different for everything that a cached analysis could come out differently for.
    """

    run: Run
    model: nn.Module
    faces: Faces

    @property
    def key(self) -> str:
        return f"{self.run.id} {self.run.attempt} {self.run.step} {self.faces.fingerprint}"


def head(title: str) -> Trained:
    """A page's title with the choice of a network beside it; without a network the page ends here."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    left.title(title)
    with right:
        trained = choose()
    if trained is None:
        st.stop()
    return trained


def show_view(
    trained: Trained, views: dict[str, Callable[[Trained], None]], suits: dict[str, Callable[[Trained], bool]], key: str
) -> None:
    """One of a page's views, chosen among those that suit the network; views without an entry suit any."""
    offered = [name for name in views if name not in suits or suits[name](trained)]
    name = st.segmented_control(
        "View", offered, default=offered[0], key=key, bind="query-params", required=True, label_visibility="collapsed"
    )
    views[name](trained)


def choose() -> Trained | None:
    """The control for it; None while there is nothing to look into, the page saying why.

    The ready-made networks are always among them.
    """
    runs = {run.id: run for run in _runs()}
    asked = st.query_params.get("run")
    if asked and asked not in runs:
        try:
            runs = {asked: store().get(asked)} | runs
        except RunError as error:
            st.warning(str(error), icon=":material/link_off:")
    if not runs:
        st.info("No network was trained on faces yet: train one on the Train page.")
        return None
    run_id = st.selectbox(
        "Network",
        list(runs),
        index=list(runs).index(asked) if asked in runs else 0,
        format_func=lambda run_id: _title(runs[run_id]),
        key="network",
        on_change=_remember,
        help="Every network that was trained on faces here.",
    )
    return load(runs[run_id])


def _runs() -> list[Run]:
    """Those of this store, the newest first, then the ready-made ones."""
    ready = starters.install(store())
    known = [run for run in store().all(limit=LISTED, members=False) if run.id not in ready]
    return [run for run in (*known, *map(store().get, ready)) if _is_trained(run)]


def _is_trained(run: Run) -> bool:
    try:
        return run.epoch > 0 and run.status != "failed" and run.config.subject == "faces"
    except FacelabError:
        return False  # settings of another time


def _title(run: Run) -> str:
    if run.test_accuracy is not None:
        return f"{run.name} ({percent(run.test_accuracy)} right on test)"
    return f"{run.name} ({run.status}, epoch {run.epoch:.0f})"


def _remember() -> None:
    st.query_params["run"] = st.session_state["network"]


def beside(trained: Trained, most: int) -> list[Trained]:
    """Other networks on the same faces, to be seen beside this one; none at first."""
    others = {run.id: run for run in _runs() if run.fingerprint == trained.run.fingerprint and run.id != trained.run.id}
    if not others:
        return []
    chosen = st.multiselect(
        "Beside it",
        list(others),
        format_func=lambda run_id: _title(others[run_id]),
        max_selections=most,
        key="beside",
        placeholder="Other networks on the same faces",
    )
    return [found for run_id in chosen if (found := load(others[run_id]))]


def load(run: Run) -> Trained | None:
    """A run's network and faces; None where they cannot be had, the page saying why."""
    try:
        if run.config.subject != "faces":
            st.warning(
                f"This run learned {run.config.subject}, not who is on a photo: choose another.", icon=":material/info:"
            )
            return None
        people = dataset(run.config.data)
        if people is None:
            return None
        model = _model(run.id, run.attempt, run.step, run, people)
    except FacelabError as error:
        st.error(str(error), icon=":material/error:")
        return None
    if run.fingerprint != people.fingerprint:
        st.info("The faces have changed since this network learned them: what follows is about those of now.")
    if run.status == "diverged":
        st.warning(f"{run.message} This is the network as it was kept last.", icon=":material/error:")
    if run.active:
        st.caption(f"It is still learning: this is the network as it was kept last. Epoch {run.epoch:.0f} is over.")
    return Trained(run, model, people)


@st.cache_resource(show_spinner=False, max_entries=8)
def _model(run_id: str, attempt: int, step: int, _run: Run, _faces: Faces) -> nn.Module:
    """The network as it was kept last.

    Raises:
        RunError: nothing of it is kept, it does not fit its faces, or it answers with what is no number.
    """
    if _faces.classes != _run.classes:
        raise RunError("The weights of this run do not fit its faces any more: train it again.")
    model = store().load_model(run_id)
    if not predict(model, _faces.images[:1]).isfinite().all():
        raise RunError(
            "This network diverged and answers with no numbers: train it again with a smaller learning rate."
        )
    return model
