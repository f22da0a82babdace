"""`python -m assets.make`: the pictures in this folder, made anew.

`heads.webp`, generated people turning their heads, and `icon.png`, one of them.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from facelab.data.generated import Person, Photo, relief, render
from facelab.plots import montage

HERE = Path(__file__).parent
SEED, COLUMNS, ROWS, SIDE = 5, 5, 3, 144
FRAMES, FRAME_MS = 28, 70
YAW, LIGHT = 38, 50


def portrait(number: int) -> tuple[Person, Photo]:
    """A person, and the settings of a calm picture of them."""
    photo = Photo.draw(np.random.default_rng([SEED, number, 1]))
    still = {
        "pitch": 0,
        "roll": 0,
        "mouth_open": 0,
        "squint": 0,
        "gaze": 0,
        "smile": 0.4,
        "brow_raise": 0.2,
        "noise": 0,
    }
    frame = {"scale": 1, "shift_x": 0, "shift_y": 0, "exposure": 1, "light_strength": 0.6, "light_elevation": 25}
    return Person.draw(np.random.default_rng([SEED, number, 0])), replace(
        photo, **still, **frame, background_contrast=0.2
    )


def heads() -> list[Image.Image]:
    """The frames of the film; each head follows the one on its left."""
    people = [portrait(number) for number in range(COLUMNS * ROWS)]
    shapes = [relief(person) for person, _ in people]
    frames = []
    for frame in range(FRAMES):
        turned = []
        for number, ((person, photo), shape) in enumerate(zip(people, shapes, strict=True)):
            phase = 2 * np.pi * (frame / FRAMES - (number % COLUMNS) / (2 * COLUMNS))
            pose = replace(photo, yaw=YAW * np.sin(phase), light_azimuth=LIGHT * np.cos(phase))
            turned.append(render(person, shape, pose, SIDE))
        frames.append(Image.fromarray(montage(np.stack(turned), COLUMNS)))
    return frames


def main() -> None:
    """Write both files."""
    first, *rest = heads()
    first.save(HERE / "heads.webp", save_all=True, append_images=rest, duration=FRAME_MS, loop=0, quality=72, method=6)
    person, photo = portrait(7)
    picture = render(person, relief(person), replace(photo, yaw=20, light_azimuth=-30), 64)
    Image.fromarray(np.asarray(picture).transpose(1, 2, 0)).save(HERE / "icon.png", optimize=True)


if __name__ == "__main__":
    main()
