"""How a network is trained, as a form."""

from typing import Any

import streamlit as st

from facelab.labs.siamese import DISTORTIONS
from facelab.runs import RunConfig
from facelab.training import AugmentationConfig, EarlyStoppingConfig, OptimizerConfig, ScheduleConfig
from facelab.ui.controls import apply
from facelab.ui.forms.fields import Fields, fields

OPTIMIZER: Fields = (
    ("name", "Optimizer", "How gradients become steps."),
    ("learning_rate", "Learning rate", "The length of a step: the setting that matters most."),
)
BUDGET: Fields = (
    ("batch_size", "Batch size", "Examples per step."),
    ("epochs", "Epochs", "Passes over the training examples."),
)
MOMENTUM: Fields = (
    ("momentum", "Momentum", "The share of the last step carried into the next."),
    (
        "momentum_epochs",
        "It rises over so many epochs",
        "From 0.5 (Koch et al. 2015); 0 has it from the start.",
    ),
)
NESTEROV: Fields = (("nesterov", "Nesterov", "Look ahead along the momentum before taking the gradient."),)
SCHEDULE: Fields = (("name", "Learning-rate schedule", "How the learning rate moves over the epochs."),)
SCHEDULE_FIELDS: dict[str, Fields] = {
    "step": (
        ("step_epochs", "Every so many epochs", "When the learning rate drops."),
        ("gamma", "It is multiplied by", "One half is gentle, one tenth is usual."),
    ),
    "exponential": (("gamma", "Multiplied each epoch by", "0.95 loses two thirds in 20 epochs."),),
}
STOPPING: Fields = (
    ("patience", "Early stopping: patience (epochs)", "0 trains to the end and keeps the last weights."),
)
WEIGHT_DECAY: Fields = (("weight_decay", "Weight decay", "Pulls the weights towards zero."),)
REGULARISATION: Fields = (
    ("l1", "L1 penalty", "Pulls weights to exactly zero, the useless ones first."),
    ("label_smoothing", "Label smoothing", "The share of certainty taken off the right answer."),
    ("clip_norm", "Clip the gradient's norm at", "0 does not clip."),
)
AUGMENTATION: Fields = (
    ("chance", "Chance of each change", "1 makes each to every photo; blur, mirror, grey and patches aside."),
    ("flip", "Mirror (probability)", "Faces mirrored are still the same person."),
    ("rotate", "Rotate (± degrees)", ""),
    ("translate", "Shift (± share of the side)", ""),
    ("scale", "Scale (± share)", ""),
    ("shear", "Shear (± degrees)", ""),
    ("perspective", "Tilt (± share)", "As if the photo were seen aslant: one side comes nearer, the other goes."),
    ("brightness", "Brightness (± share)", ""),
    ("contrast", "Contrast (± share)", ""),
    ("saturation", "Saturation (± share)", ""),
    ("grey", "Grey (probability)", "Photos without colour, so that the network cannot rely on it."),
    ("blur", "Blur (pixels at most)", "The largest standard deviation of a Gaussian."),
    ("erase", "Erase a patch (probability)", "Grey rectangles over part of the face (Zhong et al. 2020)."),
)
REPRODUCTION: Fields = (
    ("seed", "Seed", "First weights and the order of examples follow from it."),
    ("device", "Device", "Automatic takes a GPU if there is one."),
    ("precision", "Precision", "Automatic takes bfloat16 where it is faster and as accurate."),
)


def training_form(augment: bool = True, **defaults: Any) -> dict[str, Any]:
    """Everything of a run's settings besides data and model, by field.

    Args:
        augment: offer what changes photos.
        defaults: by field, in place of the settings' own.
    """
    left, right = st.columns(2)
    with left:
        optimizer = fields(OptimizerConfig, OPTIMIZER, "optimizer.", **defaults)
    with right:
        budget = fields(RunConfig, BUDGET, "", **defaults)
    with st.expander("Schedule and stopping", icon=":material/timeline:"):
        schedule = fields(ScheduleConfig, SCHEDULE, "schedule.")
        schedule |= fields(ScheduleConfig, SCHEDULE_FIELDS.get(schedule["name"], ()), "schedule.")
        if optimizer["name"] in ("sgd", "rmsprop"):
            optimizer |= fields(OptimizerConfig, MOMENTUM, "optimizer.", **defaults)
        if optimizer["name"] == "sgd":
            optimizer |= fields(OptimizerConfig, NESTEROV, "optimizer.")
        stopping = fields(EarlyStoppingConfig, STOPPING, "early_stopping.")
    with st.expander("Regularisation", icon=":material/balance:"):
        optimizer |= fields(OptimizerConfig, WEIGHT_DECAY, "optimizer.")
        regularisation = fields(RunConfig, REGULARISATION, "")
    parts = {"optimizer": optimizer, "schedule": schedule, "early_stopping": stopping}
    if augment:
        with st.expander("Augmentation, drawn per photo", icon=":material/flip:"):
            st.button("Take the distortions of Koch et al. 2015", key="distortions", on_click=_distort)
            parts["augmentation"] = fields(AugmentationConfig, AUGMENTATION, "augmentation.", columns=2)
    with st.expander("Seed and device", icon=":material/casino:"):
        reproduction = fields(RunConfig, REPRODUCTION, "")
    return parts | budget | regularisation | reproduction


def _distort() -> None:
    apply({f"augmentation.{name}": value for name, value in DISTORTIONS.flat().items()})
