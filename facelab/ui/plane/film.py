"""A film of a training to keep: as one HTML file with everything in it, and as a GIF."""

import dataclasses
import io
import json

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from facelab.plots import palette
from facelab.ui.plane.assets import CSS, HTML, JS
from facelab.ui.plane.view import View, pack

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>facelab: a film of a training</title>
<style>
:root {
  color-scheme: light dark;
  --st-font: system-ui, sans-serif;
  --st-primary-color: %(blue)s;
  --st-text-color: #1B2530;
  --st-background-color: #FFFFFF;
}
@media (prefers-color-scheme: dark) {
  :root { --st-text-color: #E4EAEF; --st-background-color: #11171D; }
}
body { max-width: 1500px; margin: 0 auto; padding: 16px; background: var(--st-background-color); }
%(css)s
</style>
%(html)s
<script type="application/json" id="view">%(view)s</script>
<script type="module">
%(js)s
const show = () => plane({ data: VIEW, parentElement: document.body });
const VIEW = JSON.parse(document.getElementById("view").textContent);
matchMedia("(prefers-color-scheme: dark)").onchange = show;
show();
</script>
</html>
"""

# A GIF's plane in px and its most frames: the first that keep within `MOST_BYTES`.
SIZES = ((420, 100), (340, 70), (260, 50), (200, 30))
MOST_BYTES = 3_000_000
MOST_LARGE = 600  # points; more of them are drawn tiny
LAST_SECONDS = 1.5  # the end stands still before the film begins anew
STRIP = 90  # px, the curves under the plane
HEAD = 26  # px, the line of text above it
SHARP = 2  # drawn so many times as large, for soft edges
GROUND = "#FFFFFF"
INK = palette.SHADE
DEEPEST = 0.72  # opacity of a region where the network is certain


def film_html(view: View) -> str:
    """The film as one page that needs no network and no server: regions, units, weights, curves, slider and probe."""
    still = dataclasses.replace(view, editable=False, drawing=None)
    # "<" is the only letter that can end a script early; JSON may spell it as an escape.
    data = json.dumps(pack(still), allow_nan=False).replace("<", "\\u003c")
    return PAGE % {"blue": palette.BLUE, "css": CSS, "html": HTML, "view": data, "js": JS}


def film_gif(view: View, seconds: float = 6.0) -> bytes:
    """The film as a looping GIF of at most about 3 MB: regions, points, the loss and accuracy curves, and the epoch.

    Of more than 100 frames, that many are taken, evenly spaced and with the first and the last; fewer and smaller ones
    where they show much detail.
    """
    count = len(view.frames)
    for side, most in SIZES:
        chosen = np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))
        pictures = _pictures(view, chosen, side)
        still = 10 * max(round(100 * seconds / len(chosen)), 2)  # ms; GIF counts in hundredths of a second
        times = [still] * (len(chosen) - 1) + [still + round(1000 * LAST_SECONDS)]
        file = io.BytesIO()
        pictures[0].save(
            file, "GIF", save_all=True, append_images=pictures[1:], duration=times, loop=0, optimize=False, disposal=1
        )
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()


def _pictures(view: View, chosen: np.ndarray, side: int) -> list[Image.Image]:
    """The chosen frames as palette pictures that share one palette, `side` px wide."""
    x0, x1, y0, y1 = view.window
    ratio = (y1 - y0) * view.scale[1] * view.aspect / ((x1 - x0) * view.scale[0]) if view.aspect else 1.0
    size = (SHARP * side, SHARP * round(side * min(max(ratio, 0.3), 1.6)))
    points = _points(view, size)
    drawn = [_picture(view, index, size, points) for index in chosen.tolist()]
    # The last frame has the deepest colours, the first the palest.
    sample = Image.new("RGB", (2 * side, drawn[0].height))
    sample.paste(drawn[0], (0, 0))
    sample.paste(drawn[-1], (side, 0))
    colours = sample.quantize(255)
    return [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in drawn]


def _picture(view: View, index: int, size: tuple[int, int], points: Image.Image) -> Image.Image:
    frame = view.frames[index]
    width, height = size
    head, strip = SHARP * HEAD, SHARP * STRIP
    picture = Image.new("RGB", (width, head + height + strip), GROUND)
    plane = _regions(view, index).resize(size, Image.Resampling.BILINEAR)
    plane.paste(points, (0, 0), points)
    picture.paste(plane, (0, head))
    pen = ImageDraw.Draw(picture)
    accuracy = frame.numbers.get("test_accuracy", np.nan)
    text = f"Epoch {frame.epoch:g}" + ("" if np.isnan(accuracy) else f"   test accuracy {100 * accuracy:.1f} %")
    pen.text((8 * SHARP, head // 2), text, INK, ImageFont.load_default(13 * SHARP), anchor="lm")
    half, top = width // 2, head + height
    _curve(pen, view, "loss", frame.epoch, (0, top, half, top + strip))
    _curve(pen, view, "accuracy", frame.epoch, (half, top, width, top + strip))
    return picture.reduce(SHARP)


def _regions(view: View, index: int) -> Image.Image:
    """Each class in its colour, as deep as the network is sure."""
    frame = view.frames[index]
    colours = np.array([palette.rgb(colour) for colour in view.colors], np.float32)
    depth = DEEPEST * frame.confidence[..., None].astype(np.float32) / 255
    mixed = np.array(palette.rgb(GROUND), np.float32) * (1 - depth) + colours[frame.regions] * depth
    return Image.fromarray(mixed.round().astype(np.uint8))


def _points(view: View, size: tuple[int, int]) -> Image.Image:
    """Training points as discs, test points as hollow ones, on clear ground."""
    x0, x1, y0, y1 = view.window
    layer = Image.new("RGBA", size)
    pen = ImageDraw.Draw(layer)
    large = len(view.labels) <= MOST_LARGE
    radius = SHARP * (3.2 if large else 1.1)
    places = (view.coordinates - (x0, y1)) / (x1 - x0, y0 - y1) * size
    for (x, y), label, test in zip(places.tolist(), view.labels.tolist(), view.is_test.tolist(), strict=True):
        # On its own region a tiny point would not be seen.
        colour = view.colors[label] if large else palette.mix(view.colors[label], INK, 0.45)
        fill, edge = (GROUND, colour) if test else (colour, GROUND if large else colour)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill, edge, width=SHARP)
    return layer


def _curve(pen: ImageDraw.ImageDraw, view: View, measure: str, epoch: float, box: tuple[int, int, int, int]) -> None:
    """A small chart of train and test over the epochs, drawn as far as the frame."""
    left, top, right, bottom = box[0] + 8 * SHARP, box[1] + 24 * SHARP, box[2] - 8 * SHARP, box[3] - 8 * SHARP
    at = view.curves.epoch
    columns = {split: getattr(view.curves, f"{split}_{measure}") for split in ("train", "test")}
    known = np.concatenate([column[np.isfinite(column)] for column in columns.values()])
    first = next((float(column[0]) for column in columns.values() if len(column) and np.isfinite(column[0])), np.inf)
    most = 1.0 if measure == "accuracy" else min(float(known.max(initial=1e-3)), 3 * first)
    last = max(view.total_epochs or 0, float(at[-1]) if len(at) else 0, epoch) or 1.0
    pen.line((left, bottom, right, bottom), palette.GREY, SHARP)
    pen.text((left, box[1] + 12 * SHARP), measure.capitalize(), INK, ImageFont.load_default(11 * SHARP), anchor="lm")
    for split, column in columns.items():
        seen = np.isfinite(column) & (at <= epoch)
        xs = left + at[seen] / last * (right - left)
        ys = bottom - np.clip(column[seen] / most, 0, 1) * (bottom - top)
        if len(xs) > 1:
            pen.line(list(zip(xs.tolist(), ys.tolist(), strict=True)), palette.SPLITS[split], 2 * SHARP)
