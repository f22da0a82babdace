"""A published experiment beside the same one trained here."""

import numpy as np
import streamlit as st
from plotly.graph_objects import Figure

from facelab import plots
from facelab.labs.siamese import EXPERIMENTS, Measured, measured
from facelab.training import interval
from facelab.ui.figures import cached, show
from facelab.ui.results import percent


def show_experiment(number: int) -> None:
    """What it tries, the published figures, and those of ours with their curves if it has been trained."""
    experiment, ours = EXPERIMENTS[number], measured().get(number)
    published = experiment.published
    st.subheader(f"Experiment {number}: {experiment.title}")
    st.markdown(experiment.tries)
    rows = {
        "": ["Test accuracy", "Test loss", "Validation accuracy", "Validation loss", "Training loss", "Time"],
        "Published": [
            percent(published.test_accuracy),
            f"{published.test_loss:.3f}",
            percent(published.validation_accuracy),
            f"{published.validation_loss:.3f}",
            f"{published.train_loss:.3f}",
            f"{published.seconds:,} s",
        ],
    }
    if ours:
        rows["Here"] = _ours(ours)
    st.dataframe(rows, hide_index=True)
    if not ours:
        st.caption("It has not been trained here yet: press Train, where LFW is on this computer.")
        return
    low, high = (percent(share) for share in interval(ours.test_right, ours.test_total))
    st.caption(
        f"Here: {len(ours.curves['epoch']) - 1} epochs; the test's 95 % interval is {low} to {high}. {ours.ended} "
        "The published time is another machine's; which settings go with which figures is our reading, and so is what "
        "was not published of them, such as the learning rate."
    )
    losses, accuracies = _curves(number, ours.seconds, ours)
    show(losses, "experiment loss", "Where the validation loss turns up, the network learns its pairs by heart.")
    show(accuracies, "experiment accuracy")


def _ours(ours: Measured) -> list[str]:
    best = ours.curves["epoch"].index(ours.best_epoch)
    at = {name: values[best] for name, values in ours.curves.items()}
    return [
        percent(ours.test_right / ours.test_total),
        "not kept" if ours.test_loss is None else f"{ours.test_loss:.3f}",
        percent(at["validation_accuracy"]),
        f"{at['validation_loss']:.3f}",
        f"{at['train_loss']:.3f}",
        f"{ours.seconds:,.0f} s",
    ]


@cached
def _curves(number: int, seconds: float, _ours: Measured) -> tuple[Figure, Figure]:
    epochs, best = {name: np.array(values, float) for name, values in _ours.curves.items()}, _ours.best_epoch
    return plots.loss_curves({}, epochs, best_epoch=best), plots.accuracy_curves(epochs, best, 0.5)
