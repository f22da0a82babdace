"""How hard each layer was pushed while it learned, and how large its weights have become."""

import streamlit as st

from facelab import plots
from facelab.ui.figures import show
from facelab.ui.services import store
from facelab.ui.trained import Trained

FIGURES = {
    "gradient": "How hard each layer is pushed: the norm of its gradient, epoch by epoch. A layer far below the others "
    "learns little; where all fade, the network has come to rest.",
    "weight": "How large its weights are. They grow while the network becomes surer of its answers; weight decay holds "
    "them down.",
}


def view(trained: Trained) -> None:
    """The norms of gradients and weights over training, layer by layer."""
    epochs, total = store().history(trained.run.id).epochs, trained.run.config.epochs
    for place, (of, caption) in zip(st.columns(len(FIGURES), gap="large"), FIGURES.items(), strict=True):
        with place:
            show(plots.norm_curves(epochs, total, of=of), f"{of} norms", caption)
