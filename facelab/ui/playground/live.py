"""Training that is watched and moved by hand: play, pause, one step, one epoch, other settings on the way."""

import math
from dataclasses import dataclass

import streamlit as st

from facelab import models
from facelab.data.points import Points
from facelab.runs import RunConfig
from facelab.training import Sketch
from facelab.training.sketch import LIVE
from facelab.ui.playground import keep, picture, rescue
from facelab.ui.playground.restart import restart
from facelab.ui.services import one_thread

UPDATE_SECONDS = 0.2
BUSY_SECONDS = 0.12
"""How long an update may train; the rest of it is for drawing and for the controls."""
SPEEDS = {"Slow": 1, "Normal": 20, "Fast": 100_000}
"""Epochs per update, at most."""


@dataclass
class _Held:
    """A session's training: what it is of, the values of `LIVE` last asked for, and where it stands."""

    key: str
    live: dict[str, float]
    sketch: Sketch
    playing: bool = False
    film: bool = False


def show(config: RunConfig, points: Points) -> None:
    """Buttons, the living picture and what became of the training."""
    held = _held(config, points)
    # Steps redraw this part of the page alone; the pace of its updates is set from outside.
    st.fragment(_turn, run_every=UPDATE_SECONDS if held.playing else None)(points, held.playing)


def _held(config: RunConfig, points: Points) -> _Held:
    """The session's training of these settings: the one there is, moved to other live settings, or a new one.

    A new one goes on playing where the one before did.
    """
    live = {name: _live_value(config, name) for name in LIVE}
    key = config.replace({_dotted(name): 1 for name in LIVE}).model_dump_json() + points.fingerprint
    held: _Held | None = st.session_state.get("playground")
    if held is None or held.key != key or (held.live != live and held.sketch.step == 0):
        model = models.build(config.model, points, config.seed)
        playing = held is not None and held.playing
        held = st.session_state["playground"] = _Held(key, live, Sketch(model, points, config), playing)
    elif held.live != live and not held.sketch.end:
        held.sketch.change(**{name: value for name, value in live.items() if value != held.live[name]})
        held.live = live
    return held


def _dotted(name: str) -> str:
    return f"optimizer.{name}" if name in ("learning_rate", "weight_decay") else name


def _live_value(config: RunConfig, name: str) -> float:
    return config.flat()[_dotted(name)]


def _buttons(held: _Held) -> None:
    ended = held.sketch.end is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        label, icon = ("Pause", "pause") if held.playing else ("Play", "play_arrow")
        st.button(
            label, type="primary", icon=f":material/{icon}:", key="play", on_click=_play, args=(held,), disabled=ended
        )
        still = {"disabled": ended or held.playing}
        st.button("Step", icon=":material/step:", key="step", on_click=_move, args=(held, "take_step"), **still)
        st.button("Epoch", icon=":material/skip_next:", key="epoch", on_click=_move, args=(held, "take_epoch"), **still)
        st.button("Reset", icon=":material/replay:", key="reset", on_click=restart)
        st.segmented_control(
            "Speed",
            list(SPEEDS),
            default="Normal",
            key="speed",
            bind="query-params",
            required=True,
            label_visibility="collapsed",
        )
        st.toggle("Film", key="film", disabled=held.playing or not held.sketch.step, on_change=_show_film, args=(held,))
        keep.show_button(held.sketch.config)


def _turn(points: Points, played: bool) -> None:
    """One turn of the living picture: go on for a moment, then draw."""
    one_thread()
    held: _Held | None = st.session_state.get("playground")
    if held is None or held.playing != played:
        st.rerun()
    _buttons(held)
    sketch = held.sketch
    if held.playing:
        sketch.play(BUSY_SECONDS, SPEEDS[st.session_state["speed"]])
    moving = held.playing and not sketch.end
    diverged = sketch.end is not None and sketch.end.outcome == "diverged"
    picture.show(
        sketch.config,
        points,
        sketch.film() if held.film and not moving else sketch.film(1),
        sketch.history(),
        diverged=sketch.epoch if diverged else None,
        moving=moving,
    )
    if diverged:
        rescue.show(sketch.config, points, sketch.step, sketch.epoch, _last_loss(sketch))
    elif sketch.end and sketch.end.message:
        st.info(sketch.end.message)
    if held.playing and sketch.end:
        held.playing = False
        st.rerun()


def _last_loss(sketch: Sketch) -> float:
    losses = (record.metrics["loss"] for record in reversed(sketch.records) if record.kind == "step")
    return next((loss for loss in losses if math.isfinite(loss)), math.nan)


def _play(held: _Held) -> None:
    held.playing, held.film = not held.playing, False
    st.session_state["film"] = False


def _move(held: _Held, how: str) -> None:
    held.film = False
    st.session_state["film"] = False
    getattr(held.sketch, how)()


def _show_film(held: _Held) -> None:
    held.film = st.session_state["film"]
