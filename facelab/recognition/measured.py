"""What `python -m assets.reference` has measured once: the reference on pairs of LFW, and the space of its faces."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from facelab import paths
from facelab.errors import RecognitionError
from facelab.recognition.face_space import FaceSpace

NAME = "reference.safetensors"


@dataclass(frozen=True, eq=False)
class Known:
    """Pairs of which we know whether they show one person.

    Attributes:
        distances: float32 [P].
        same: bool [P].
    """

    distances: np.ndarray
    same: np.ndarray


@dataclass(frozen=True, eq=False)
class Measured:
    """The reference's distances on pairs of the development set, `validation`, and of the test set; the face space."""

    validation: Known
    test: Known
    space: FaceSpace

    def save(self) -> bytes:
        """A safetensors file."""
        space = self.space
        return save(
            {
                "validation.distances": self.validation.distances,
                "validation.same": self.validation.same,
                "test.distances": self.test.distances,
                "test.same": self.test.same,
                "space.mean": space.mean.astype(np.float16),
                "space.directions": space.directions.astype(np.float16),
                "space.known": space.known,
            }
        )


def measured() -> Measured:
    """From the file among the assets, read once.

    Raises:
        RecognitionError: it is missing or damaged.
    """
    return _read(paths.assets() / NAME)


@cache
def _read(file: Path) -> Measured:
    try:
        tensors = load(file.read_bytes())
        known = (Known(tensors[f"{name}.distances"], tensors[f"{name}.same"]) for name in ("validation", "test"))
        mean, directions = (tensors[f"space.{name}"].astype(np.float32) for name in ("mean", "directions"))
        return Measured(*known, FaceSpace(mean, directions, tensors["space.known"]))
    except (OSError, SafetensorError, KeyError):
        raise RecognitionError(
            f"The file {file.name} of facelab is missing or damaged: put it back into {file.parent}."
        ) from None
