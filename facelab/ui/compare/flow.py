"""Gradient flow: how much of the gradient reaches each layer, setting by setting on one scale."""

import numpy as np
import streamlit as st

from facelab import plots
from facelab.analysis.verdicts import fading
from facelab.plots.gradients import powers_of
from facelab.ui.compare.outcome import Outcome
from facelab.ui.figures import show as show_figure

PREFIX = "gradient_norm."
BESIDE = 3
"""Settings in one row."""


def show(found: Outcome) -> None:
    """Of the first repeat of each setting a map and curves, and in words what is left of the gradient."""
    shown = {}
    for label in dict.fromkeys(found.labels):
        epochs = _trained(found.epochs(found.runs[found.labels.index(label)]))
        if epochs is not None:
            shown[label] = epochs
    if not shown:
        return
    st.subheader("Gradient flow")
    norms = {label: np.array([column for name, column in of.items() if name != "epoch"]) for label, of in shown.items()}
    ends = powers_of(list(norms.values()))
    labels = list(shown)
    for start in range(0, len(labels), BESIDE):
        row = labels[start : start + BESIDE]
        for place, label in zip(st.columns(len(row)), row, strict=True):
            layers = [name.removeprefix(PREFIX) for name in shown[label] if name != "epoch"]
            with place:
                st.markdown(f"**{label.capitalize()}**")
                show_figure(
                    plots.gradient_map(norms[label], layers, shown[label]["epoch"], powers=ends), f"gradients {label}"
                )
                show_figure(plots.norm_curves(shown[label], powers=ends), f"gradient curves {label}")
                st.markdown(fading(label, norms[label]))
    st.caption(
        "The norm of the gradient of every layer's weights after each epoch, in powers of ten, all on one scale. Where "
        "it fades towards the first layers, these learn nothing."
    )


def _trained(epochs: dict[str, np.ndarray]) -> dict[str, np.ndarray] | None:
    """The epochs that were trained, with the gradient norms of every layer; None where none were recorded."""
    names = [name for name in epochs if name.startswith(PREFIX)]
    if not names:
        return None
    keep = np.asarray(epochs["epoch"]) > 0
    return {name: np.asarray(epochs[name])[keep] for name in ("epoch", *names)}
