"""Same settings, same weights, bit for bit: again, from a checkpoint, and whatever the caller does meanwhile."""

import json

import pytest
import torch

from facelab.models import DISTANCES, SiameseConfig, build
from facelab.training import Checkpoint, TrainingConfig, fit
from facelab.training.optimizers import OPTIMIZERS
from facelab.training.randomness import PrivateRandom

CONFIG = TrainingConfig(
    batch_size=7,
    epochs=4,
    seed=5,
    augmentation={"flip": 0.5, "rotate": 10, "brightness": 0.2, "blur": 0.5, "erase": 0.5},
    schedule={"name": "one_cycle"},
    optimizer={"learning_rate": 0.01, "weight_decay": 1e-3},
    label_smoothing=0.1,
    clip_norm=1.0,
)
PAIRS_CONFIG = CONFIG.replace({"batch_size": 60, "epochs": 3, "optimizer.momentum_epochs": 3, "optimizer.name": "sgd"})
TIMED = ("images_per_second", "seconds_left")


def essence(record):
    """A record without what the clock says."""
    metrics = {name: value for name, value in record.metrics.items() if name not in TIMED}
    return record.kind, record.step, record.epoch, metrics, record.outcome, record.message


def assert_same(first, second):
    for name, tensor in first.state_dict().items():
        assert torch.equal(tensor, second.state_dict()[name]), name


def through_json(checkpoint):
    return Checkpoint(checkpoint.tensors, json.loads(json.dumps(checkpoint.progress, allow_nan=False)))


def resumed(network, data, config, stop):
    """Train up to record number `stop`, and from its checkpoint on with a fresh model: the model and its records."""
    records = fit(build(network, data, config.seed), data, config)
    for _ in range(stop):
        checkpoint = through_json(next(records).checkpoint())
    records.close()
    model = build(network, data, config.seed + 1)
    return model, list(fit(model, data, config, resume=checkpoint))


@pytest.fixture(scope="module")
def whole(train, convnet, images):
    return train(convnet, images, CONFIG)


def test_same_seed_same_weights(train, convnet, images, whole):
    again = train(convnet, images, CONFIG)
    assert_same(again.model, whole.model)
    assert [essence(record) for record in again.records] == [essence(record) for record in whole.records]


def test_seed_moves_more_than_the_initial_weights(convnet, images, whole):
    model = build(convnet, images, CONFIG.seed)
    list(fit(model, images, CONFIG.replace({"seed": 6})))
    assert not torch.equal(model.output.weight, whole.model.output.weight)


# Records: 0 is epoch 0, 8 the last step of epoch 1, 9 its end, 22 in the midst of epoch 3, 35 the last step of all.
@pytest.mark.parametrize("stop", [1, 2, 6, 9, 10, 23, 36, 37, 38])
def test_resumed_from_any_record(convnet, images, whole, stop):
    model, records = resumed(convnet, images, CONFIG, stop)
    assert_same(model, whole.model)
    expected = whole.records[stop:] or whole.records[-1:]
    assert [essence(record) for record in records] == [essence(record) for record in expected]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_resumed_with_every_optimizer(train, convnet, images, name, precision):
    config = CONFIG.replace({"optimizer.name": name, "epochs": 2, "precision": precision})
    model, _ = resumed(convnet, images, config, 6)
    assert_same(model, train(convnet, images, config).model)


@pytest.fixture(scope="module", params=DISTANCES)
def siamese(request, convnet):
    return SiameseConfig(branch=convnet, embedding=5, loss=request.param)


@pytest.fixture(scope="module")
def whole_of_pairs(train, siamese, pairs):
    return train(siamese, pairs, PAIRS_CONFIG)


# An epoch has 7 steps on pairs and 2 on photos: records 1 and 4 are in the midst of one, for either.
@pytest.mark.parametrize("stop", [1, 2, 5, -1])
def test_resumed_siamese_networks(siamese, pairs, whole_of_pairs, stop):
    stop %= len(whole_of_pairs.records)
    model, records = resumed(siamese, pairs, PAIRS_CONFIG, stop)
    assert_same(model, whole_of_pairs.model)
    assert [essence(record) for record in records] == [essence(record) for record in whole_of_pairs.records[stop:]]


def test_the_caller_and_the_training_of_pairs_do_not_meet(siamese, pairs, whole_of_pairs):
    model = build(siamese, pairs, PAIRS_CONFIG.seed)
    torch.manual_seed(123)
    expected = torch.get_rng_state()
    for record in fit(model, pairs, PAIRS_CONFIG):
        assert torch.equal(torch.get_rng_state(), expected)
        torch.manual_seed(record.step)
        expected = torch.get_rng_state()
    assert_same(model, whole_of_pairs.model)


@pytest.mark.parametrize("back", [0, 1, 2, 6])
def test_resumed_while_losing_patience(train, mlp, points, back):
    config = TrainingConfig(
        batch_size=16, epochs=50, early_stopping={"patience": 3}, optimizer={"name": "sgd", "learning_rate": 3.0}
    )
    run = train(mlp, points, config)
    assert run.records[-1].outcome == "stopped early"
    model, records = resumed(mlp, points, config, len(run.records) - back)
    assert_same(model, run.model)
    assert essence(records[-1]) == essence(run.records[-1])


def test_a_checkpoint_can_be_used_twice(convnet, images, whole):
    records = fit(build(convnet, images, CONFIG.seed), images, CONFIG)
    checkpoint = [next(records) for _ in range(6)][-1].checkpoint()
    for _ in range(2):
        model = build(convnet, images)
        list(fit(model, images, CONFIG, resume=checkpoint))
        assert_same(model, whole.model)


def test_a_checkpoint_does_not_move_on(mlp, points):
    config = TrainingConfig(batch_size=1, epochs=100)  # a step record every third step: some losses always wait
    records = fit(build(mlp, points), points, config)
    checkpoint = [next(records) for _ in range(50)][-1].checkpoint()
    before = json.dumps(checkpoint.progress), {name: tensor.clone() for name, tensor in checkpoint.tensors.items()}
    for _ in range(40):
        next(records)
    assert json.dumps(checkpoint.progress) == before[0]
    assert all(torch.equal(tensor, before[1][name]) for name, tensor in checkpoint.tensors.items())


def test_the_caller_cannot_interfere(convnet, images, whole):
    model = build(convnet, images, CONFIG.seed)
    torch.manual_seed(123)
    for record in fit(model, images, CONFIG, frames={"noise": lambda model: torch.rand(3).numpy()}):
        torch.rand(7)
        torch.manual_seed(record.step)
        model.eval()
    assert_same(model, whole.model)


def test_the_callers_random_state_is_untouched(convnet, images):
    torch.manual_seed(9)
    before = torch.get_rng_state()
    for _ in fit(build(convnet, images), images, CONFIG.replace({"epochs": 1})):
        assert torch.equal(torch.get_rng_state(), before)


def fail_in_training(module, inputs, logits):
    if module.training:
        raise ZeroDivisionError


def test_an_error_gives_the_random_state_back(mlp, points):
    model = build(mlp, points)
    model.output.register_forward_hook(fail_in_training)
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError):
        list(fit(model, points, TrainingConfig(batch_size=8)))
    assert torch.equal(torch.get_rng_state(), before)


def test_private_random_continues_its_stream():
    random = PrivateRandom(torch.device("cpu"), 4)
    draws = []
    for _ in range(3):
        torch.rand(5)
        with random:
            draws.append(torch.rand(2))
    assert torch.equal(torch.cat(draws), torch.rand(6, generator=torch.Generator().manual_seed(4)))
    random.seed(4)
    with random:
        assert torch.equal(torch.rand(2), draws[0])
