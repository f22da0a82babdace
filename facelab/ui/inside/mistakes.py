"""Whom the network takes for whom, how sure it is of that, and who suffers."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis import Predictions
from facelab.plots.frame import count
from facelab.ui.figures import cached, choose, show
from facelab.ui.live import escape
from facelab.ui.photo import no_photos, predictions
from facelab.ui.results import percent
from facelab.ui.trained import Trained

SHOWN = 12


def view(trained: Trained) -> None:
    """Everything about right and wrong answers on the test split."""
    found = predictions(trained.key, trained)
    if not len(found.labels):
        no_photos()
        return
    names = trained.faces.names
    wrong = int((~found.right).sum())
    st.markdown(f"Of {len(found.labels):,} test photos it gets **{wrong:,}** wrong.")
    matrix, photos = st.columns([3, 2], gap="large")
    with matrix:
        cell = choose(
            _confusion(trained.key, found, names),
            "confusion",
            "A row per person, a column per answer; what is off the diagonal is wrong. Point at a cell "
            "for its names, click it to see its photos.",
        )
    with photos:
        _show_cell(trained, found, cell)
    sure, unsure = st.columns(2, gap="large")
    with sure:
        st.subheader("Most confident mistakes")
        _sheet(
            trained,
            found,
            found.confident_mistakes(SHOWN),
            "mistakes",
            "Wrong, and certain of it. Point at a photo to see who it is and what the network says.",
        )
    with unsure:
        st.subheader("Least confident successes")
        _sheet(trained, found, found.unsure_successes(SHOWN), "successes", "Right, but it could have gone either way.")
    rates, trust = st.columns(2, gap="large")
    with rates:
        st.subheader("Who suffers")
        show(
            _rates(trained.key, found, names),
            "rates",
            "Recall: of this person's photos, how many are recognised. Precision: of the photos given this name, how "
            "many are of this person. The lines are 95 % intervals: with few photos they are long.",
        )
    with trust:
        st.subheader("Is it as sure as it should be?")
        calibration = found.calibration()
        show(
            _reliability(trained.key, found),
            "reliability",
            "On the dashed line a network that says 80 % is right 80 % of the time; below it, it is too sure. The "
            f"expected calibration error is {percent(calibration.error)} (Guo et al. 2017); numbers are photos.",
        )


def _show_cell(trained: Trained, found: Predictions, cell: int | None) -> None:
    """The photos of the cell that was clicked, or of the most frequent confusion."""
    counts, names = found.confusion(), trained.faces.names
    if cell is None:
        wrong = counts - np.diag(np.diag(counts))
        cell = int(wrong.argmax()) if wrong.any() else int(counts.argmax())
    truth, answer = divmod(cell, found.people)
    rows = found.cell(truth, answer)
    taken = "recognised" if truth == answer else f"taken for {escape(names[answer])}"
    st.subheader(f"{escape(names[truth])}, {taken}")
    _sheet(
        trained,
        found,
        rows[: 2 * SHOWN],
        "cell",
        f"{count(len(rows), 'test photo')}, the most confident first.",
        columns=4,
    )
    if truth != answer:
        images, _ = trained.faces.split("train")
        own = trained.faces.split("train")[1]
        for person in (truth, answer):
            example = images[own == person][:4].numpy()
            show(
                plots.face_sheet(example, [plots.plain(names[person])] * len(example), 4, face=56),
                f"known {person}",
                f"{escape(names[person])} as the network learned to know them.",
            )


def _sheet(trained: Trained, found: Predictions, rows: np.ndarray, key: str, caption: str, columns: int = 6) -> None:
    if not len(rows):
        st.caption("There are none.")
        return
    images, _ = trained.faces.split("test")
    show(
        plots.answer_sheet(
            images[rows].numpy(),
            found.labels[rows],
            found.answers[rows],
            found.confidence[rows],
            trained.faces.names,
            columns,
        ),
        key,
        caption,
    )


@cached
def _confusion(key: str, _found: Predictions, _names: tuple[str, ...]):
    return plots.confusion(_found.confusion(), _names)


@cached
def _rates(key: str, _found: Predictions, _names: tuple[str, ...]):
    recall, precision = _found.recall(), _found.precision()
    return plots.person_rates(
        _names,
        (recall.share, recall.low, recall.high),
        (precision.share, precision.low, precision.high),
    )


@cached
def _reliability(key: str, _found: Predictions):
    found = _found.calibration()
    right = found.right
    return plots.reliability(
        found.edges, found.confidence, right.share, right.low, right.high, right.total, found.error
    )
