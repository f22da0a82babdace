"""Points in the plane: a network whose whole function can be seen while it learns."""

import streamlit as st

from facelab.errors import FacelabError
from facelab.ui import runs_table
from facelab.ui.forms import run_config
from facelab.ui.live import chosen_run
from facelab.ui.playground import drawing, forms, instant, lessons, live, maps, picture, stored
from facelab.ui.services import points

MODES = {"Live": live.show, "Instant": instant.show, "Map": maps.show}

run = chosen_run("points")
with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.title("Playground", width="content")
    mode = forms.mode(list(MODES))
lessons.show()

controls, view = st.columns([1, 3.4], gap="medium")
with controls:
    spec = forms.points_form()
    config = run_config(spec, forms.network_form(), forms.training_form())

with view:
    if run:
        stored.show(run)
    elif config and (lacking := drawing.missing(config)):
        st.info(lacking, icon=":material/draw:")
        picture.draw(drawing.board(config))
    elif config and (found := points(config.data)):
        try:
            MODES[mode](config, found)
        except FacelabError as error:
            st.error(str(error), icon=":material/error:")
        for note in found.notes:
            st.caption(note)

runs_table.show_runs()
