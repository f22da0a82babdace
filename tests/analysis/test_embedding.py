import numpy as np
import pytest
import torch
from sklearn.metrics import silhouette_score

from facelab.analysis import embed, pca, sample_rows, tsne
from facelab.errors import DataError
from facelab.models import ENCODERS, blank

RNG = np.random.default_rng(0)
GROUPS = np.arange(90) % 3
CLUSTERS = (RNG.normal(size=(90, 20)) + 12 * RNG.normal(size=(3, 20))[GROUPS]).astype(np.float32)


@pytest.mark.parametrize("kind", ENCODERS)
@pytest.mark.parametrize("channels", [1, 3])
def test_embeddings_are_the_input_of_the_last_layer(kind, channels):
    model = blank(ENCODERS[kind].config(dropout=0.5), (channels, 28, 28), 4)
    images = torch.randint(0, 256, (70, channels, 28, 28), dtype=torch.uint8)
    embeddings = embed(model, images)
    assert all(module.training for module in model.modules())
    with torch.no_grad():
        logits = model.eval()(images / 255)
        np.testing.assert_allclose(model.output(torch.from_numpy(embeddings)), logits, atol=1e-5)


def test_pca_is_the_singular_value_decomposition():
    found = pca(CLUSTERS)
    centred = CLUSTERS - CLUSTERS.mean(0)
    left, values, _ = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.abs(found.points), np.abs(left[:, :2] * values[:2]), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(found.explained, values[:2] ** 2 / (values**2).sum(), rtol=1e-4)
    assert found.points.dtype == np.float32


def test_tsne_keeps_groups_together():
    found = tsne(CLUSTERS)
    assert (found.points.shape, found.points.dtype, found.explained) == ((90, 2), np.float32, None)
    assert silhouette_score(found.points, GROUPS) > 0.5


def test_the_same_seed_gives_the_same_map():
    np.testing.assert_array_equal(tsne(CLUSTERS, seed=3).points, tsne(CLUSTERS, seed=3).points)


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 10])
@pytest.mark.parametrize("width", [1, 2, 60])
def test_any_number_of_photos_has_a_map(number, width):
    embeddings = RNG.normal(size=(number, width)).astype(np.float32)
    for found in (pca(embeddings), tsne(embeddings)):
        assert found.points.shape == (number, 2)
        assert np.isfinite(found.points).all()


def test_faces_that_are_all_alike_lie_in_one_place():
    for found in (pca(np.ones((9, 5))), tsne(np.ones((9, 5)))):
        assert not found.points.any()
    assert pca(np.ones((9, 5))).explained == (0, 0)


@pytest.mark.parametrize("embeddings", [np.empty((0, 4)), np.full((5, 4), np.nan)])
def test_what_has_no_place_on_a_map(embeddings):
    with pytest.raises(DataError, match="no place on a map"):
        pca(embeddings)


def test_samples_are_in_order_and_without_repeats():
    rows = sample_rows(5000, 1500)
    assert len(rows) == 1500
    assert (np.diff(rows) > 0).all()
    np.testing.assert_array_equal(sample_rows(7, 10), np.arange(7))
