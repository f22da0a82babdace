"""The cure: the network trained again with what it bears worst as augmentation."""

import streamlit as st

from facelab import plots
from facelab.analysis.invariance import TRANSFORMS, ranking
from facelab.analysis.invariance.cure import CURES, cured
from facelab.errors import FacelabError
from facelab.runs import submit
from facelab.ui.breaking.whole import USUAL, band, measured
from facelab.ui.figures import show
from facelab.ui.live import STATUS, open_run, run_buttons
from facelab.ui.results import percent
from facelab.ui.services import store
from facelab.ui.trained import Trained, load

ADDRESS = "cure"
POLL_SECONDS = 1.0


def view(trained: Trained) -> None:
    """The worst transform that training can draw, the button, and both curves once it is done."""
    order = [each.name for each in reversed(ranking(measured(trained, USUAL, 1)))]
    curable = [name for name in order if name in CURES]
    beyond = [TRANSFORMS[name].title for name in order[: order.index(curable[0])]]
    if beyond:
        st.caption(f"It bears {', '.join(beyond)} worse still, but no augmentation draws the like of it.")
    name = st.selectbox(
        "Train again with",
        curable,
        format_func=lambda name: TRANSFORMS[name].title,
        key="cure.transform",
        help="The worst one first.",
        width=320,
    )
    config = cured(trained.run.config, name)
    st.button(
        f"Cure it of {TRANSFORMS[name].title.lower()}",
        type="primary",
        icon=":material/healing:",
        key="cure",
        on_click=_start,
        args=(config, trained.run.name, TRANSFORMS[name].title.lower()),
    )
    if problem := st.session_state.pop("cure problem", None):
        st.error(problem, icon=":material/error:")
    run_id = st.query_params.get(ADDRESS)
    _show(trained, _other(run_id) if run_id else None, name)


def _start(config, name: str, against: str) -> None:
    try:
        st.query_params[ADDRESS] = submit(config, f"{name}, with {against}"[:200], store=store())
    except FacelabError as error:
        st.session_state["cure problem"] = str(error)


def _other(run_id: str) -> Trained | None:
    """The network that was trained again; until then its progress."""
    try:
        run = store().get(run_id)
    except FacelabError as error:
        st.warning(str(error), icon=":material/link_off:")
        return None
    if run.active:
        st.fragment(_wait, run_every=POLL_SECONDS)(run_id)
        run_buttons(run)
        return None
    if run.test_accuracy is None:
        st.warning(f"The other network has ended without an answer: {run.message or run.status}")
        return None
    return load(run)


def _show(trained: Trained, other: Trained | None, name: str) -> None:
    """Accuracy against the transform, before and, as soon as it can be, after."""
    transform, before = TRANSFORMS[name], measured(trained, (name,), 1)
    curves = [band(before, name, "before", 0, transform.magnitude)]
    said = "The cure is to see it often: training photos changed like this, each time anew."
    if other:
        after = measured(other, (name,), 1)
        curves.append(band(after, name, "after", 1, transform.magnitude))
        said = (
            f"On the photos as they are {percent(before.clean)} before and {percent(after.clean)} after; at full "
            f"strength {percent(before.accuracy[0, -1])} and {percent(after.accuracy[0, -1])}. What is gained at one "
            "end is often paid for at the other, or with longer training."
        )
    axis = f"{transform.title} ({transform.unit})"
    show(plots.strength_curves(curves, axis, 1 / trained.faces.classes), "cured", said)
    if other and st.button("Open the cured network", icon=":material/open_in_new:", key="open cured"):
        open_run(other.run)


def _wait(run_id: str) -> None:
    run = store().get(run_id)
    icon, colour, text = STATUS[run.status]
    st.badge(text, icon=icon, color=colour)
    st.progress(min(run.epoch / run.config.epochs, 1.0), f"Epoch {run.epoch:.0f} of {run.config.epochs}")
    if not run.active:
        st.rerun()
