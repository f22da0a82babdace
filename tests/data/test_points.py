"""One suite over every source of points: what `Points` promises, whoever made them; and the figures' known answers."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from facelab.data import POINT_SOURCES, SPLITS, Points, load_dataset, load_points
from facelab.data.points import (
    FEATURES,
    BlobsSpec,
    CheckerboardSpec,
    CirclesSpec,
    CountriesSpec,
    MoonsSpec,
    PointsSplit,
    SpiralsSpec,
    XorSpec,
    append_drawn,
)
from facelab.data.points.generators import sizes
from facelab.errors import SettingsError

MADE = ("spirals", "moons", "circles", "blobs", "xor", "checkerboard")
WHOLE = {"train": 0.5, "validation": 0.2, "test": 0.3}


def small_spec(source: str, folder) -> object:
    if source == "table":
        rows = [f"{index % 7},{index * index % 11},{'ab'[index % 2]}" for index in range(40)]
        (folder / "table.csv").write_text("\n".join(["x,y,label", *rows]))
        return POINT_SOURCES[source].spec(path=str(folder / "table.csv"))
    if source == "drawn":
        return POINT_SOURCES[source].spec(drawn=append_drawn("", [(i / 4 - 3, i % 5, i % 3) for i in range(24)]))
    if source == "countries":
        return CountriesSpec(min_population=15_000)
    return POINT_SOURCES[source].spec()


@pytest.fixture(params=POINT_SOURCES)
def spec(request, tmp_path):
    return small_spec(request.param, tmp_path).replace({"split": WHOLE})


def test_contract(spec):
    points: Points = load_points(spec)
    assert (points.coordinates.dtype, points.coordinates.shape) == (torch.float32, (len(points), 2))
    assert (points.labels.dtype, points.labels.shape) == (torch.int64, (len(points),))
    assert points.coordinates.isfinite().all()
    assert points.labels.unique().tolist() == list(range(points.classes))
    assert points.input_shape == (2,)
    assert len(set(points.names)) == points.classes
    assert points.source.startswith(f"{len(points):,} points of {points.classes:,} classes, ")
    assert points.source.endswith(".")
    assert points.watched == ("validation", "test")
    assert load_points(spec) is load_dataset(spec) is points


def test_the_training_split_is_standardised(spec):
    points = load_points(spec)
    train = points.coordinates[points.splits["train"]].double()
    if spec.source == "drawn":
        assert (points.center.tolist(), points.scale.tolist()) == ([0, 0], [3, 3])
        assert points.window == (-2, 2, -2, 2)
    else:
        assert train.mean(0).numpy() == pytest.approx(0, abs=1e-5)
        assert train.std(0, correction=0).numpy() == pytest.approx(1, abs=1e-5)
        assert points.window is None


def test_there_is_a_way_back_to_the_original_units(spec):
    points = load_points(spec)
    standard = points.coordinates.numpy()
    original = points.to_original(standard)
    np.testing.assert_allclose(original, standard * points.scale + points.center)
    np.testing.assert_allclose(points.to_standard(original), standard, atol=1e-6)


def test_splits_are_disjoint_whole_and_stratified(spec):
    points = load_points(spec)
    assert tuple(points.splits) == SPLITS
    assert torch.cat(list(points.splits.values())).sort().values.equal(torch.arange(len(points)))
    counts = points.counts()
    whole = np.bincount(points.labels.numpy())
    for name, share in WHOLE.items():
        assert counts[name].min() >= 1
        assert (abs(counts[name] - share * whole) < 2).all()
        inputs, labels = points.split(name)
        assert len(inputs) == len(labels) == counts[name].sum()


def test_the_split_has_a_seed_of_its_own(spec):
    one, two = load_points(spec), load_points(spec.replace({"split.seed": 1}))
    assert two.fingerprint != one.fingerprint
    assert two.labels.equal(one.labels)
    np.testing.assert_allclose(two.to_original(two.coordinates), one.to_original(one.coordinates), atol=1e-4)


def test_without_validation_all_points_are_used(spec):
    points = load_points(spec.replace({"split": {"train": 0.7, "test": 0.3}}))
    assert len(points.splits["validation"]) == 0
    assert points.split("validation")[0].shape == (0, 2)
    assert len(points.splits["train"]) + len(points.splits["test"]) == len(points)


def test_features_are_functions_of_the_standardised_coordinates(spec):
    points = load_points(spec.replace({"features": list(FEATURES)}))
    inputs, labels = points.split("test")
    x, y = points.coordinates[points.splits["test"]].double().numpy().T
    expected = [x, y, x**2, y**2, x * y, np.sin(np.pi * x), np.sin(np.pi * y)]
    assert (inputs.dtype, inputs.shape) == (torch.float32, (len(labels), 7))
    np.testing.assert_allclose(inputs.numpy(), np.stack(expected, 1), rtol=1e-4, atol=1e-5)
    few = load_points(spec.replace({"features": ["sin_y", "x"]}))
    assert few.split("test")[0].equal(inputs[:, [6, 0]])
    assert few.fingerprint != points.fingerprint


@pytest.mark.parametrize("source", MADE)
def test_the_same_seed_gives_the_same_points(source):
    def points(**changes) -> Points:
        return load_points(POINT_SOURCES[source].spec(noise=0.1, **changes))

    assert points(seed=3, points=300).coordinates.equal(points(seed=3, points=300, features=("x",)).coordinates)
    assert points(seed=4).fingerprint != points(seed=3).fingerprint


@pytest.mark.parametrize("source", MADE)
def test_noise_grows_without_changing_its_pattern(source):
    def original(noise: float) -> np.ndarray:
        points = load_points(POINT_SOURCES[source].spec(noise=noise, points=50))
        return points.to_original(points.coordinates)

    still = original(0.0)
    np.testing.assert_allclose(original(0.2) - still, 2 * (original(0.1) - still), atol=1e-5)


@settings(max_examples=60, deadline=None)
@given(points=st.integers(10, 2000), classes=st.integers(2, 8), imbalance=st.floats(0, 0.99))
def test_sizes_of_classes_shrink_step_by_step(points, classes, imbalance):
    found = sizes(points, classes, imbalance)
    assert sum(found) == points
    assert min(found) >= 1
    assert found == sorted(found, reverse=True)
    assert sizes(points, classes, 0.0)[0] - sizes(points, classes, 0.0)[-1] <= 1


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (MoonsSpec(points=1100, imbalance=0.9), [1000, 100]),
        (XorSpec(points=1500, imbalance=0.5), [1000, 500]),
        (BlobsSpec(points=1750, imbalance=0.75), [1000, 500, 250]),
        (SpiralsSpec(points=800, classes=4), [200] * 4),
    ],
)
def test_imbalance(spec, expected):
    assert np.bincount(load_points(spec).labels.numpy()) == pytest.approx(expected, abs=2)


def whole(spec) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """x, y in original units, and labels."""
    points = load_points(spec)
    x, y = points.to_original(points.coordinates).T
    return x, y, points.labels.numpy()


def test_moons_are_half_circles():
    x, y, labels = whole(MoonsSpec(noise=0))
    centre = np.array([[0, 0], [1, 0.5]])[labels]
    np.testing.assert_allclose(np.hypot(x - centre[:, 0], y - centre[:, 1]), 1, atol=1e-5)
    assert (np.where(labels == 0, y, 0.5 - y) >= -1e-5).all()


def test_two_circles_are_scikit_learns():
    from sklearn.datasets import make_circles

    x, y, labels = whole(CirclesSpec(noise=0, points=100))
    theirs, their_labels = make_circles(100, factor=0.5, shuffle=False)
    np.testing.assert_allclose(np.stack([x, y], 1), theirs, atol=1e-5)
    assert labels.tolist() == their_labels.tolist()


def test_rings_are_evenly_apart():
    x, y, labels = whole(CirclesSpec(noise=0, classes=5))
    np.testing.assert_allclose(np.hypot(x, y), 1 - labels / 5, atol=1e-5)


def test_blobs_lie_on_a_circle_and_are_as_wide_as_the_noise():
    x, y, labels = whole(BlobsSpec(points=40_000, classes=4, noise=0.3))
    for blob in range(4):
        angle = math.pi / 4 + blob * math.pi / 2
        assert x[labels == blob].mean() == pytest.approx(math.cos(angle), abs=0.02)
        assert y[labels == blob].mean() == pytest.approx(math.sin(angle), abs=0.02)
        assert x[labels == blob].std() == pytest.approx(0.3, abs=0.01)


def test_xor_is_the_sign_of_the_product():
    x, y, labels = whole(XorSpec(noise=0, points=2000))
    assert labels.tolist() == (x * y < 0).tolist()
    assert max(abs(x).max(), abs(y).max()) <= 1 + 1e-6
    assert len(set(zip(x > 0, y > 0, strict=True))) == 4


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_spirals_come_apart_when_unwound(classes):
    x, y, labels = whole(SpiralsSpec(noise=0, classes=classes))
    turned = np.arctan2(y, x) / (2 * math.pi) - np.hypot(x, y) * 3.5 / classes
    arm = np.round(turned * classes) % classes
    assert arm.tolist() == labels.tolist()
    np.testing.assert_allclose(turned * classes, np.round(turned * classes), atol=1e-4)


@pytest.mark.parametrize("cells", [2, 5])
def test_a_checkerboard_goes_by_parity(cells):
    x, y, labels = whole(CheckerboardSpec(cells=cells, points=2000))
    # Off the lines between the squares, where rounding decides.
    inside = (abs(x - np.round(x)) > 1e-4) & (abs(y - np.round(y)) > 1e-4)
    parity = (np.floor(x) + np.floor(y)) % 2
    assert parity[inside].tolist() == labels[inside].tolist()
    assert len(np.unique(np.floor(x[inside]) * cells + np.floor(y[inside]))) == cells**2


def test_countries_are_a_map_of_europe():
    points = load_points(CountriesSpec(min_population=15_000))
    places = points.to_original(points.coordinates)
    assert points.classes >= 25
    assert points.is_map
    assert points.axes == ("Longitude (°)", "Latitude (°)")
    assert {"France", "Germany", "Poland", "Ukraine"} < set(points.names)
    south, north = places[:, 1].min(), places[:, 1].max()
    assert points.aspect == pytest.approx(1 / math.cos(math.radians((south + north) / 2)), abs=0.01)
    centres = {name: places[points.labels.numpy() == label].mean(0) for label, name in enumerate(points.names)}
    assert centres["France"] == pytest.approx([3, 47], abs=2)
    assert centres["Finland"] == pytest.approx([25, 62], abs=2)
    assert (places.min(0) >= [-25, 34]).all()
    assert (places.max(0) <= [45, 72]).all()
    assert np.bincount(points.labels.numpy()).min() >= 10
    assert points.notes[0].startswith("Left out for having fewer than 10 points: Andorra (2), Gibraltar (1), ")


def test_larger_towns_are_fewer():
    one, two = (load_points(CountriesSpec(min_population=least)) for least in (15_000, 50_000))
    assert len(two) < len(one) / 2


def test_classes_too_small_to_split_are_left_out_and_named():
    points = load_points(BlobsSpec(points=12, classes=8, imbalance=0.9))
    assert points.classes < 8
    assert points.notes[0].startswith("Left out for having fewer than 2 points: Blob ")


@pytest.mark.parametrize(
    ("spec", "values", "sentence"),
    [
        (XorSpec, {"points": 9}, "points must be a whole number at least 10 and at most 100000, but is 9."),
        (SpiralsSpec, {"classes": 9}, "classes must be a whole number at least 2 and at most 8, but is 9."),
        (XorSpec, {"features": []}, "features must be a list at least 1 long, but is []."),
        (XorSpec, {"features": ["x", "z"]}, "features.1 must be one of 'x', 'y', 'x2', 'y2', 'xy', 'sin_x' or 'sin_y'"),
        (XorSpec, {"features": ["x", "x"]}, "features: each feature counts once, but x is there 2 times."),
        (XorSpec, {"imbalance": 1}, "imbalance must be at least 0 and below 1, but is 1."),
        (PointsSplit, {"train": 0.8}, "train, validation and test must add up to at most 1, but add up to 1.3."),
        (PointsSplit, {"test": 0}, "test must be above 0 and below 1, but is 0."),
        (PointsSplit, {"train": 5}, "train must be above 0 and below 1, but is 5."),
    ],
)
def test_a_wrong_setting_is_one_sentence(spec, values, sentence):
    with pytest.raises(SettingsError) as caught:
        spec.parse(values)
    assert str(caught.value).startswith(sentence)


def test_measured_points_are_split_otherwise_also_in_part():
    assert CountriesSpec.parse({"split": {"seed": 1}}).split.train == 0.8
    assert SpiralsSpec.parse({"split": {"seed": 1}}).split.train == 0.5


def test_every_source_has_a_model_of_its_name():
    for name, source in POINT_SOURCES.items():
        assert source.spec.model_fields["source"].default == name
        assert source.description.endswith(".")
        assert source.available() is None
