"""Two faces and a network: their crops, their distance, and what known pairs say of it."""

from dataclasses import dataclass

import numpy as np
import streamlit as st

from facelab.recognition import FoundFace
from facelab.recognition.embedders import Description, Embedder
from facelab.recognition.scores import Evidence, confidence, evidence
from facelab.ui.given.source import Given


@dataclass(frozen=True, eq=False)
class Shown:
    """A photo and the face on it that is meant, if there is one."""

    given: Given
    face: FoundFace | None

    @property
    def key(self) -> str:
        """Different for every face."""
        return f"{self.given.key} {self.face and self.face.box}"


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network makes of two faces."""

    embedder: Embedder
    crops: tuple[np.ndarray, np.ndarray]
    distance: float
    evidence: Evidence

    @property
    def is_same(self) -> bool:
        """By the network's own threshold."""
        return self.distance <= self.embedder.calibration.threshold

    @property
    def confidence(self) -> float:
        """The probability of the answer that is given, 0.5 to `MOST_CONFIDENT`."""
        return confidence(self.evidence.probability, self.is_same)


def describe(embedder: Embedder, shown: Shown) -> Description | None:
    """A face as a network sees it, or None where there is none.

    Raises:
        FacelabError: it cannot be cropped or embedded.
    """
    by_hand = shown.face and shown.face.score is None
    if shown.given.owner == embedder.id and not by_hand:  # a photo of its own test, neither found nor aligned anew
        return Description(shown.given.pixels, embedder.embed(shown.given.pixels), 0.0)
    return shown.face and _described(embedder.id, shown.key, embedder, shown)


def answer(embedder: Embedder, first: Shown, second: Shown) -> Answer | None:
    """What a network says, or None where a face is missing.

    Raises:
        FacelabError: see `describe`.
    """
    descriptions = [describe(embedder, shown) for shown in (first, second)]
    if None in descriptions:
        return None
    distance = embedder.distance(*descriptions)
    known = evidence(distance, embedder.known.distances, embedder.known.same, embedder.calibration)
    return Answer(embedder, tuple(each.crop for each in descriptions), distance, known)


# In the session alone, and forgotten with it.
@st.cache_resource(show_spinner=False, max_entries=60, scope="session")
def _described(embedder_id: str, key: str, _embedder: Embedder, _shown: Shown) -> Description:
    return _embedder.describe(_shown.given.pixels, _shown.face)
