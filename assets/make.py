"""`python -m assets.make`: the pictures in this folder, made anew.

`heads.webp`, generated people turning their heads, and `icon.png`, one of them.
"""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
from PIL import Image

from facelab.data.generated import Head, Photo, person_of, photo_of, render, sculpt
from facelab.data.generated.backdrop import GRADIENT
from facelab.plots import montage

HERE = Path(__file__).parent
SEED, COLUMNS, ROWS, SIDE = 7, 5, 3, 144
FRAMES, FRAME_MS = 28, 70
YAW, LIGHT = 38, 50
ICON = 0


def portrait(number: int) -> tuple[Head, Photo]:
    """A person, and the settings of a calm picture of them."""
    drawn = asdict(photo_of(SEED, number, 0))
    scene = {name: value for name, value in drawn.items() if name.startswith(("background", "clothing"))}
    return sculpt(person_of(SEED, number)), replace(Photo(), **scene | {"smile": 0.35, "background": GRADIENT})


def heads() -> list[Image.Image]:
    """The frames of the film; each head follows the one on its left."""
    people = [portrait(number) for number in range(COLUMNS * ROWS)]
    frames = []
    for frame in range(FRAMES):
        turned = []
        for number, (head, photo) in enumerate(people):
            phase = 2 * np.pi * (frame / FRAMES - (number % COLUMNS) / (2 * COLUMNS))
            pose = replace(photo, yaw=YAW * np.sin(phase), light_azimuth=LIGHT * np.cos(phase))
            turned.append(render(head, pose, SIDE))
        frames.append(Image.fromarray(montage(np.stack(turned), COLUMNS)))
    return frames


def main() -> None:
    """Write both files."""
    first, *rest = heads()
    first.save(HERE / "heads.webp", save_all=True, append_images=rest, duration=FRAME_MS, loop=0, quality=72, method=6)
    head, photo = portrait(ICON)
    picture = render(head, replace(photo, yaw=20, light_azimuth=-30), 64)
    Image.fromarray(np.asarray(picture).transpose(1, 2, 0)).save(HERE / "icon.png", optimize=True)


if __name__ == "__main__":
    main()
