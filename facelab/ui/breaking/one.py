"""One photo: every transform has a slider, and the answer moves with them."""

import numpy as np
import streamlit as st

from facelab.analysis.invariance import TRANSFORMS, flip_strength, probabilities, transformed
from facelab.ui.breaking.answer import answer_html, pictures_html
from facelab.ui.photo import choose_photo
from facelab.ui.services import one_thread
from facelab.ui.trained import Trained

GROUPS = {
    "Light and colour": ("brightness", "contrast", "saturation", "hue", "colour_jitter"),
    "Place": ("rotation", "translation", "scale", "horizontal_flip", "vertical_flip"),
    "Shape": ("shear", "affine", "perspective", "occlusion"),
    "Detail": ("gaussian_blur", "gaussian_noise", "jpeg", "resolution"),
}


def view(trained: Trained) -> None:
    """A photo, its sliders, and how far each may go."""
    pick, play = st.columns([1, 3], gap="large")
    with pick:
        row = choose_photo(trained)
    if row is None:
        return
    with play:
        # Sliders redraw this part alone, so that the answer follows them at once.
        st.fragment(_play)(trained, row)
        _show_limits(trained, row)


def _play(trained: Trained, row: int) -> None:
    one_thread()
    images, labels = trained.faces.split("test")
    photo, names = images[row], trained.faces.names
    pictures, answer = st.columns(2, gap="large")
    st.button("All to none", icon=":material/restart_alt:", key="none", on_click=_reset)
    strengths = {}
    for place, (title, group) in zip(st.columns(len(GROUPS)), GROUPS.items(), strict=True):
        with place:
            st.markdown(f"**{title}**")
            for name in group:
                strengths[name] = _slider(name)
    changed = transformed(photo, strengths)
    with pictures:
        st.html(pictures_html(np.stack([photo.numpy(), changed.numpy()]), ("Before", "After")))
    with answer:
        st.html(answer_html(names, probabilities(trained.model, changed).numpy(), int(labels[row])))
        st.caption("What the network makes of the photo after, at every move of a slider; the tick marks who it is.")


def _slider(name: str) -> float:
    transform = TRANSFORMS[name]
    lowest = -1.0 if transform.signed else 0.0
    return st.slider(
        transform.title, lowest, 1.0, 0.0, 0.05, key=f"break.{name}", help=transform.sentence, bind="query-params"
    )


def _reset() -> None:
    for name in TRANSFORMS:
        st.session_state[f"break.{name}"] = 0.0


def _show_limits(trained: Trained, row: int) -> None:
    """The strength of each transform at which the answer flips."""
    st.subheader("How far each may go alone")
    with st.spinner("Looking for the limits"):
        limits = {name: _limit(trained.key, row, name, trained) for name in TRANSFORMS}
    order = sorted(limits, key=lambda name: (limits[name] is None, abs(limits[name] or 0)))
    rows = [
        {
            "Transform": TRANSFORMS[name].title,
            "The answer flips at": None if limits[name] is None else abs(limits[name]),
            "That is": "never" if limits[name] is None else _words(name, limits[name]),
        }
        for name in order
    ]
    st.dataframe(
        rows,
        hide_index=True,
        column_config={
            "The answer flips at": st.column_config.ProgressColumn(
                "The answer flips at strength", format="%.2f", min_value=0, max_value=1
            )
        },
        key="limits",
        alt="Every transform with the strength at which the network's answer for this photo changes.",
    )
    first = order[0]
    if limits[first] is not None:
        st.caption(
            f"{TRANSFORMS[first].title} breaks it first. Strength 1 is what a person would call strong; a photo that "
            "is wrong from the start flips when it becomes another answer, right or not."
        )


def _words(name: str, strength: float) -> str:
    transform = TRANSFORMS[name]
    amount = f"{transform.magnitude(abs(strength)):.3g} {transform.unit}"
    return f"{'−' if strength < 0 else ''}{amount}"


@st.cache_resource(show_spinner=False, max_entries=2000)
def _limit(key: str, row: int, name: str, _trained: Trained) -> float | None:
    return flip_strength(_trained.model, _trained.faces.split("test")[0][row], name)
