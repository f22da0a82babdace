"""What is to be explained: which photo, whose score, and by which methods."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from facelab.analysis.attribution import METHODS, attribute, heat, randomised, refusals
from facelab.ui.photo import predictions
from facelab.ui.trained import Trained

USUAL = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion")
WHOSE = ("Predicted", "True", "Someone else")


@dataclass(frozen=True)
class Question:
    """Why does the network give this photo this score?

    Attributes:
        row: the photo, in the test split.
        target: whose score.
        methods: keys of `METHODS` that suit the network.
    """

    trained: Trained
    row: int
    target: int
    methods: tuple[str, ...]

    @property
    def photo(self) -> Tensor:
        """Uint8 [3, H, W]."""
        return self.trained.faces.split("test")[0][self.row]

    @property
    def pixels(self) -> Tensor:
        """Float32 [1, 3, H, W] in [0, 1], as a network takes it."""
        return self.photo[None].float() / 255

    @property
    def name(self) -> str:
        """Whose score it is."""
        return self.trained.faces.names[self.target]

    def answer(self, method: str, depth: int = 0, seed: int = 0) -> Tensor:
        """The map of a method, float32 [C, H, W]; with `depth` layers from the top randomised."""
        return _attributed(self.trained.key, self.row, self.target, method, depth, seed, self)


def ask(trained: Trained, row: int) -> Question:
    """The controls for it."""
    found, names = predictions(trained.key, trained), trained.faces.names
    whose = st.segmented_control(
        "Explain the score of", WHOSE, default=WHOSE[0], key="explain.whose", bind="query-params", required=True
    )
    if whose == "Someone else":
        who = st.selectbox("Person", names, key="explain.person", bind="query-params")
        target = names.index(who)
    else:
        target = int((found.answers if whose == "Predicted" else found.labels)[row])
    reasons = _refusals(trained.key, trained)
    able = [name for name in METHODS if reasons[name] is None]
    methods = st.pills(
        "Methods",
        able,
        default=[name for name in USUAL if name in able],
        format_func=lambda name: METHODS[name].title,
        selection_mode="multi",
        key="explain.methods",
        bind="query-params",
        wrap=True,
    )
    for reason in dict.fromkeys(filter(None, reasons.values())):
        refused = ", ".join(METHODS[name].title for name in METHODS if reasons[name] == reason)
        st.caption(f"Not for this network: {refused}. {reason}")
    return Question(trained, row, target, tuple(name for name in able if name in methods))


@st.cache_resource(show_spinner=False, max_entries=16)
def _refusals(key: str, _trained: Trained) -> dict[str, str | None]:
    return refusals(_trained.model, torch.zeros(1, *_trained.faces.input_shape))


@st.cache_resource(show_spinner=False, max_entries=400)
def _attributed(key: str, row: int, target: int, method: str, depth: int, seed: int, _question: Question) -> Tensor:
    model = _question.trained.model
    model = randomised(model, depth, seed) if depth else model
    return attribute(model, _question.pixels, target, method)[0]


def heats(maps: list[Tensor], methods: tuple[str, ...]) -> np.ndarray:
    """One value per pixel of each map: float32 [M, H, W]."""
    return np.stack([heat(values[None], method)[0] for values, method in zip(maps, methods, strict=True)])
