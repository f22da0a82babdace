"""Labeled Faces in the Wild (Huang, Ramesh, Berg, Learned-Miller 2007): 13,233 photos of 5,749 people."""

import re
import shutil
from pathlib import Path

from facelab import paths
from facelab.data import downloads
from facelab.data.album import Album, Progress
from facelab.data.folder import list_people, read_people
from facelab.data.specs import LfwSpec
from facelab.errors import DataError

PEOPLE, PHOTOS = 5749, 13233
MOST_PHOTOS = 530  # of one person
DOWNLOAD_BYTES = 243_000_000
UNPACKING = 0.15  # share of the time that unpacking takes after the download

# The official archives' folders; all photos are 250x250 with the face in the middle.
ALIGNED = {
    "lfw-deepfunneled": "aligned by deep funneling",
    "lfw_funneled": "aligned by funneling",
    "lfw": "not aligned",
}
PHOTO = re.compile(r".+_\d{4}\.jpg")


def load(spec: LfwSpec, progress: Progress) -> Album:
    """The photos of everyone who has at least `spec.min_photos`.

    Raises:
        DataError: LFW is not on this computer, or only a part of it is.
    """
    folder = find()
    people = list_photos(folder)
    title = f"Labeled Faces in the Wild ({ALIGNED[folder.name]}; people with {spec.min_photos} photos or more)"
    return read_people(people, spec.size, spec.crop, spec.min_photos, title, progress)


def signature(spec: LfwSpec) -> str:
    """Changes when another copy of LFW would be read."""
    folder = find()
    return f"{folder} {folder.stat().st_mtime_ns}"


def find() -> Path:
    """The folder with one folder of photos per person; the official protocol (`pairsDevTrain.txt`...) lies beside it.

    It is looked for in the folder `lfw` of `FACELAB_DATA`, then where `download` puts it.

    Raises:
        DataError: it is in neither.
    """
    data = paths.data()
    homes = [*([data / "lfw"] if data else []), downloads.data_home() / "lfw_home"]
    found = (home / name for home in homes for name in ALIGNED if (home / name).is_dir())
    folder = next(found, None)
    if folder is None:
        raise DataError(
            "Labeled Faces in the Wild is not on this computer: download it (233 MB, from scikit-learn's "
            "mirror), or put its folder lfw-deepfunneled into a folder lfw inside the folder that FACELAB_DATA names."
        )
    return folder.resolve()


def list_photos(folder: Path) -> dict[str, list[Path]]:
    """Every person's photos in the folder that `find` found, verified to be all of them.

    Raises:
        DataError: a half-unpacked archive, with both counts.
    """
    listed = {name: [f for f in files if PHOTO.fullmatch(f.name)] for name, files in list_people(folder).items()}
    people = {name: files for name, files in listed.items() if files}
    photos = sum(map(len, people.values()))
    if (len(people), photos) != (PEOPLE, PHOTOS):
        raise DataError(
            f"The LFW folder {folder} holds {photos:,} photos of {len(people):,} people instead of {PHOTOS:,} of "
            f"{PEOPLE:,}, so its archive was unpacked only in part: delete the folder and unpack or download it again."
        )
    return people


def missing() -> str | None:
    """None where LFW is on this computer, else what to do."""
    try:
        find()
    except DataError as error:
        return str(error)
    return None


def download(progress: Progress) -> None:
    """Get the funneled photos and the official protocol by scikit-learn, which checks their SHA-256.

    Raises:
        DataError: no connection, or not what was expected.
    """
    home = downloads.data_home() / "lfw_home"
    unpacked = home / "lfw_funneled"
    if unpacked.is_dir():
        try:
            list_photos(unpacked)
        except DataError:
            shutil.rmtree(unpacked)  # scikit-learn takes a half-unpacked folder for a whole one

    def share() -> float:
        if unpacked.is_dir():
            return 1 - UNPACKING + UNPACKING * sum(1 for _ in unpacked.iterdir()) / PEOPLE
        return (1 - UNPACKING) * downloads.size_of(home, "lfw-funneled.tgz") / DOWNLOAD_BYTES

    downloads.run(_fetch, share, progress, "Labeled Faces in the Wild")
    list_photos(unpacked)
    progress(1.0)


def _fetch() -> None:
    from sklearn.datasets import fetch_lfw_people

    # It also decodes what it fetched: ask for the one person with the most photos, and small.
    fetch_lfw_people(data_home=downloads.data_home(), funneled=True, min_faces_per_person=MOST_PHOTOS, resize=0.1)
