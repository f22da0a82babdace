"""From the second photo to the verdict, beside decoding all of it and looking for faces in all of it."""

import io
import time
from collections.abc import Callable

import numpy as np
from PIL import Image

from benchmarks.row import Row
from facelab.data.generated import generate
from facelab.data.photos import read_photo
from facelab.recognition import dlib, embedder, find, verify
from facelab.recognition.given import SHORTER_SIDE
from facelab.recognition.scores import evidence
from facelab.recognition.warp import resize

HEIGHT, WIDTH, FACE = 3000, 4000, 2000
BAR_SECONDS = 0.5
TIMES = 5


def phone_photo(seed: int) -> bytes:
    """A drawn face in front of noise, as a JPEG of 12 megapixels."""
    rng = np.random.default_rng(seed)
    [face] = generate(people=1, photos=1, size=128, seed=seed).images.permute(0, 2, 3, 1).contiguous().numpy()
    photo = resize(rng.integers(60, 200, (150, 200, 3), dtype=np.uint8), HEIGHT, WIDTH)
    left, top = (WIDTH - FACE) // 2, (HEIGHT - FACE) // 2
    photo[top : top + FACE, left : left + FACE] = resize(face, FACE, FACE)
    grain = rng.normal(0, 4, photo.shape[:2]).astype(np.int16)[..., None]
    stream = io.BytesIO()
    Image.fromarray(np.clip(photo + grain, 0, 255).astype(np.uint8)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


def seconds(call: Callable[[], object]) -> float:
    """The median of several, after one that warms up."""
    call()
    marks = [time.perf_counter()]
    for _ in range(TIMES):
        call()
        marks.append(time.perf_counter())
    return float(np.median(np.diff(marks)))


def verdict() -> list[Row]:
    """The parts one by one and together, with the starter, warmed; the first photo is described already."""
    first, second = (phone_photo(seed) for seed in (0, 1))
    by = embedder("starter")
    [one], [other] = (find(read_photo(photo, SHORTER_SIDE)) for photo in (first, second))
    pixels, others = (read_photo(photo, SHORTER_SIDE) for photo in (first, second))
    known, seen = by.known, [by.describe(photo, face) for photo, face in ((pixels, one), (others, other))]
    parts = {
        "decode": lambda: read_photo(second, SHORTER_SIDE),
        "find": lambda: find(others),
        "align and describe": lambda: by.describe(others, other),
        "compare": lambda: evidence(by.distance(*seen), known.distances, known.same, by.calibration),
    }
    rows = [
        Row(f"The second photo of 12 megapixels: {part}", f"{1000 * seconds(call):.0f} ms", "", "", "", True)
        for part, call in parts.items()
    ]
    whole = seconds(lambda: verify(pixels, second, faces=(one, None)))
    plain = seconds(lambda: dlib.detect(read_photo(second)))
    total = Row(
        "From the second photo to the verdict",
        f"{1000 * whole:.0f} ms",
        f"{1000 * plain:.0f} ms (only to decode all of it and to find the face)",
        f"{plain / whole:.1f} times",
        f"at most {1000 * BAR_SECONDS:.0f} ms",
        whole <= BAR_SECONDS,
    )
    return [*rows, total]
