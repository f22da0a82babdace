"""The test pairs of a run by what became of them, the surest first; a click compares one on a page of its own."""

import math

import numpy as np
import streamlit as st

from facelab import plots
from facelab.recognition.scores import confidence
from facelab.runs import Run
from facelab.training.calibration import Calibration
from facelab.ui.figures import choose
from facelab.ui.live import page_path
from facelab.ui.pair.choice import address_of_pair
from facelab.ui.results import percent
from facelab.ui.services import data_of

COLUMNS, ROWS = 3, 3
FATES = {
    "False accepts": (True, False, "Two people taken for one."),
    "False rejects": (False, True, "One person taken for two."),
    "True accepts": (True, True, "One person, recognised."),
    "True rejects": (False, False, "Two people, told apart."),
}
"""Whether such pairs are accepted, whether they show one person, and in words."""


def show(run: Run, distances: np.ndarray, same: np.ndarray, calibration: Calibration) -> None:
    """A sheet of pairs, if their photos are still those of the test.

    Args:
        distances: float [P], of the run's test pairs.
        same: bool [P].
        calibration: by which they are accepted.
    """
    st.subheader("The test pairs")
    pairs = data_of(run)
    if pairs is None:
        st.caption("The photos are not there any more, or have changed since: only the numbers are left.")
        return
    accepted = distances <= calibration.threshold
    rows = {fate: _surest(accepted, same, distances, calibration, *kind[:2]) for fate, kind in FATES.items()}
    fate = st.segmented_control(
        "Pairs",
        list(FATES),
        default=next((fate for fate in FATES if len(rows[fate])), None),
        format_func=lambda fate: f"{fate} ({len(rows[fate]):,})",
        key=f"fate {run.id}",
        required=True,
        label_visibility="collapsed",
    )
    if not len(rows[fate]):
        st.caption("There are none.")
        return
    place = st.container()
    most = COLUMNS * ROWS
    pages = math.ceil(len(rows[fate]) / most)
    page = min(st.pagination(pages, key=f"pairs {run.id}"), pages) if pages > 1 else 1
    shown = rows[fate][(page - 1) * most :][:most]
    images, labels = pairs.images.numpy(), pairs.labels
    chances = calibration.probability(distances[shown])
    sure = [confidence(chance, is_same) for chance, is_same in zip(chances, accepted[shown], strict=True)]
    photos = pairs.pairs["test"][shown].numpy()
    captions = [
        f"{' and '.join(dict.fromkeys(pairs.people[person] for person in labels[two].tolist()))}"
        f"<br>distance {distances[row]:.3g}, {percent(each)} sure"
        for row, two, each in zip(shown, photos, sure, strict=True)
    ]
    with place:
        index = choose(
            plots.pair_sheet(images[photos], captions, columns=COLUMNS),
            f"sheet {run.id} {fate} {page}",
            f"{FATES[fate][2]} The surest come first. Click a pair to compare it on a page of its own.",
        )
    if index is not None and index < len(shown):
        st.switch_page(page_path("pair.py"), query_params=address_of_pair(run.id, int(shown[index])))


def _surest(
    accepted: np.ndarray,
    same: np.ndarray,
    distances: np.ndarray,
    calibration: Calibration,
    is_accepted: bool,
    one: bool,
) -> np.ndarray:
    """The pairs with this fate, those first that are farthest from the threshold."""
    found = np.flatnonzero((accepted == is_accepted) & (same == one))
    return found[np.argsort(-np.abs(distances[found] - calibration.threshold), kind="stable")]
