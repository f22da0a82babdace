"""Answers on drawn faces by a network that learned little, and among people enrolled from two photos."""

import io
import json
import sys

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn.functional import cosine_similarity

from facelab.data import load_faces
from facelab.errors import PhotoError, RecognitionError, RunError
from facelab.recognition import Classifier, Gallery, align, classifier, embedder, find, identify
from facelab.recognition.identify.answer import Line
from facelab.recognition.identify.framing import enlarged
from facelab.recognition.identify.gallery import EMBEDDER
from facelab.recognition.scores import Share
from facelab.runs import RunConfig, RunStore
from facelab.runs.job import execute
from facelab.training import predict

DATA = {"source": "generated", "people": 5, "photos": 20, "size": 48}
GREY = np.full((200, 300, 3), 120, np.uint8)


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> tuple[RunStore, str]:
    """A store with a finished run on five drawn people."""
    store = RunStore(f"sqlite:///{tmp_path_factory.mktemp('identify') / 'runs.sqlite'}")
    run_id = store.create(RunConfig.parse({"data": DATA, "epochs": 10, "batch_size": 16, "device": "cpu"}))
    threads = torch.get_num_threads()
    execute(run_id, 1, store.url)
    torch.set_num_threads(threads)
    return store, run_id


@pytest.fixture(scope="module")
def network(trained) -> Classifier:
    store, run_id = trained
    return classifier(run_id, store)


@pytest.fixture(scope="module")
def enrolled(portraits) -> dict[str, list[np.ndarray]]:
    """Three people, two aligned photos of each: one and its mirror image."""
    aligned = [align(photo, find(photo)[0], 250) for photo in portraits[:3]]
    return {f"Person {number}": [photo, photo[:, ::-1].copy()] for number, photo in enumerate(aligned)}


@pytest.fixture(scope="module")
def gallery(enrolled) -> Gallery:
    return Gallery.of(enrolled, embedder(EMBEDDER))


def photos_of(network, split="test") -> list[np.ndarray]:
    return list(network.faces.split(split)[0].permute(0, 2, 3, 1).contiguous().numpy())


def test_a_test_photo_gets_the_answer_of_the_test(network):
    images = network.faces.split("test")[0]
    expected = predict(network.network, images).argmax(1).tolist()
    answers = [identify(enlarged(photo), network).answers[0] for photo in photos_of(network)]
    agree = [network.names.index(answer.name) == person for answer, person in zip(answers, expected, strict=True)]
    assert np.mean(agree) >= 0.9


def test_the_ranking_is_what_the_network_says_of_the_crop_that_is_shown(network):
    answer = identify(enlarged(photos_of(network)[0]), network).answers[0]
    logits = predict(network.network, torch.from_numpy(answer.crop.transpose(2, 0, 1).copy())[None])[0]
    expected = dict(zip(network.names, torch.softmax(logits, 0).tolist(), strict=True))
    assert {each.name: each.probability for each in answer.ranking} == pytest.approx(expected, abs=1e-6)
    probabilities = [each.probability for each in answer.ranking]
    assert probabilities == sorted(probabilities, reverse=True)
    assert answer.name == answer.ranking[0].name


def test_the_nearest_photos_are_nearest_by_the_angle_between_features(network):
    answer = identify(enlarged(photos_of(network)[1]), network).answers[0]
    images, labels = network.faces.split("train")
    crop = torch.from_numpy(answer.crop.transpose(2, 0, 1).copy())[None]
    seen, known = (predict(network.network, photos, ask=network.network.embed).flatten(1) for photos in (crop, images))
    angles = cosine_similarity(seen, known)
    best = int(angles.argmax())
    assert answer.nearest[0].name == network.names[labels[best]]
    assert answer.distance == pytest.approx(float((2 - 2 * angles[best]).sqrt()), abs=1e-3)
    assert np.array_equal(answer.nearest[0].pixels, images[best].permute(1, 2, 0).numpy())


def test_one_validation_photo_in_twenty_lies_beyond_the_line(network):
    train, validation, test = (network.faces.split(name)[0] for name in ("train", "validation", "test"))
    known = torch.nn.functional.normalize(predict(network.network, train, ask=network.network.embed).flatten(1))
    beyond = []
    for photos in (validation, test):
        seen = torch.nn.functional.normalize(predict(network.network, photos, ask=network.network.embed).flatten(1))
        beyond.append(int((torch.cdist(seen, known).min(1).values > network.line.distance + 1e-4).sum()))
    assert beyond[0] <= 0.05 * len(validation) < beyond[0] + 1
    assert (beyond[1], len(test)) == (network.line.false_alarms.count, network.line.false_alarms.total)


def test_without_a_face_all_of_the_photo_is_taken(network):
    [answer] = identify(GREY, network).answers
    assert (answer.face, answer.cut) == (None, "whole")
    assert answer.crop.shape == (48, 48, 3)
    assert not answer.is_known  # wherever it lies


def test_every_face_of_a_group_is_answered(network, portraits):
    group = np.hstack([GREY[:, :50], np.hstack([np.pad(photo, ((36, 36), (0, 0), (0, 0))) for photo in portraits[:3]])])
    found = identify(group, network)
    assert len(found.answers) == len(find(group)) >= 2
    assert all(answer.cut == "aligned" for answer in found.answers if abs(np.mean(answer.face.box[::2]) - 217) > 60)


def test_files_bytes_and_pixels_get_one_answer(network, portraits, tmp_path):
    stream = io.BytesIO()
    Image.fromarray(portraits[0]).save(stream, "PNG")
    file = tmp_path / "face.png"
    file.write_bytes(stream.getvalue())
    names = [
        identify(photo, network).answers[0].ranking for photo in (portraits[0], stream.getvalue(), file, str(file))
    ]
    assert names == names[:1] * 4


def test_areas_are_in_the_pixels_of_the_file(network, portraits):
    stream = io.BytesIO()
    Image.fromarray(portraits[0]).resize((3000, 3000)).save(stream, "JPEG")
    found = identify(stream.getvalue(), network)
    left, _, right, _ = found.answers[0].face.box
    area = json.loads(json.dumps(found.as_json()))["faces"][0]["facial_area"]
    assert found.scale == pytest.approx(2, rel=0.34)
    assert area["w"] == pytest.approx(found.scale * (right - left), abs=1)


def test_a_run_must_be_on_faces_that_are_still_the_same(trained, pair_run, monkeypatch):
    with pytest.raises(RunError, match="learned pairs"):
        classifier(pair_run[1], pair_run[0])
    store, run_id = trained
    other = load_faces(RunConfig.parse({"data": DATA | {"seed": 1}}).data)
    monkeypatch.setattr(sys.modules[Classifier.__module__], "load_faces", lambda spec: other)
    with pytest.raises(RunError, match="have changed"):
        classifier(run_id, store)


def test_who_is_enrolled_is_known_by_another_photo(gallery, portraits):
    for number, photo in enumerate(portraits[:3]):
        answer = identify(photo, gallery).answers[0]
        assert answer.name == answer.ranking[0].name == answer.nearest[0].name == f"Person {number}"
        assert answer.is_known


def test_a_persons_distance_is_the_mean_over_their_photos(gallery, enrolled, portraits):
    answer = identify(portraits[4], gallery).answers[0]
    by = gallery.embedder
    seen = by.embed(by.cut(portraits[4], answer.face))
    means = {name: np.mean([np.linalg.norm(seen - own) for own in gallery.features[name]]) for name in enrolled}
    assert answer.distance == pytest.approx(min(means.values()))
    assert answer.ranking[0].name == min(means, key=means.get)
    assert answer.name is None or answer.is_known


def test_beyond_the_line_it_is_nobody(gallery, portraits):
    strict = Gallery(gallery.embedder, gallery.photos, gallery.features, Line(0.0, gallery.line.false_alarms))
    answer = identify(portraits[0], strict).answers[0]
    assert answer.name is None
    assert not answer.is_known
    assert answer.as_json(1.0)["strangers_let_through"] is None


def test_a_gallerys_line_lets_one_stranger_in_a_hundred_through(gallery):
    known, line = gallery.embedder.known, gallery.line
    assert np.mean(known.distances[~known.same] <= line.distance) == line.let_through.value <= 0.01
    assert line.false_alarms.value == np.mean(known.distances[known.same] > line.distance)
    assert line.any_of(3) == pytest.approx(1 - (1 - line.let_through.value) ** 3)


def test_each_person_more_is_another_chance_to_be_taken_for_somebody():
    share = Share.of(np.arange(100) < 10)
    assert Line(1.0, share, share).any_of(2) == pytest.approx(0.19)
    assert Line(1.0, share).any_of(2) is None


def test_a_gallery_needs_people_and_a_face(gallery):
    with pytest.raises(RecognitionError, match="Nobody is enrolled"):
        Gallery.of({"Ada": []}, gallery.embedder)
    with pytest.raises(PhotoError, match="no face to be found"):
        identify(GREY, gallery)


def test_features_that_are_kept_are_not_computed_again(gallery, enrolled):
    asked = []
    Gallery.of(enrolled, gallery.embedder, lambda aligned: asked.append(aligned) or np.zeros(128, np.float32))
    assert len(asked) == 6
