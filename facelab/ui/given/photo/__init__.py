"""A photo with its faces, on which a face is chosen by a click and a box drawn by hand, and the crop beside it."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from facelab.plots import palette
from facelab.plots.frame import count
from facelab.plots.images import encode
from facelab.recognition import Box
from facelab.ui.plane.assets import FOLDER as PLANE

LONGEST = 640
"""px, the longer side of the photo as the browser gets it."""
FOLDER = Path(__file__).parent
JS = "\n".join((folder / name).read_text("utf-8") for folder, name in ((PLANE, "core.js"), (FOLDER, "photo.js")))

_component = st.components.v2.component(
    "facelab_photo", html='<div class="photo"></div>', css=(FOLDER / "photo.css").read_text("utf-8"), js=JS
)


def photo(
    name: str,
    picture: str,
    size: tuple[int, int],
    boxes: Sequence[Box],
    chosen: int | None,
    drawn: Box | None,
    labels: Sequence[str],
    crop: str | None,
    tall: int,
    key: str,
    on_choose: Callable[[], None],
    on_draw: Callable[[], None],
) -> None:
    """Draw it. What people do arrives in the callbacks, as `st.session_state[key]`: `["choose"]` is a box's index,
    `["draw"]` a box.

    Args:
        name: of the photo, for those who cannot see it.
        picture: its data URI, see `small`.
        size: width and height of the photo, the unit of all boxes.
        boxes: of the faces found.
        chosen: the index of the one that is meant.
        drawn: a box by hand, which is meant instead.
        labels: what stands at each box, and after these at the one by hand.
        crop: data URI of what the network saw, if that is to be seen beside the photo.
        tall: px, the photo's height at most.
    """
    view = {
        "alt": f"{name}, with {count(len(boxes), 'face')} found.",
        "picture": picture,
        "size": size,
        "boxes": [list(map(float, box)) for box in boxes],
        "chosen": chosen,
        "drawn": drawn and list(map(float, drawn)),
        "labels": list(labels),
        "crop": crop,
        "tall": tall,
        "colours": {"chosen": palette.GREEN, "other": palette.ORANGE},
    }
    _component(key=key, data=view, on_choose_change=on_choose, on_draw_change=on_draw)


def small(pixels: np.ndarray) -> str:
    """A photo uint8 [H, W, 3] as a data URI of at most `LONGEST` px a side."""
    image = Image.fromarray(pixels)
    image.thumbnail((LONGEST, LONGEST))
    return encode(np.asarray(image))
