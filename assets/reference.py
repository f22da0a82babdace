"""`python -m assets.reference`: the reference embedder and the space of faces measured on LFW, which FACELAB_DATA has.

Of the pairs of view 1, every fourth of the development set is for validation, enough for a calibration's two numbers;
those of the test set are all taken. The face space is made from the photos of the former; those of the latter, of other
people, tell how far faces lie beside it.
"""

from pathlib import Path

import numpy as np

from facelab import paths
from facelab.data import lfw
from facelab.data.pairs.lfw import Photo, read_protocol
from facelab.data.photos import read_photo
from facelab.recognition import FoundFace, align, at_box, embed, find
from facelab.recognition.align import LFW_SIZE
from facelab.recognition.detect import BOX
from facelab.recognition.face_space import FaceSpace, small
from facelab.recognition.measured import NAME, Known, Measured
from facelab.recognition.scores import operating_point
from facelab.terminal import Progress
from facelab.training.calibration import calibrate

EVERY = 4
MIDDLE = LFW_SIZE / 2


def main() -> None:
    """Measure, and write the file."""
    folder = lfw.find()
    protocol = read_protocol(folder.parent)
    validation, seen = measure(folder, protocol.development[::EVERY])
    test, others = measure(folder, protocol.test)
    file = paths.assets() / NAME
    file.write_bytes(Measured(validation, test, FaceSpace.of(seen, others)).save())
    threshold = calibrate(validation.distances, validation.same).threshold
    right = operating_point(test.distances, test.same, threshold).accuracy
    size, between = file.stat().st_size / 1e3, f"{right.low:.1%} to {right.high:.1%}"
    print(f"{file.name}: {size:.0f} KB, right on {right.value:.1%} ({between}) of the test pairs")


def measure(folder: Path, pairs: list[tuple[Photo, Photo]]) -> tuple[Known, np.ndarray]:
    """The pairs as the reference sees them, and the crops of their photos, float32 [N, D]."""
    features, crops = {}, []
    photos = sorted({photo for pair in pairs for photo in pair})
    with Progress(quiet=False) as progress:
        for count, (name, number) in enumerate(photos, start=1):
            photo = read_photo(folder / name / f"{name}_{number:04}.jpg")
            face = whom(photo)
            features[name, number] = embed(photo, face)
            crops.append(small(align(photo, face, LFW_SIZE)))
            progress.show(f"{count} of {len(photos)} photos")
    distances = [np.linalg.norm(features[a] - features[b]) for a, b in pairs]
    same = [a[0] == b[0] for a, b in pairs]
    return Known(np.array(distances, np.float32), np.array(same)), np.stack(crops)


def whom(photo: np.ndarray) -> FoundFace:
    """Whom a photo of LFW is of: the face over its middle, which is at its usual place where none is found."""
    over = (
        face for face in find(photo) if all(a < MIDDLE < b for a, b in zip(face.box[:2], face.box[2:], strict=True))
    )
    return next(over, None) or at_box(photo, BOX)


if __name__ == "__main__":
    main()
