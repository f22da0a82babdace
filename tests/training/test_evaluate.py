"""Answers of a network, and intervals around their share."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from facelab.models import MLPConfig, SiameseConfig, build
from facelab.training import interval, loss_and_accuracy, predict
from facelab.training.evaluate import EVALUATION_BATCH


def test_predict_is_the_model_in_evaluation_mode(convnet, images):
    model = build(convnet, images)
    many = images.inputs.repeat(9, 1, 1, 1)
    assert len(many) > EVALUATION_BATCH
    logits = predict(model, many)
    assert logits.dtype == torch.float32
    with torch.no_grad():
        torch.testing.assert_close(logits, model.eval()(many / 255))


def test_predict_asks_what_it_is_told_to(convnet, images):
    model = build(convnet, images)
    many = images.inputs.repeat(9, 1, 1, 1)
    embeddings = predict(model, many, ask=model.embed)
    assert embeddings.shape == (len(many), 6)
    with torch.no_grad():
        torch.testing.assert_close(embeddings, model.eval().embed(many / 255))


def test_predict_pairs(pairs):
    model = build(SiameseConfig(branch=MLPConfig(hidden=(5,)), loss="contrastive"), pairs)
    inputs, _ = pairs.split("validation")
    distances = predict(model, inputs, ask=model.distances)
    first, second = (predict(model, photos, ask=model.embed) for photos in inputs.unbind(1))
    torch.testing.assert_close(distances, (first - second).norm(dim=1))
    torch.testing.assert_close(predict(model, inputs), model.logits(distances))
    assert predict(model, inputs[:0], ask=model.distances).shape == (0,)


def test_predict_leaves_the_model_as_it_was(convnet, images):
    model = build(convnet, images).train()
    model.hidden.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    predict(model, images.inputs)
    assert model.training
    assert model.blocks.training
    assert not model.hidden.training
    assert all(torch.equal(tensor, before[name]) for name, tensor in model.state_dict().items())
    assert all(parameter.grad is None and parameter.requires_grad for parameter in model.parameters())


def test_predict_restores_modes_after_an_error(mlp, points, images):
    model = build(mlp, points).train()
    with pytest.raises(RuntimeError):
        predict(model, images.inputs)
    assert all(module.training for module in model.modules())


def test_predict_nothing(mlp, convnet, points, images):
    assert predict(build(mlp, points), points.inputs[:0]).shape == (0, 3)
    assert predict(build(convnet, images), images.inputs[:0]).shape == (0, 3)


def test_loss_and_accuracy():
    logits = torch.tensor([[0.0, math.log(3)], [math.log(3), 0.0]])
    loss, accuracy = loss_and_accuracy(logits, torch.tensor([1, 1]))
    assert loss == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
    assert accuracy == 0.5
    assert all(math.isnan(value) for value in loss_and_accuracy(logits[:0], torch.tensor([], dtype=torch.int64)))


# Newcombe 1998, Statistics in Medicine 17, table I, method 3 (Wilson score without continuity correction).
@pytest.mark.parametrize(
    ("right", "total", "expected"),
    [(81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605)), (0, 20, (0.0, 0.1611)), (1, 29, (0.0061, 0.1718))],
)
def test_interval_equals_the_published_values(right, total, expected):
    assert interval(right, total) == pytest.approx(expected, abs=5e-5)


@given(st.integers(1, 5000), st.data())
def test_interval_ends_are_where_the_score_test_is_exactly_at_its_limit(total, data):
    right = data.draw(st.integers(0, total))
    low, high = interval(right, total)
    assert 0 <= low <= right / total <= high <= 1
    for end in (low, high):
        if 0 < end < 1:
            score = (right / total - end) / math.sqrt(end * (1 - end) / total)
            assert abs(score) == pytest.approx(1.959964, rel=1e-4)


def test_interval_of_nothing():
    assert interval(0, 0) == (0.0, 1.0)
