"""The Olivetti faces, through scikit-learn: 40 people x 10 grey photos of 64x64 (AT&T Laboratories Cambridge)."""

from pathlib import Path
from typing import Any

import numpy as np
import torch

from facelab.data import downloads
from facelab.data.album import Album, Progress
from facelab.data.faces import stack
from facelab.data.photos import square
from facelab.data.specs import OlivettiSpec
from facelab.errors import DataError

PEOPLE, PHOTOS = 40, 10
DOWNLOAD_BYTES = 4_000_000


def load(spec: OlivettiSpec, progress: Progress) -> Album:
    """All 400 photos, grey in three equal channels.

    Raises:
        DataError: they are not on this computer, or not whole.
    """
    absent = missing()
    if absent:
        raise DataError(absent)
    grey, people = _read()
    counts = np.bincount(people)
    if counts.tolist() != [PHOTOS] * PEOPLE:
        raise DataError(
            f"The Olivetti faces on this computer are {len(people)} photos of {len(counts)} people instead of "
            f"{PEOPLE * PHOTOS} of {PEOPLE}: download them again."
        )
    images = [square(np.repeat(photo[:, :, None], 3, axis=2), spec.size, spec.crop) for photo in grey]
    progress(1.0)
    return Album(
        images=stack(images),
        labels=torch.from_numpy(people),
        names=tuple(f"Person {number}" for number in range(1, PEOPLE + 1)),
        source=f"{len(images)} photos of {PEOPLE} people from the Olivetti faces, in grey.",
    )


def signature(spec: OlivettiSpec) -> str:
    """Changes when the file on this computer does."""
    file = _file()
    return str(file.stat().st_mtime_ns) if file else ""


def missing() -> str | None:
    """None where the faces are on this computer, else what to do."""
    if _file():
        return None
    return "The Olivetti faces are not on this computer: download them (4 MB, from scikit-learn's mirror)."


def download(progress: Progress) -> None:
    """Get the faces by scikit-learn, which checks their SHA-256.

    Raises:
        DataError: no connection, or not what was expected.
    """
    home = downloads.data_home()
    if file := _file():
        try:
            _read()
        except DataError:
            file.unlink()  # scikit-learn keeps whatever bears the right name
    downloads.run(
        lambda: _fetch(download_if_missing=True),
        lambda: downloads.size_of(home, "olivetti") / DOWNLOAD_BYTES,
        progress,
        "The Olivetti faces",
    )
    progress(1.0)


def _file() -> Path | None:
    return next(downloads.data_home().glob("olivetti*.pkz"), None)


def _read() -> tuple[np.ndarray, np.ndarray]:
    """uint8 [N, 64, 64] in grey, and whose photo each is: int64 [N]."""
    try:
        bunch = _fetch(download_if_missing=False)
        return np.rint(bunch.images * 255).astype(np.uint8), np.asarray(bunch.target, dtype=np.int64)
    except Exception:  # a damaged compressed pickle raises nearly anything
        raise DataError("The file of the Olivetti faces on this computer is damaged: download them again.") from None


def _fetch(download_if_missing: bool) -> Any:
    from sklearn.datasets import fetch_olivetti_faces

    return fetch_olivetti_faces(data_home=downloads.data_home(), download_if_missing=download_if_missing)
