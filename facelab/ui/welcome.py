"""The parts of the home page."""

from pathlib import Path

import streamlit as st

from facelab.runs import Run
from facelab.ui.controls import address
from facelab.ui.live import PAGES, STATUS, escape, page_path
from facelab.ui.results import percent
from facelab.ui.services import store

HEADS = Path(__file__).parents[2] / "assets" / "heads.webp"
RECENT = 4
PATHS = (
    ("data.py", "Meet the faces", "Generated people, your own photos, or a research dataset."),
    ("train.py", "Train a network", "Press one button now, change everything later."),
    ("pair.py", "The same person?", "Compare two photos, and see how sure a network can be."),
    ("people.py", "Make your own classes", "Name people, add photos or use the camera, and be recognised."),
    ("classify.py", "Who is it?", "A photo, and whom a network or an embedding takes its faces for."),
    ("playground.py", "Play with points", "A network's whole function, seen while it learns spirals, or Europe."),
    ("compare.py", "Compare settings", "Learning rates, batch sizes, depths and widths in a race."),
    ("inside.py", "Look inside", "What units look for, which faces it confuses, and why."),
    ("explain.py", "Explain an answer", "Which pixels made it say so, and whether to believe that."),
    ("invariance.py", "Try to break it", "Turn, blur and cover faces until it fails, then cure it."),
)
COLUMNS = 2


def show_paths() -> None:
    """The ways into the app."""
    for first in range(0, len(PATHS), COLUMNS):
        # Row by row, so that they keep their order where the page is narrow.
        row = PATHS[first : first + COLUMNS]
        for column, (page, label, text) in zip(st.columns(COLUMNS), row, strict=False):
            with column.container(border=True, gap=None, height="stretch"):
                st.page_link(page_path(page), label=f"**{label}**", icon=":material/arrow_forward:")
                st.caption(text)


def show_heads() -> None:
    """A living picture: generated people turning their heads."""
    st.image(
        HEADS,
        width="stretch",
        caption="People who do not exist, drawn by facelab from their shape and the light on them. From any of these "
        "angles you would know them again. Will your network?",
        alt="Fifteen generated faces turning their heads from side to side.",
    )


def show_recent_runs() -> None:
    """The latest runs, each a link to its page."""
    runs = store().all(limit=RECENT, members=False)
    if not runs:
        return
    st.subheader("Recent runs")
    for place, run in zip(st.columns(RECENT), runs, strict=False):
        with place.container(border=True):
            _card(run)


def _card(run: Run) -> None:
    icon, colour, text = STATUS[run.status]
    st.badge(text, icon=icon, color=colour)
    epochs = store().history(run.id).epochs
    accuracy = epochs.get("validation_accuracy" if run.validation_accuracy is not None else "test_accuracy")
    known = run.test_accuracy if run.test_accuracy is not None else run.validation_accuracy
    st.metric(
        "Test accuracy" if run.test_accuracy is not None else "Validation accuracy",
        "not yet" if known is None else percent(known),
        chart_data=None if accuracy is None else list(accuracy),
    )
    link = {"run": run.id} | address(run.config)
    st.page_link(
        page_path(PAGES[run.config.subject]), label=escape(run.name), icon=":material/open_in_new:", query_params=link
    )
