"""One run on the page: its state, its curves while it learns, and what came of it."""

import math
from collections.abc import Callable
from pathlib import Path

import streamlit as st

from facelab import plots
from facelab.errors import FacelabError, RunError
from facelab.runs import Run, RunConfig, resume, submit
from facelab.training.objectives import OBJECTIVES
from facelab.ui.figures import show
from facelab.ui.forms import open_settings
from facelab.ui.services import store

FIRST_POLL_SECONDS, POLL_SECONDS = 0.4, 1.0
STATUS = {
    "queued": (":material/schedule:", "gray", "Waiting for a free worker"),
    "running": (":material/play_arrow:", "blue", "Training"),
    "paused": (":material/pause:", "orange", "Paused"),
    "finished": (":material/check:", "green", "Finished"),
    "stopped": (":material/stop:", "orange", "Stopped"),
    "diverged": (":material/trending_up:", "red", "Diverged"),
    "failed": (":material/error:", "red", "Failed"),
    "lost": (":material/link_off:", "red", "Lost"),
}
PAGES = {"faces": "train.py", "pairs": "train.py", "points": "playground.py"}
"""The page that shows a run, by its subject."""
LEFT = "address that was left"
EXAMPLES = {"faces": ("photos", "validation"), "pairs": ("pairs", "validation"), "points": ("points", "test")}
"""What a network is shown, and the split that is watched beside training, by the subject of its run."""


def chosen_run(*subjects: str) -> Run | None:
    """The run that the address names, or None; a run that is gone is said to be gone.

    To be called before any control is drawn: a run that was just opened brings its settings along.

    Args:
        subjects: those that this page shows; a run on another is shown on its own page instead.
    """
    run_id = st.query_params.get("run")
    if not run_id:
        return None
    try:
        run = store().get(run_id)
    except RunError as error:
        st.warning(str(error), icon=":material/link_off:")
        return None
    if run.config.subject not in (subjects or PAGES):
        open_run(run)
    if st.session_state.pop("opened run", None) == run_id:
        open_settings(run.config)
    return run


def open_run(run: Run) -> None:
    """Go to the page that shows a run, and set its controls to the run's settings."""
    # Not by the address: on its way to another page it loses what controls of this one are bound to.
    st.session_state["opened run"] = run.id
    st.session_state[LEFT] = run.id, {name: st.query_params.get_all(name) for name in st.query_params}
    st.switch_page(page_path(PAGES[run.config.subject]), query_params={"run": run.id})


def come_back() -> None:
    """Restore the address that was left to open a run; to be called before any control is drawn.

    On the way to a run Streamlit gives this page the run's address first, and the browser's Back leads there.
    """
    run_id, address = st.session_state.get(LEFT, ("", {}))
    if run_id and st.query_params.get("run") == run_id:
        st.query_params.from_dict(address)
        st.rerun()  # controls read the address when a run of the script begins


def page_path(page: str) -> Path:
    """A page's script, for a link to it."""
    return Path(__file__).parents[2] / "pages" / page


def train_button(config: RunConfig | None, run: Run | None) -> None:
    """Start a run of these settings; disabled while a setting is wrong or the chosen run is active."""
    busy = run is not None and run.active
    label = "Train again" if run and not busy else "Train"
    st.button(
        label,
        type="primary",
        icon=":material/play_arrow:",
        key="train",
        disabled=config is None or busy,
        on_click=_train,
        args=(config,),
    )


def run_buttons(run: Run) -> None:
    """Pause, stop or resume, whichever this run can."""
    with st.container(horizontal=True):
        if run.active:
            st.button("Pause", icon=":material/pause:", on_click=_ask, args=(run.id, "pause"), key="pause")
            st.button("Stop", icon=":material/stop:", on_click=_ask, args=(run.id, "stop"), key="stop")
        elif run.resumable:
            st.button("Resume", icon=":material/play_arrow:", on_click=_resume, args=(run.id,), key="resume")


def run_panel(run: Run, show_more: Callable[[Run], None] | None = None) -> None:
    """State and curves, redrawn while there may be news; `show_more` draws what there is besides."""
    st.fragment(_panel, run_every=_poll_seconds(run))(run.id, run.active, _poll_seconds(run), show_more)


def _poll_seconds(run: Run) -> float | None:
    """How often to look: soon for the first point, then at a pace that leaves the browser time for the controls.

    A lost run is looked at too, for its worker may be started again.
    """
    if not run.active and run.status != "lost":
        return None
    return FIRST_POLL_SECONDS if run.step == 0 else POLL_SECONDS


def _panel(run_id: str, was_active: bool, seconds: float | None, show_more: Callable[[Run], None] | None) -> None:
    try:
        run = store().get(run_id)
    except RunError:
        st.rerun()
    _state(run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        log = st.toggle("Log axis", key="log", bind="query-params")
        smoothing = st.slider("Smoothing", 0.0, 0.95, 0.6, 0.05, key="smoothing", bind="query-params", width=240)
    history, total = store().history(run.id), run.config.epochs
    about_loss, about_accuracy = _captions(run.config)
    if run.active and not len(history.epochs):
        # Empty axes would cost the browser as much time as the first points do.
        st.skeleton(height=2 * plots.palette.HEIGHT)
        return
    diverged = len(history.steps["step"]) - 1 if run.status == "diverged" else None
    show(
        plots.loss_curves(history.steps, history.epochs, log, smoothing, run.best_epoch, diverged, total),
        "loss",
        f"Faint: the loss of every step; bold: its running mean. {about_loss}",
    )
    show(
        plots.accuracy_curves(history.epochs, run.best_epoch, 1 / run.classes if run.classes else None, total),
        "accuracy",
        about_accuracy,
    )
    if show_more:
        show_more(run)
    details = st.expander("Gradients and learning rate", icon=":material/ssid_chart:", key="details", on_change="rerun")
    if details.open:
        with details:
            show(
                plots.norm_curves(history.epochs, total),
                "gradient_norms",
                "How hard each layer is pushed. One that stays far below the others learns little.",
            )
            show(plots.rate_curve(history.epochs, total_epochs=total), "rate")
    if (run.active, _poll_seconds(run)) != (was_active, seconds):
        # What is outside of this fragment changes too: buttons, results, the pace.
        st.rerun()


def _captions(config: RunConfig) -> tuple[str, str]:
    """What to notice in the curves of loss and accuracy."""
    examples, watched = EXAMPLES[config.subject]
    if config.subject == "pairs" and not OBJECTIVES[config.model.loss].on_pairs:
        return (
            "Training: of telling the people on its photos apart. Validation: of telling from the distance whether two "
            "photos show one person: another loss, so compare how each falls.",
            "Training: photos on which it knows the person. Validation: pairs that it judges rightly; the threshold is "
            "chosen on these same pairs, which flatters a little.",
        )
    return (
        f"Where the {watched} loss turns up while training goes on down, the network begins to learn its {examples} by "
        "heart.",
        f"The gap between training and {watched} is what does not carry over to {examples} never seen.",
    )


def _state(run: Run) -> None:
    """Status, progress, speed and time left in one line."""
    icon, colour, text = STATUS[run.status]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(text, icon=icon, color=colour)
        st.markdown(f"**{escape(run.name)}**")
    if run.active or run.status == "paused":
        st.progress(min(run.epoch / run.config.epochs, 1.0), _pace(run))
    if run.message:
        tell = {"diverged": st.warning, "failed": st.error, "lost": st.warning}.get(run.status, st.info)
        tell(run.message)


def _pace(run: Run) -> str:
    parts = [f"Epoch {run.epoch:.1f} of {run.config.epochs}"]
    if run.images_per_second:
        parts += [
            f"{run.images_per_second:,.0f} {EXAMPLES[run.config.subject][0]} a second",
            f"{duration(run.seconds_left)} left",
        ]
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """A time as people say it: "45 s", "3 min", "2 h 10 min"."""
    if seconds < 100:
        return f"{math.ceil(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"


def escape(text: str) -> str:
    """A person's own words, safe from being read as Markdown."""
    return "".join(f"\\{letter}" if letter in MARKDOWN else letter for letter in text)


MARKDOWN = set("\\`*_{}[]()<>#+-.!|~:$")


def _train(config: RunConfig) -> None:
    """Start once, also when the button was pressed twice."""
    running = st.query_params.get("run")
    if running and any(run.id == running and run.active for run in store().all(limit=20)):
        return
    st.query_params["run"] = submit(config, store=store())


def _ask(run_id: str, command: str) -> None:
    _try(store().ask, run_id, command)


def _resume(run_id: str) -> None:
    _try(resume, run_id)


def _try(action, *args) -> None:
    """Do it, or say in a passing note why not: a second tab may have been quicker."""
    try:
        action(*args)
    except FacelabError as error:
        st.toast(str(error), icon=":material/info:")
