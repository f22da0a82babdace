"""Who is on a photo: the upload path beside the test split, enrolled people beside strangers, and the time it takes."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from benchmarks.row import Row, rate
from benchmarks.verify import phone_photo, seconds
from facelab.data import FolderSpec, lfw
from facelab.data.folder import find as find_folder
from facelab.data.folder import list_people
from facelab.data.photos import read_photo
from facelab.errors import PhotoError
from facelab.recognition import Classifier, FoundFace, Gallery, align, classifier, embedder, find, identify
from facelab.recognition.embedders import ALWAYS
from facelab.recognition.given import SHORTER_SIDE
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute

ACTORS = FolderSpec(path="facescrub6")
ENROLLED, PHOTOS = 3, 5
UNSEEN, STRANGERS = 40, 300
BAR_SECONDS = 0.4

Photo = tuple[np.ndarray, list[FoundFace]]
"""Uint8 [H, W, 3], and the faces found on it, one at least."""


def identified() -> list[Row]:
    """All of it, for a network that is trained here and now."""
    missing = lfw.missing()
    if missing or not os.environ.get("FACELAB_DATA"):
        return [Row("Who is it?", "no photos of actors under FACELAB_DATA", "", "", "", False)]
    with tempfile.TemporaryDirectory() as home:
        store = RunStore(f"sqlite:///{home}/runs.sqlite")
        run_id = store.create(RunConfig(data=ACTORS))
        execute(run_id, 1, store.url)
        torch.set_num_threads(1)  # as pages do
        known = classifier(run_id, store)
        strangers = list(_strangers())
        return [_uploads(store, run_id, known), _noticed(known, strangers), *_enrolled(strangers), _time(known)]


def _uploads(store: RunStore, run_id: str, known: Classifier) -> Row:
    """The files of the test split, given as somebody would upload them."""
    files = [file for own in list_people(find_folder(ACTORS.path)).values() for file in own]
    rows = known.faces.splits["test"].tolist()
    answers = [identify(files[row], known).answers for row in rows]
    truths = [known.names[known.faces.labels[row]] for row in rows]
    right = sum(found[0].name == truth for found, truth in zip(answers, truths, strict=True))
    run = store.get(run_id)
    low, high = run.test_interval
    return Row(
        "A network trained on six actors: its test photos, uploaded as files",
        rate(right, len(rows)),
        f"{rate(run.test_right, run.test_total)} on its test split",
        f"{100 * (right / len(rows) - run.test_accuracy):+.1f} points",
        "within the interval",
        low <= right / len(rows) <= high,
    )


def _noticed(known: Classifier, strangers: list[Photo]) -> Row:
    """Of strangers' faces, those beyond the line, and of what is no face at all."""
    beyond = sum(not identify(photo, known, faces).answers[0].is_known for photo, faces in strangers)
    noise = np.random.default_rng(0).integers(0, 256, (40, 200, 200, 3), dtype=np.uint8)
    no_faces = sum(not identify(photo, known).answers[0].is_known for photo in noise)
    alarms = known.line.false_alarms
    return Row(
        "The same: strangers' faces found unlike all that it knows",
        rate(beyond, len(strangers)),
        f"{rate(alarms.count, alarms.total)} of test photos: false alarms",
        f"{rate(no_faces, len(noise))} of noise, which also shows no face",
        "",
        True,
    )


def _enrolled(strangers: list[Photo]) -> Iterator[Row]:
    """Three actors from a few photos each, for every embedder that is always there."""
    rng = np.random.default_rng(0)
    people = dict(list(list_people(find_folder(ACTORS.path)).items())[:ENROLLED])
    photos = {name: _with_faces(rng.permutation(files)[: PHOTOS + UNSEEN].tolist()) for name, files in people.items()}
    aligned = {name: [align(photo, faces[0], 250) for photo, faces in own[:PHOTOS]] for name, own in photos.items()}
    unseen = [(name, *photo) for name, own in photos.items() for photo in own[PHOTOS:]]
    for name in ALWAYS:
        gallery = Gallery.of(aligned, embedder(name))
        right = sum(identify(photo, gallery, faces).answers[0].name == who for who, photo, faces in unseen)
        nobody = sum(identify(photo, gallery, faces).answers[0].name is None for photo, faces in strangers)
        yield Row(
            f"{ENROLLED} actors enrolled from {PHOTOS} photos each, by {embedder(name).title}: unseen photos right",
            rate(right, len(unseen)),
            f"{rate(nobody, len(strangers))} of strangers called nobody",
            f"promised: {100 * (1 - gallery.line.any_of(ENROLLED)):.1f} %",
            "",
            True,
        )


def _time(known: Classifier) -> Row:
    """The second photo: everything is warm."""
    photo = phone_photo(1)
    identify(phone_photo(0), known)
    taken, plain = seconds(lambda: identify(photo, known)), seconds(lambda: read_photo(photo))
    return Row(
        "From a photo of 12 megapixels to who is on it",
        f"{1000 * taken:.0f} ms",
        f"{1000 * plain:.0f} ms (only to decode all of it)",
        f"{plain / taken:.1f} times",
        f"at most {1000 * BAR_SECONDS:.0f} ms",
        taken <= BAR_SECONDS,
    )


def _strangers() -> Iterator[Photo]:
    """The first photo of people of LFW, where a face is found on it."""
    actors = set(list_people(find_folder(ACTORS.path)))
    people = sorted(folder for folder in lfw.find().iterdir() if folder.name.replace("_", " ") not in actors)
    chosen = np.random.default_rng(0).permutation(len(people))[:STRANGERS]
    yield from _with_faces([people[at] / f"{people[at].name}_0001.jpg" for at in chosen])


def _with_faces(files: list[Path]) -> list[Photo]:
    photos = []
    for file in files:
        try:
            photo = read_photo(file, SHORTER_SIDE)
        except PhotoError:
            continue
        if faces := find(photo):
            photos.append((photo, faces))
    return photos
