"""A network trained on faces, asked about other photos: always one of its own people, if a face is like them at all.

Sun, Ming, Zhu and Li, "Out-of-distribution detection with deep nearest neighbors" (ICML 2022, arXiv:2204.06507): how
far a face's features, made of length 1, lie from those of the nearest training photo tells what the network never
learned, better than its own certainty does. The line is drawn on validation photos, whose people the network knows.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from torch import Tensor, nn

from facelab.data import Faces, load_faces
from facelab.data.faces import stack
from facelab.errors import RunError
from facelab.recognition.detect import FoundFace
from facelab.recognition.identify.answer import NEAREST, Answer, Candidate, Line, Neighbour
from facelab.recognition.identify.framing import Framing
from facelab.recognition.scores import Share
from facelab.runs import RunStore
from facelab.training import predict

FALSE_ALARMS = 0.05
"""Of validation photos, the largest share that lies beyond the line."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """Everything that a network's answer rests on. Shared by threads: read-only.

    Attributes:
        network: with `embed`; logits [N, classes].
        faces: what it was trained on.
        framing: of its training photos.
        features: float32 [N, D] of these, each of length 1.
        line: drawn on validation photos; its false alarms are counted on test photos.
    """

    network: nn.Module
    faces: Faces
    framing: Framing
    features: np.ndarray
    line: Line

    @classmethod
    def of(cls, network: nn.Module, faces: Faces, crop: float = 1.0) -> Self:
        """Measured on the training and validation photos.

        Args:
            crop: the share of the original photos that the faces were cut to, as in their spec.

        Raises:
            RecognitionError: dlib or its models are missing.
        """
        train, validation, test = (faces.split(name)[0] for name in ("train", "validation", "test"))
        features = _features(network, train)
        known = np.sort(_nearest(network, validation, features))
        drawn = known[-1 - int(FALSE_ALARMS * len(known))]
        line = Line(float(drawn), Share.of(_nearest(network, test, features) > drawn))
        return cls(network, faces, Framing.of(train, crop), features, line)

    @property
    def names(self) -> tuple[str, ...]:
        """The people that it knows."""
        return self.faces.names

    def answer(self, photo: np.ndarray, face: FoundFace | None) -> Answer:
        """Who of its people a face of a photo, uint8 [H, W, 3], would be; without a face, all of the photo."""
        crop, cut = self.framing.cut(photo, face, self.faces.images.shape[-1])
        seen = stack([crop])
        [probabilities] = predict(self.network, seen).softmax(1).numpy()
        ranking = tuple(Candidate(self.names[row], float(probabilities[row])) for row in np.argsort(-probabilities))
        distances = _distances(_features(self.network, seen), self.features)[0]
        order = np.argsort(distances, kind="stable")
        people = self.faces.labels[self.faces.splits["train"]].numpy()[order]
        own = order[people == probabilities.argmax()][0]
        *nearest, example = (self._neighbour(row, float(distances[row])) for row in (*order[:NEAREST], own))
        name, distance = ranking[0].name, nearest[0].distance
        return Answer(face, crop, cut, name, ranking, tuple(nearest), example, distance, self.line)

    def _neighbour(self, row: int, distance: float) -> Neighbour:
        at = self.faces.splits["train"][row]
        pixels = self.faces.images[at].permute(1, 2, 0).contiguous().numpy()
        return Neighbour(self.names[self.faces.labels[at]], pixels, distance)


def classifier(run_id: str, store: RunStore | None = None) -> Classifier:
    """Of a run in `store`, or in the user's own.

    Raises:
        RunError: there is no such run, it has nothing to do with who is on a photo, or its faces have changed.
        DataError: its faces cannot be loaded.
        RecognitionError: dlib or its models are missing.
    """
    store = store or RunStore()
    run = store.get(run_id)
    if run.config.subject != "faces":
        raise RunError(f"The run {run_id} learned {run.config.subject}, not who is on a photo: name one on faces.")
    faces = load_faces(run.config.data)
    if faces.fingerprint != run.fingerprint:
        raise RunError(f"The faces of the run {run_id} have changed since it learned them: train it again.")
    return Classifier.of(store.load_model(run_id), faces, getattr(run.config.data, "crop", 1.0))


def _features(network: nn.Module, images: Tensor) -> np.ndarray:
    """What goes into the last layer, each of length 1: float32 [N, D]."""
    found = predict(network, images, ask=network.embed).flatten(1)
    return torch.nn.functional.normalize(found).numpy()


def _distances(features: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Euclidean, between points [N, D] and [M, D] of the unit sphere: float32 [N, M], 0 to 2."""
    return np.sqrt(np.maximum(2 - 2 * features @ known.T, 0))


def _nearest(network: nn.Module, images: Tensor, known: np.ndarray) -> np.ndarray:
    return _distances(_features(network, images), known).min(1)
