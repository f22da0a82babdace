"""What every network of one input must do, whatever its settings: one suite over `ENCODERS`."""

import pytest
import torch
from torch import nn

from facelab.errors import DataError, SettingsError, ShapeError
from facelab.models import (
    ACTIVATIONS,
    ENCODERS,
    INITS,
    PRESETS,
    Block,
    ConvNetConfig,
    MLPConfig,
    ResidualConfig,
    blank,
    build,
    layer_table,
)

SMALL = {
    "mlp": MLPConfig(hidden=(12, 12)),
    "convnet": ConvNetConfig(
        blocks=(Block(channels=4, pool="max"), Block(channels=6, kernel=5, stride=2, padding=0, pool="average")),
        hidden=(10, 10),
    ),
    "residual": ResidualConfig(widths=(4, 6)),
}
CHANGES = {
    "batch norm": {"batch_norm": True},
    "dropout": {"dropout": 0.5},
    "batch norm and dropout": {"batch_norm": True, "dropout": 0.2},
    "no hidden layer": {"hidden": ()},
    **{name: {"activation": name} for name in ACTIVATIONS},
    **{f"{name} init": {"init": name} for name in INITS},
}
CASES = {
    **PRESETS,
    **{
        f"{kind}: {name}": small.replace(change)
        for kind, small in SMALL.items()
        for name, change in CHANGES.items()
        if change.keys() <= type(small).model_fields.keys()
    },
    "mlp: residual": MLPConfig(hidden=(12, 12, 12), residual=True, dropout=0.2),
    "convnet: another hidden activation": SMALL["convnet"].replace({"hidden_activation": "sigmoid"}),
    "residual: stem of stride 2": SMALL["residual"].replace({"stem_stride": 2}),
    "residual: maps as they are": SMALL["residual"].replace({"pool": "none"}),
    "residual: two blocks a stage": SMALL["residual"].replace({"blocks": 2}),
}


@pytest.fixture(params=CASES.values(), ids=CASES)
def config(request):
    return request.param


@pytest.fixture
def network(config, images):
    return build(config, images, seed=3).double()


def loss(network, toy):
    torch.manual_seed(0)
    return nn.functional.cross_entropy(network(toy.batch), toy.labels)


def test_small_configs_cover_the_registry():
    assert SMALL.keys() == ENCODERS.keys()


def test_logits_and_embeddings(network, config, images):
    logits = network(images.batch)
    assert logits.shape == (8, images.classes)
    assert logits.isfinite().all()
    embedding = network.eval().embed(images.batch)
    assert embedding.shape == (8, network.output.in_features)
    assert torch.equal(network.output(embedding), network(images.batch))


def test_one_step_lowers_the_loss(network, images):
    before = loss(network, images)
    before.backward()
    torch.optim.SGD(network.parameters(), lr=1e-4).step()
    assert loss(network, images) < before
    assert all(parameter.grad is not None for parameter in network.parameters())


def test_seed_decides_the_weights(config, images):
    caller = torch.get_rng_state()
    first, same, other = (build(config, images, seed=seed).state_dict() for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), caller)
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["output.weight"], other["output.weight"])


def test_saved_weights_are_the_whole_network(network, config, images):
    loss(network, images)  # moves the running statistics
    copy = blank(config, images.input_shape, images.classes).double()
    copy.load_state_dict(network.state_dict())
    assert torch.equal(copy.eval()(images.batch), network.eval()(images.batch))


def test_evaluation_is_deterministic_and_per_example(network, images):
    network.eval()
    whole = network(images.batch)
    assert torch.equal(whole, network(images.batch))
    alone = torch.cat([network(one[None]) for one in images.batch])
    torch.testing.assert_close(alone, whole)


def test_input_is_left_as_it_was(network, images):
    batch = images.batch.requires_grad_()
    before = batch.detach().clone()
    network(batch).sum().backward()
    assert torch.equal(batch, before)
    assert batch.grad.isfinite().all()


def test_each_module_is_its_own_and_runs_once(network, config, images):
    modules = dict(network.named_modules(remove_duplicate=False))
    assert len(modules) == len(set(map(id, modules.values())))
    calls = []
    for name, module in modules.items():
        if not list(module.children()) and not isinstance(module, nn.Sequential):
            module.register_forward_hook(lambda module, *_, name=name: calls.append(name))
    network(images.batch)
    assert len(calls) == len(set(calls))
    activations = [layer for layer in layer_table(config, images.input_shape, 4) if layer.name.endswith("activation")]
    assert [layer.name for layer in activations] == [name for name in calls if name.endswith("activation")]
    assert all(isinstance(modules[layer.name], ACTIVATIONS[layer.kind].module) for layer in activations)
    assert not any(getattr(module, "inplace", False) for module in modules.values())


def test_trains_on_a_batch_of_one(network, images):
    logits = network.train()(images.batch[:1])
    logits.sum().backward()
    assert logits.isfinite().all()
    assert all(parameter.grad.isfinite().all() for parameter in network.parameters())


@pytest.mark.parametrize("hidden", [(), (8, 8)])
def test_points(points, hidden):
    network = build(MLPConfig(hidden=hidden, batch_norm=True, residual=True), points).double()
    assert network(points.batch).shape == (8, 4)
    assert network.embed(points.batch).shape == (8, 8 if hidden else 2)


@pytest.mark.parametrize("config", [ConvNetConfig(), ResidualConfig()], ids=["convnet", "residual"])
def test_convolutions_refuse_points(points, config):
    with pytest.raises(ShapeError, match="needs images"):
        build(config, points)


def test_giants_are_refused(images):
    with pytest.raises(SettingsError, match=r"would have 288 million parameters.*: use fewer or narrower layers"):
        build(MLPConfig(hidden=(8192,) * 5), images)


def test_empty_training_split_is_refused(images):
    empty = type(images)(images.inputs[:0], images.labels[:0])
    with pytest.raises(DataError, match="training split is empty"):
        build(MLPConfig(), empty)


@pytest.mark.parametrize("title", PRESETS)
@pytest.mark.parametrize("side", [28, 61, 128])
def test_presets_fit_every_image_size(title, side):
    assert sum(layer.parameters for layer in layer_table(PRESETS[title], (3, side, side), 40)) < 20_000_000
