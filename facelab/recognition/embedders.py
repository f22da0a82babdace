"""What turns a found face into features, and how far apart those of known pairs lie: the starter, the reference, runs.

Each is loaded once in a process, when it is first asked for.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import torch
from torch import Tensor, nn

from facelab import paths
from facelab.data import PAIR_SOURCES, LfwPairsSpec, PairsSpec
from facelab.data.cache import Once, key_of
from facelab.data.pairs.pairs import grey
from facelab.errors import RecognitionError, RunError, SettingsError
from facelab.models import Siamese
from facelab.recognition import dlib, reference
from facelab.recognition.align import align
from facelab.recognition.detect import FoundFace
from facelab.recognition.measured import Known, measured
from facelab.recognition.scores import operating_point
from facelab.runs import Run, RunConfig, RunStore
from facelab.runs.config import network_name
from facelab.runs.parcel import read
from facelab.training import predict
from facelab.training.calibration import Calibration, calibrate

STARTER_FILE = "starters/verifier.run"
STARTER_RUN = "ready-made-verifier"  # the starter again, where `labs.starters` has put it into a store
ELSEWHERE = "elsewhere"
"""What its distances and labels of pairs that are not of LFW are called in the file."""
KEPT = 10

# The part of the LFW photo, onto which faces are aligned, that shows what a whole photo of another source shows: where
# the landmarks of generated people lie, and of ORL and FaceScrub, which stand for all close-ups.
WHOLE = {"generated": 0.83, "lfw": 1.0}
CLOSE_UP = 0.45


@dataclass(frozen=True, eq=False)
class Description:
    """What an embedder makes of one face.

    Attributes:
        crop: uint8 [S, S, 3], the face as the network saw it.
        features: float32 [D].
        strangeness: the share of known faces, 0 to 1, that look as unlike the rest as this one or less; above
            `face_space.STRANGE` it looks like nothing in training.
    """

    crop: np.ndarray
    features: np.ndarray
    strangeness: float


@dataclass(frozen=True, eq=False)
class Embedder:
    """A way to compare faces. Shared by all threads: read-only.

    Attributes:
        id: "starter", "reference" or that of a run.
        title: its name in a list.
        about: one sentence: what it is, and how often it is right on which known pairs.
        known: the known pairs.
        calibration: the threshold, and how fast certainty grows away from it; from other pairs, of validation.
        size: the side of its crops in pixels.
        crop: the share of the LFW photo, onto which faces are aligned, that its crops show; None where it aligns them
            in its own way.
        network: None where it is not ours.
        cut: (photo, face) -> the crop uint8 [S, S, 3].
        embed: a crop -> its features float32 [D].
        compare: two features -> their distance.
    """

    id: str
    title: str
    about: str
    known: Known
    calibration: Calibration
    size: int
    crop: float | None
    network: nn.Module | None
    cut: Callable[[np.ndarray, FoundFace], np.ndarray]
    embed: Callable[[np.ndarray], np.ndarray]
    compare: Callable[[np.ndarray, np.ndarray], float]

    def describe(self, photo: np.ndarray, face: FoundFace) -> Description:
        """A face of a photo, uint8 [H, W, 3]."""
        crop = self.cut(photo, face)
        return Description(crop, self.embed(crop), measured().space.strangeness(photo, face))

    def distance(self, a: Description, b: Description) -> float:
        """Small where both faces are alike."""
        return self.compare(a.features, b.features)


def embedders(store: RunStore | None = None) -> list[tuple[str, str]]:
    """The (id, title) of all that can be asked for: those that are always there, then a store's runs, newest first.

    Raises:
        StoreError: the store cannot be read.
    """
    found = [(id, title) for id, (title, _) in ALWAYS.items()]
    for run in (store or RunStore()).all():
        with suppress(SettingsError):  # of another version of facelab
            if run.status == "finished" and run.config.subject == "pairs" and run.id != STARTER_RUN:
                found.append((run.id, run.name))
    return found


def embedder(id: str, store: RunStore | None = None) -> Embedder:
    """The embedder of this id; of a run in `store`, or in the user's own.

    Raises:
        RunError: there is no such run, or it cannot compare faces.
        RecognitionError: a file that belongs to facelab is missing or damaged.
    """
    if id in ALWAYS:
        return _loaded.get(key_of(str(paths.assets()), id), ALWAYS[id][1])
    store = store or RunStore()
    run = store.get(id)
    if run.config.subject != "pairs":
        raise RunError(f"The run {id} does not compare faces: name one on pairs, or {' or '.join(ALWAYS)}.")
    if run.status != "finished":
        raise RunError(f"The run {id} is {run.status}: only what is finished can compare faces.")
    return _loaded.get(key_of(store.url, id, str(run.ended)), lambda: _of_run(store, run))


def network_input(network: Siamese, crop: np.ndarray) -> Tensor:
    """A crop, uint8 [S, S, 3], as photos of the network's dataset: uint8 [1, C, S, S], grey if those are."""
    photo = torch.from_numpy(crop.transpose(2, 0, 1).copy())[None]
    return grey(photo) if network.standardize.mean.numel() == 1 else photo


def crop_of(spec: PairsSpec) -> float:
    """The share of the LFW photo that shows about what the photos of `spec` show."""
    if isinstance(spec, LfwPairsSpec):
        return spec.crop
    return WHOLE.get(spec.faces.source, CLOSE_UP) * getattr(spec.faces, "crop", 1.0)


def _starter() -> Embedder:
    file = paths.assets() / STARTER_FILE
    try:
        parcel = read(file.read_bytes())
    except OSError:
        raise RecognitionError(
            f"The file {file.name} of facelab is not there: put it back into {file.parent}."
        ) from None
    what = "facelab's own network, trained on the development people of Labeled Faces in the Wild"
    found = _of_network("starter", ALWAYS["starter"][0], what, parcel.config, parcel.network, parcel.predictions)
    if f"{ELSEWHERE}.distances" not in parcel.predictions:
        return found
    # It errs more on photos from elsewhere, and is as sure as it may be of those.
    elsewhere = _known(parcel.predictions, f"{ELSEWHERE}.")
    scale = min(found.calibration.scale, calibrate(elsewhere.distances, elsewhere.same).scale)
    right = _how_right(elsewhere, found.calibration)
    about = f"{found.about[:-1]}, and on {right} of actors on photos from the web."
    return replace(found, about=about, calibration=replace(found.calibration, scale=scale))


def _of_run(store: RunStore, run: Run) -> Embedder:
    what = f"{network_name(run.config.model)}, trained on {PAIR_SOURCES[run.config.data.source].title}"
    network, predictions = store.load_model(run.id), store.load_tensors(run.id, "predictions")
    return _of_network(run.id, run.name, what, run.config, network, predictions)


def _of_network(
    id: str, title: str, what: str, config: RunConfig, network: Siamese, predictions: dict[str, Tensor]
) -> Embedder:
    known = _known(predictions)
    calibration = Calibration(network.threshold.item(), network.scale.item())
    size, crop = config.input_shape[1], crop_of(config.data)

    def embed(seen: np.ndarray) -> np.ndarray:
        return predict(network, network_input(network, seen), ask=network.embed)[0].numpy()

    def compare(a: np.ndarray, b: np.ndarray) -> float:
        with torch.no_grad():
            return network.distance(*(torch.from_numpy(features)[None] for features in (a, b))).item()

    about = f"{what}; right on {_how_right(known, calibration)} of people whom it never saw"
    if config.data.source != "lfw_pairs":
        about += "; faces here are cut otherwise than those it was trained on, so expect more errors"
    cut = partial(align, size=size, crop=crop)
    return Embedder(id, title, f"{about}.", known, calibration, size, crop, network, cut, embed, compare)


def _known(predictions: dict[str, Tensor], prefix: str = "") -> Known:
    distances, labels = (predictions[f"{prefix}{name}"].numpy() for name in ("distances", "labels"))
    return Known(distances, labels.astype(bool))


def _reference() -> Embedder:
    fitted_to, known = measured().validation, measured().test
    calibration = calibrate(fitted_to.distances, fitted_to.same)
    about = (
        "dlib's network, which its author trained on 3 million photos from the web (King 2017); "
        f"right on {_how_right(known, calibration)} of Labeled Faces in the Wild, whose people it may have seen."
    )
    return Embedder(
        "reference",
        ALWAYS["reference"][0],
        about,
        known,
        calibration,
        reference.CHIP,
        None,
        None,
        reference.chip,
        dlib.embed,
        lambda a, b: float(np.linalg.norm(a - b)),
    )


def _how_right(known: Known, calibration: Calibration) -> str:
    share = operating_point(known.distances, known.same, calibration.threshold).accuracy
    value, low, high = (f"{100 * part:.1f}" for part in (share.value, share.low, share.high))
    return f"{value} % ({low} to {high} %) of {share.total:,} pairs"


ALWAYS: dict[str, tuple[str, Callable[[], Embedder]]] = {
    "starter": ("Ready-made network", _starter),
    "reference": ("Reference (dlib)", _reference),
}
"""The (title, maker) of those that are no runs, by id."""

_loaded: Once[Embedder] = Once(KEPT)
