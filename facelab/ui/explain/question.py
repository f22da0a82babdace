"""What is to be explained: which photo, whose score, and by which methods."""

from dataclasses import dataclass

import numpy as np
import streamlit as st
import torch
from torch import Tensor

from facelab.analysis.attribution import METHODS, attribute, heat, randomised, refusals
from facelab.data.faces import stack
from facelab.data.photos import square
from facelab.training import predict
from facelab.training.numerics import choose as numerics_of
from facelab.ui.live import escape
from facelab.ui.photo import choose_photo, predictions
from facelab.ui.photo import tell as tell_photo
from facelab.ui.results import percent
from facelab.ui.studio.sent import EXPLAIN, Sent, forget, sent
from facelab.ui.trained import Trained

USUAL = ("saliency", "integrated_gradients", "guided_backprop", "grad_cam", "occlusion")
WHOSE = ("Predicted", "True", "Someone else")


@dataclass(frozen=True)
class Question:
    """Why does the network give this photo this score?

    Attributes:
        row: its place in the test split, or the key of a picture that was sent here.
        photo: uint8 [3, H, W].
        target: whose score.
        methods: keys of `METHODS` that suit the network.
    """

    trained: Trained
    row: int | str
    photo: Tensor
    target: int
    methods: tuple[str, ...]

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


def choose(trained: Trained) -> int | Sent | None:
    """The row of a test photo, or the picture that was sent here; None where there is no photo, the page
    saying why."""
    picture = sent(EXPLAIN)
    if picture is None:
        return choose_photo(trained)
    st.image(picture.pixels, alt=f"{picture.name}, as you sent it.", width=160)
    st.button("Back to the test photos", icon=":material/undo:", key="forget", on_click=forget, args=(EXPLAIN,))
    return picture


def tell(question: Question) -> None:
    """Who is on the photo, and what the network says."""
    if isinstance(question.row, int):
        tell_photo(question.trained, question.row)
        return
    chances = _answer(question.trained, question.photo)
    said = escape(question.trained.faces.names[int(chances.argmax())])
    st.markdown(
        f"This is the picture that you sent, {question.photo.shape[-1]} pixels wide as the network takes it. The "
        f"network says **{said}**, and is {percent(float(chances.max()))} sure; it knows nobody but its own "
        f"{len(chances)} people."
    )


def ask(trained: Trained, chosen: int | Sent) -> Question:
    """The controls for it."""
    names = trained.faces.names
    if isinstance(chosen, Sent):
        photo, row = _fitted(chosen, trained), chosen.key
        whose, targets = (WHOSE[0], WHOSE[2]), {WHOSE[0]: int(_answer(trained, photo).argmax())}
    else:
        photo, row, found = trained.faces.split("test")[0][chosen], chosen, predictions(trained.key, trained)
        whose, targets = WHOSE, {WHOSE[0]: int(found.answers[row]), WHOSE[1]: int(found.labels[row])}
    asked = st.segmented_control(
        "Explain the score of", whose, default=whose[0], key="explain.whose", bind="query-params", required=True
    )
    if asked == WHOSE[2]:
        targets[asked] = names.index(st.selectbox("Person", names, key="explain.person", bind="query-params"))
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
    return Question(trained, row, photo, targets[asked], tuple(name for name in able if name in methods))


def _fitted(picture: Sent, trained: Trained) -> Tensor:
    """The picture as large as the photos that the network has learned, uint8 [3, H, W]."""
    _, _, side = trained.faces.input_shape
    return stack([square(picture.pixels, side)])[0]


def _answer(trained: Trained, photo: Tensor) -> Tensor:
    """The probability of each person, float32 [classes]."""
    numerics = numerics_of(trained.model, trained.run.config)
    return predict(trained.model, photo[None], numerics).softmax(1)[0]


@st.cache_resource(show_spinner=False, max_entries=16)
def _refusals(key: str, _trained: Trained) -> dict[str, str | None]:
    return refusals(_trained.model, torch.zeros(1, *_trained.faces.input_shape))


@st.cache_resource(show_spinner=False, max_entries=400)
def _attributed(
    key: str, row: int | str, target: int, method: str, depth: int, seed: int, _question: Question
) -> Tensor:
    model = _question.trained.model
    model = randomised(model, depth, seed) if depth else model
    return attribute(model, _question.pixels, target, method)[0]


def heats(maps: list[Tensor], methods: tuple[str, ...]) -> np.ndarray:
    """One value per pixel of each map: float32 [M, H, W]."""
    return np.stack([heat(values[None], method)[0] for values, method in zip(maps, methods, strict=True)])
