"""The settings of a run as a form: faces, network, training. Each part says under itself what is wrong with it."""

from typing import Any

import streamlit as st

from facelab.data import FacesSpec, PairsSpec
from facelab.models import ModelConfig
from facelab.runs import RunConfig
from facelab.ui.controls import apply
from facelab.ui.forms.data import data_form, subject_form
from facelab.ui.forms.fields import Fields, checked, fields
from facelab.ui.forms.network import chosen_experiment, network_form
from facelab.ui.forms.training import training_form

__all__ = [
    "Fields",
    "checked",
    "chosen_experiment",
    "data_form",
    "fields",
    "network_form",
    "open_settings",
    "run_config",
    "subject_form",
    "training_form",
]


def run_config(
    data: FacesSpec | PairsSpec | None, model: ModelConfig | None, training: dict[str, Any]
) -> RunConfig | None:
    """The whole, or None while a part is missing or wrong."""
    if data is None or model is None:
        return None
    return checked(RunConfig, training | {"data": data.model_dump(), "model": model.model_dump()}, "")


def open_settings(config: RunConfig) -> None:
    """Set every control to a run's settings; a callback."""
    if "experiment" in st.session_state:
        st.session_state["experiment"] = None
    apply(config.flat())
