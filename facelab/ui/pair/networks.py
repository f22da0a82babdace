"""All networks on the same two faces."""

import streamlit as st

from facelab.errors import FacelabError
from facelab.recognition.embedders import embedder, embedders
from facelab.recognition.scores import operating_point
from facelab.ui.pair.compare import Answer, Shown, answer
from facelab.ui.pair.verdict import words
from facelab.ui.services import store

MOST = 8
SURE = "How often such an answer would be right if half of the pairs were of one person and all like the known ones."
"""Networks that are asked: the newest, for each has to be loaded once."""


def show(first: Shown, second: Shown) -> None:
    """A row for each network, with its answer and how often it is right."""
    rows, silent = [], []
    for embedder_id, title in embedders(store())[:MOST]:
        try:
            found = answer(embedder(embedder_id, store()), first, second)
        except FacelabError as error:
            silent.append(f"{title}: {error}")
            continue
        if found:
            rows.append(_row(title, found))
        else:
            silent.append(f"{title} needs a face that is found on the photo.")
    if rows:
        st.dataframe(
            rows,
            hide_index=True,
            key="networks",
            column_config={
                "Network": st.column_config.TextColumn(width=130),
                "Says": st.column_config.TextColumn(width=225),
                "Sure": st.column_config.ProgressColumn(
                    format="percent", min_value=0.5, max_value=1, help=SURE, width=80
                ),
            },
            alt="Every network with its answer for these two faces, and how sure it is.",
        )
    answers = {row["Says"].split(" ", 1)[-1].removeprefix("probably ") for row in rows}
    agree = "They agree." if len(answers) == 1 else "They do not agree."
    said = f"{agree} " if len(rows) > 1 else ""
    st.caption(f"{said}The reference was trained on 3 million photos: it shows what is possible with far more data.")
    for sentence in silent:
        st.caption(sentence)


def _row(title: str, found: Answer) -> dict:
    known = found.embedder.known
    right = operating_point(known.distances, known.same, found.embedder.calibration.threshold).accuracy
    return {
        "Network": title,
        "Says": words(found),
        "Sure": round(found.confidence, 2),
        "Right on known pairs": f"{100 * right.value:.1f} % ({100 * right.low:.1f} to {100 * right.high:.1f})",
    }
