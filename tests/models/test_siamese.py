"""What every Siamese network must do: one suite over each kind of branch, each loss, with and without an embedding."""

from itertools import product

import pytest
import torch
import torch.nn.functional as F

from facelab.errors import SettingsError, ShapeError
from facelab.models import (
    DISTANCES,
    ENCODERS,
    Block,
    ConvNetConfig,
    MLPConfig,
    ResidualConfig,
    SiameseConfig,
    blank,
    build,
)
from facelab.models.configs import Loss

BRANCHES = {
    "mlp": MLPConfig(hidden=(12,), batch_norm=True),
    "convnet": ConvNetConfig(blocks=(Block(channels=4, pool="max"),), hidden=(10,), dropout=0.3),
    "residual": ResidualConfig(widths=(3, 5)),
}
CASES = {
    f"{kind}, {loss}, embedding {embedding}": SiameseConfig(branch=BRANCHES[kind], loss=loss, embedding=embedding)
    for kind, loss, embedding in product(BRANCHES, DISTANCES, (0, 16))
}
FORMULAS = {
    "binary": lambda a, b, network: -network.distance.linear((a - b).abs())[:, 0],
    "contrastive": lambda a, b, network: (a - b).norm(dim=1),
    "triplet": lambda a, b, network: (2 - 2 * (a * b).sum(1)).sqrt(),
    "margin_softmax": lambda a, b, network: 1 - F.cosine_similarity(a, b),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def config(request):
    return request.param


@pytest.fixture
def network(config, pairs):
    return build(config, pairs, seed=3).double()


def test_every_branch_and_loss_is_covered():
    assert BRANCHES.keys() == ENCODERS.keys()
    assert set(Loss.__args__) == DISTANCES.keys() == FORMULAS.keys()


def test_distances_logits_and_embeddings(network, config, pairs):
    network.eval()
    embeddings = network.embed(pairs.batch.flatten(0, 1))
    assert embeddings.shape == (10, network.width)
    if network.distance.unit:
        torch.testing.assert_close(embeddings.norm(dim=1), torch.ones(10).double())
    first, second = embeddings.view(5, 2, -1).unbind(1)
    distances = network.distances(pairs.batch)
    torch.testing.assert_close(distances, FORMULAS[config.loss](first, second, network))
    assert network(pairs.batch).shape == (5, 2)
    assert torch.equal(network(pairs.batch), network.logits(distances))


def test_threshold_and_scale_make_it_a_probability(network, pairs):
    network.threshold.fill_(0.7)
    network.scale.fill_(3)
    distances = torch.linspace(-2, 2, 5).double()
    expected = 1 / (1 + (-3 * (0.7 - distances)).exp())
    torch.testing.assert_close(network.logits(distances).softmax(1)[:, 1], expected, rtol=1e-6, atol=0)
    assert {"threshold", "scale"} <= network.state_dict().keys()
    assert not {"threshold", "scale"} & dict(network.named_parameters()).keys()


def test_the_order_of_the_photos_does_not_matter(network, pairs):
    network.eval()
    torch.testing.assert_close(network(pairs.batch.flip(1)), network(pairs.batch))


def test_nothing_is_nearer_than_a_photo_to_itself(network, config, pairs):
    twice = network.eval().distances(pairs.batch[:, :1].expand(-1, 2, -1, -1, -1))
    nearest = -network.distance.linear.bias.item() if config.loss == "binary" else 0.0
    torch.testing.assert_close(twice, torch.full_like(twice, nearest), atol=1e-6, rtol=0)
    if network.distance.unit:
        assert (network.distances(pairs.batch) > 1e-4).all()


def test_input_is_standardised_by_all_photos_of_the_pairs(network, pairs):
    mean = network.standardize(pairs.batch.flatten(0, 1)).mean((0, 2, 3))
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-6, rtol=0)
    assert network.standardize is network.branch.standardize


def test_seed_decides_the_weights(config, pairs):
    caller = torch.get_rng_state()
    first, same, other = (build(config, pairs, seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), caller)
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)


def test_saved_weights_are_the_whole_network(network, config, pairs):
    network(pairs.batch)  # moves the running statistics
    network.threshold.fill_(0.4)
    copy = blank(config, pairs.input_shape, pairs.classes).double()
    copy.load_state_dict(network.state_dict())
    assert torch.equal(copy.eval()(pairs.batch), network.eval()(pairs.batch))


def test_evaluation_is_deterministic_and_per_example(network, pairs):
    network.eval()
    whole = network(pairs.batch)
    assert torch.equal(whole, network(pairs.batch))
    alone = torch.cat([network(one[None]) for one in pairs.batch])
    torch.testing.assert_close(alone, whole)


def test_every_parameter_learns_from_one_pair(network, pairs):
    network.train().distances(pairs.batch[:1]).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_equal_photos_have_a_finite_gradient(network, pairs):
    network.eval().distances(pairs.batch[:, :1].expand(-1, 2, -1, -1, -1)).sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


def test_mirrored_photos_are_the_same_to_one_that_sees_both(network, config, pairs):
    photos = pairs.batch[:, 0]
    sees_both = build(config.replace({"mirror": True}), pairs, seed=3).double().eval()
    embeddings = sees_both.embed(photos)
    assert torch.equal(sees_both.embed(photos.flip(3)), embeddings)
    network.eval()
    means = sum(network.embedding(network.branch(x)) for x in (photos, photos.flip(3))) / 2
    torch.testing.assert_close(embeddings, F.normalize(means) if network.distance.unit else means)
    assert (embeddings - network.embed(photos)).abs().max() > 1e-4


def test_only_a_trained_network_sees_both(pairs):
    config = SiameseConfig(branch=BRANCHES["convnet"].replace({"dropout": 0.0}), embedding=0, loss="binary")
    one, both = (build(config.replace({"mirror": mirror}), pairs).train() for mirror in (False, True))
    photos = pairs.batch[:, 0].float()
    assert torch.equal(one.embed(photos), both.embed(photos))


def test_embeddings_are_float32_under_bfloat16_autocast(config, pairs):
    network = build(config, pairs)
    with torch.autocast("cpu", torch.bfloat16):
        assert network.embed(pairs.batch[:, 0].float()).dtype == torch.float32
        distances = network.distances(pairs.batch.float())
    assert distances.dtype == torch.float32
    distances.sum().backward()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("loss", ["contrastive", "triplet", "margin_softmax"])
def test_a_network_without_parameters_is_refused(loss):
    config = SiameseConfig(branch=MLPConfig(hidden=()), embedding=0, loss=loss)
    with pytest.raises(SettingsError, match="would have nothing to learn: give it a hidden layer or an embedding"):
        blank(config, (3, 8, 8), 2)
    blank(config.replace({"embedding": 2}), (3, 8, 8), 2)


@pytest.mark.parametrize("kind", ["convnet", "residual"])
def test_convolutions_refuse_points(points, kind):
    with pytest.raises(ShapeError, match="needs images"):
        build(SiameseConfig(branch=BRANCHES[kind]), points)
