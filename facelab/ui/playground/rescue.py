"""Divergence as a lesson: where it happened, what the loss was, and which learning rate would have held."""

import math

import streamlit as st

from facelab import models
from facelab.analysis import highest_rate_that_holds
from facelab.data.points import Points
from facelab.runs import RunConfig
from facelab.ui.playground.restart import restart

MOST_STEPS = 30_000
"""Of each training that is tried."""


def show(config: RunConfig, points: Points, step: int, epoch: float, loss: float) -> None:
    """Say what happened after so many steps and epochs with `loss` before it, and offer a rate that holds."""
    before = f"The loss before it was {loss:.3g}." if math.isfinite(loss) else "No loss before it was a number."
    st.warning(
        f"The training diverged at step {step + 1:,}, in epoch {math.floor(epoch) + 1}: the steps were so long that "
        f"the loss grew without end. {before}",
        icon=":material/trending_up:",
    )
    rate = _rate_that_holds(config, points, epoch)
    if rate is None:
        st.markdown("No smaller learning rate would have held: look at the other settings.")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"The nearest learning rate that would have held is about **{rate:g}**.", width="content")
        st.button(
            "Try it",
            icon=":material/healing:",
            key="rescue",
            on_click=restart,
            args=({"optimizer.learning_rate": rate},),
        )


def _rate_that_holds(config: RunConfig, points: Points, epoch: float) -> float | None:
    """Searched for once for each training."""
    found: dict[str, float | None] = st.session_state.setdefault("rates that hold", {})
    key = config.model_dump_json() + points.fingerprint
    if key not in found:
        affordable = MOST_STEPS * config.batch_size // len(points.splits["train"])
        epochs = min(config.epochs, max(2 * math.ceil(epoch + 1), affordable))
        with st.spinner("Looking for the learning rate that would have held"):
            found[key] = highest_rate_that_holds(
                lambda: models.build(config.model, points, config.seed), points, config, epochs
            )
    return found[key]
