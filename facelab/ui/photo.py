"""A photo of the test split to look at: chosen from a sheet of them, and kept in the address."""

import math

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import Predictions
from facelab.training import predict
from facelab.training.numerics import choose as numerics_of
from facelab.ui.figures import choose
from facelab.ui.live import escape
from facelab.ui.results import percent
from facelab.ui.trained import Trained

ADDRESS = "photo"
COLUMNS, ROWS = 4, 3
KINDS = {"All": None, "Right": True, "Wrong": False}
EVERYONE = "Everyone"


@st.cache_resource(show_spinner=False, max_entries=16)
def predictions(key: str, _trained: Trained) -> Predictions:
    """What the network answers on the test split; call it with `trained.key`."""
    images, labels = _trained.faces.split("test")
    numerics = numerics_of(_trained.model, _trained.run.config)
    probabilities = predict(_trained.model, images, numerics).softmax(1)
    return Predictions(probabilities.numpy(), labels.numpy())


def choose_photo(trained: Trained) -> int | None:
    """The row in the test split of the photo that was chosen, by default the first; None where there is none, the page
    saying why."""
    found = predictions(trained.key, trained)
    if not len(found.labels):
        no_photos()
        return None
    names = trained.faces.names
    who = st.selectbox("Photos of", [EVERYONE, *names], key="photos.of", bind="query-params")
    kind = st.segmented_control(
        "Answers", list(KINDS), default="All", key="photos.answers", bind="query-params", required=True
    )
    keep = np.ones(len(found.labels), bool) if KINDS[kind] is None else found.right == KINDS[kind]
    if who != EVERYONE:
        keep &= found.labels == names.index(who)
    rows = np.flatnonzero(keep)
    clicked = _sheet(trained, found, rows) if len(rows) else None
    if clicked is not None:
        st.query_params[ADDRESS] = clicked
    if not len(rows):
        st.info("No test photo is like that: choose another person, or all answers.")
    chosen = _asked(len(found.labels))
    if chosen is None and len(rows):
        chosen = int(rows[0])
    return chosen


def tell(trained: Trained, row: int) -> None:
    """Who is on a test photo, and what the network says."""
    found, names = predictions(trained.key, trained), trained.faces.names
    answer = found.answers[row]
    verdict = "which is right" if found.right[row] else "which is wrong"
    st.markdown(
        f"This is **{escape(names[found.labels[row]])}**. The network says **{escape(names[answer])}**, {verdict}, "
        f"and is {percent(found.confidence[row])} sure."
    )


def no_photos() -> None:
    """Say that there is nothing to test on."""
    st.info("This dataset has no test photos: give the test split a share of them on the Data page.")


def _asked(total: int) -> int | None:
    """The row that the address names, which is told of where there is none."""
    asked = st.query_params.get(ADDRESS)
    if asked is None or (asked.isdecimal() and int(asked) < total):
        return None if asked is None else int(asked)
    st.warning(f"There is no photo {asked[:20]!r}: those here go from 0 to {total - 1:,}.", icon=":material/link_off:")
    return None


def _sheet(trained: Trained, found: Predictions, rows: np.ndarray) -> int | None:
    """A page of photos; the row of the one that was clicked."""
    pages = math.ceil(len(rows) / (COLUMNS * ROWS))
    place = st.container()
    page = min(st.pagination(pages, key="photos.page"), pages) if pages > 1 else 1
    shown = rows[(page - 1) * COLUMNS * ROWS :][: COLUMNS * ROWS]
    images, _ = trained.faces.split("test")
    names = [plots.plain(name) for name in trained.faces.names]
    captions = [f"{names[found.labels[row]]}<br>network: {names[found.answers[row]]}" for row in shown]
    figure = plots.face_sheet(images[shown].numpy(), captions, COLUMNS, marks=list(found.right[shown]), face=56)
    with place:
        index = choose(figure, f"photos {trained.key} {shown[0]} {len(shown)}", "Click a photo.")
    return None if index is None or index >= len(shown) else int(shown[index])
