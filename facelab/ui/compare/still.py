"""A still picture of the plane, by its own drawing: a network's regions and the points that it was trained on."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import streamlit as st

from facelab.ui.plane import View, pack
from facelab.ui.plane.assets import FOLDER as PLANE

SCRIPTS = (*(PLANE / f"{name}.js" for name in ("core", "field", "controls")), Path(__file__).with_name("still.js"))
HTML = '<div class="still" role="img"></div>'
CSS = """
.still { position: relative; overflow: hidden; font-family: var(--st-font); }
.still > canvas { position: absolute; inset: 0; }
"""
JS = "\n".join(file.read_text("utf-8") for file in SCRIPTS)

_component = st.components.v2.component("facelab_still", html=HTML, css=CSS, js=JS)


def still(view: View, key: str) -> None:
    """Draw the last frame of `view`, without test points."""
    last = replace(view.frames[-1], units=np.zeros((0, 1, 1), np.uint8), layers=())
    _component(key=key, data=pack(replace(view, frames=(last,))))
