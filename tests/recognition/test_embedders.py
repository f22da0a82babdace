"""What every embedder promises, and what comes of a run, of the file that is packed, and of what is missing."""

import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from facelab import paths
from facelab.data import DrawnPairsSpec, GeneratedSpec, LfwPairsSpec, LfwSpec, load_dataset
from facelab.errors import RecognitionError, RunError
from facelab.models import SiameseConfig, blank
from facelab.recognition import at_box, embedder, embedders
from facelab.recognition.embedders import STARTER_FILE, crop_of, network_input
from facelab.runs import RunConfig
from facelab.runs.parcel import pack, read

BOX = (28, 40, 100, 112)


@pytest.fixture(params=["starter", "reference", "a run"])
def each(request, assets, pair_run):
    """One embedder after the other."""
    store, run_id = pair_run
    return embedder(run_id if request.param == "a run" else request.param, store)


def test_a_description_is_what_the_network_saw(each, portraits):
    seen = each.describe(portraits[0], at_box(portraits[0], BOX))
    assert (seen.crop.shape, seen.crop.dtype) == ((each.size, each.size, 3), np.uint8)
    assert (seen.features.ndim, seen.features.dtype) == (1, np.float32)
    assert 0 <= seen.strangeness <= 1


def test_a_face_is_nearest_to_itself_and_distances_have_no_order(each, portraits):
    one, other = (each.describe(photo, at_box(photo, BOX)) for photo in portraits[:2])
    assert each.distance(one, one) < each.distance(one, other)
    assert each.distance(one, other) == pytest.approx(each.distance(other, one), rel=1e-4)


def test_known_pairs_are_of_both_kinds_and_the_threshold_lies_among_them(each):
    assert each.known.distances.dtype == np.float32
    assert each.known.same.dtype == bool
    assert each.known.distances.shape == each.known.same.shape
    assert 0 < each.known.same.mean() < 1
    assert each.known.distances.min() < each.calibration.threshold < each.known.distances.max()


def test_it_says_how_right_it_is(each):
    right = (each.known.distances <= each.calibration.threshold) == each.known.same
    assert f"right on {100 * right.mean():.1f} % (" in each.about
    assert f"of {len(right):,} pairs" in each.about


def test_the_starter_is_as_sure_as_it_may_be_of_photos_from_elsewhere():
    """A logistic regression without penalty is another way to the likeliest curve."""
    starter = embedder("starter")
    packed = read((paths.assets() / STARTER_FILE).read_bytes())
    distances, same = (packed.predictions[f"elsewhere.{part}"].numpy() for part in ("distances", "labels"))
    assert (len(same), same.sum()) == (1000, 500)
    slope = LogisticRegression(C=np.inf).fit(-distances[:, None], same).coef_.item()
    assert starter.calibration.scale == pytest.approx(slope, rel=0.02)
    assert starter.calibration.threshold == packed.network.threshold.item()
    assert f"{100 * ((distances <= starter.calibration.threshold) == same).mean():.1f} %" in starter.about


def test_threads_get_the_same_one(each, pair_run):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: embedder(each.id, pair_run[0]), range(8)))
    assert all(one is each for one in found)


def test_threads_describe_alike(each, portraits):
    faces = [(photo, at_box(photo, BOX)) for photo in portraits[:3]] * 4
    alone = [each.describe(*face).features for face in faces]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda face: each.describe(*face).features, faces))
    np.testing.assert_array_equal(together, alone)


def test_distances_of_a_run_are_those_of_its_test(pair_run):
    store, run_id = pair_run
    ours = embedder(run_id, store)
    pairs, _ = load_dataset(store.get(run_id).config.data).split("test")
    for index in (0, -1):
        features = [ours.embed(photo.permute(1, 2, 0).numpy()) for photo in pairs[index]]
        assert ours.compare(*features) == pytest.approx(ours.known.distances[index], abs=1e-4)


def test_all_that_can_be_asked_for_is_listed(pair_run):
    store, run_id = pair_run
    store.create(RunConfig(), "On faces")
    assert [id for id, _ in embedders(store)] == ["starter", "reference", run_id]
    assert all(title for _, title in embedders(store))


def test_what_compares_no_faces_is_refused(pair_run):
    store, run_id = pair_run
    with pytest.raises(RunError, match="There is no run nobody"):
        embedder("nobody", store)
    with pytest.raises(RunError, match="does not compare faces"):
        embedder(store.create(RunConfig()), store)
    with pytest.raises(RunError, match="is queued: only what is finished"):
        embedder(store.create(store.get(run_id).config), store)


def test_missing_files_are_named(assets, portraits):
    for name, id in (("starters/verifier.run", "starter"), ("reference.safetensors", "reference")):
        (assets / name).unlink()
        with pytest.raises(RecognitionError, match=rf"{name.split('/')[-1]}.* put it back"):
            embedder(id)


def test_a_network_of_grey_photos_gets_them_grey():
    crop = np.random.default_rng(0).integers(0, 256, (30, 30, 3), dtype=np.uint8)
    shown = {channels: network_input(blank(SiameseConfig(), (channels, 30, 30), 2), crop) for channels in (1, 3)}
    assert torch.equal(shown[3][0].permute(1, 2, 0), torch.from_numpy(crop))
    assert shown[1].shape == (1, 1, 30, 30)
    assert np.abs(shown[1][0, 0].numpy() - crop @ [0.299, 0.587, 0.114]).max() <= 1


def test_crops_show_what_the_photos_of_the_dataset_show():
    assert crop_of(LfwPairsSpec(crop=0.4)) == crop_of(DrawnPairsSpec(faces=LfwSpec(crop=0.4))) == 0.4
    # On a drawn photo the eyes' outer corners are 0.27 of its side apart, on a whole LFW photo 57 of 250 pixels.
    assert crop_of(DrawnPairsSpec(faces=GeneratedSpec())) == pytest.approx(57 / 250 / 0.27, rel=0.15)


def test_a_file_is_read_without_a_store(pair_run):
    store, run_id = pair_run
    parcel, kept = read(pack(store, run_id)), store.load_model(run_id)
    assert (parcel.name, parcel.config) == ("On pairs", store.get(run_id).config)
    assert all(torch.equal(value, kept.state_dict()[name]) for name, value in parcel.network.state_dict().items())
    assert parcel.predictions["distances"].shape == parcel.predictions["labels"].shape


def test_half_precision_halves_the_weights_and_keeps_the_distances(pair_run):
    store, run_id = pair_run
    whole, half = pack(store, run_id), pack(store, run_id, half=True)
    matrices = sum(value.numel() for value in read(whole).network.state_dict().values() if value.ndim > 1)
    assert len(whole) - len(half) == pytest.approx(2 * matrices, rel=0.05)
    pairs = torch.rand(20, 2, 3, 28, 28)
    with torch.no_grad():
        exact, close = (read(file).network.distances(pairs) for file in (whole, half))
    assert (exact - close).abs().max() < 0.01
    assert read(half).network.threshold == read(whole).network.threshold
    assert math.isfinite(read(half).network.scale)
