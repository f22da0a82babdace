"""Siamese networks through `fit`: they learn, are calibrated on validation, and end like all others."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from facelab.errors import DataError, ShapeError
from facelab.models import DISTANCES, Block, ConvNetConfig, MLPConfig, SiameseConfig, build
from facelab.training import TrainingConfig, fit, predict
from facelab.training.fit import steps_for
from facelab.training.records import FRAMES
from facelab.training.schedule import timetable
from facelab.training.verification import GROUP

CONFIG = TrainingConfig(batch_size=24, epochs=20, optimizer={"learning_rate": 0.01}, precision="float32")
AUGMENTATION = {
    "chance": 0.5,
    "flip": 0.5,
    "rotate": 10,
    "translate": 0.1,
    "scale": 0.1,
    "shear": 5,
    "perspective": 0.1,
    "brightness": 0.2,
    "contrast": 0.2,
    "saturation": 0.2,
    "grey": 0.3,
    "blur": 0.5,
    "erase": 0.5,
}


def siamese(loss, **settings):
    return SiameseConfig.parse(
        {"branch": MLPConfig(hidden=(16,), activation="tanh"), "embedding": 0, "loss": loss} | settings
    )


def steps(loss, data, config=CONFIG):
    return steps_for(build(siamese(loss), data, config.seed), data, config)


def begun(loss, data, config=CONFIG, epoch=0):
    """Steps about to train an epoch."""
    some = steps(loss, data, config)
    (span,) = timetable(config, some.examples)
    some.begin(span, epoch, span.step_at(epoch))
    return some


@pytest.mark.parametrize("loss", DISTANCES)
def test_learns_to_tell_strangers_apart(train, pairs, loss):
    run = train(siamese(loss, scale=10.0), pairs, CONFIG)
    accuracies = [record.metrics["validation_accuracy"] for record in run.of("epoch")]
    assert accuracies[0] < 0.7
    assert max(accuracies) > 0.9
    assert run.of("epoch")[-1].metrics["train_accuracy"] > 0.9
    assert run.records[-1].outcome == "finished"


@pytest.mark.parametrize("loss", DISTANCES)
@pytest.mark.parametrize("patience", [0, 2])
def test_threshold_and_scale_are_the_likeliest_on_validation(train, pairs, loss, patience):
    """Where the likelihood is greatest, errors sum to 0, and so do errors times distances (Platt 1999)."""
    config = CONFIG.replace({"epochs": 6, "early_stopping.patience": patience})
    model = train(siamese(loss), pairs, config).model
    inputs, same = pairs.split("validation")
    distances = predict(model, inputs, ask=model.distances).double().numpy()
    targets = np.where(same.numpy(), 101 / 102, 1 / 102)  # of 100 pairs of each kind
    errors = 1 / (1 + np.exp(-model.scale.item() * (model.threshold.item() - distances))) - targets
    assert errors.mean() == pytest.approx(0, abs=1e-4)
    assert (errors * distances).mean() == pytest.approx(0, abs=1e-4 * np.abs(distances).max())


def test_distances_the_wrong_way_round_decide_nothing(pairs):
    some = steps("contrastive", pairs)
    inputs, same = pairs.split("validation")
    loss, accuracy = some.evaluate(inputs, 1 - same)
    assert some.model.scale == 0
    assert accuracy == 0.5
    assert loss > 0


@pytest.mark.parametrize("loss", DISTANCES)
def test_validation_is_judged_by_that_threshold(train, pairs, loss):
    run = train(siamese(loss), pairs, CONFIG.replace({"epochs": 2}))
    inputs, same = pairs.split("validation")
    distances = predict(run.model, inputs, ask=run.model.distances)
    metrics = run.of("epoch")[-1].metrics
    right = (distances < run.model.threshold) == same.bool()
    assert metrics["validation_accuracy"] == pytest.approx(right.double().mean().item())
    expected = {
        "binary": F.binary_cross_entropy_with_logits(-distances, same.float()),
        "contrastive": torch.where(same.bool(), distances**2, (1 - distances).clamp_min(0) ** 2).mean() / 2,
    }
    by_probability = F.cross_entropy(predict(run.model, inputs), same)
    assert metrics["validation_loss"] == pytest.approx(expected.get(loss, by_probability).item(), rel=1e-5)


def test_scores_are_shown_at_some_epochs(train, pairs):
    epochs = 2 * FRAMES + 1
    run = train(siamese("margin_softmax"), pairs, CONFIG.replace({"epochs": epochs, "batch_size": 100}))
    shown = [record for record in run.records if "scores" in record.frames]
    assert {record.kind for record in shown} == {"epoch"}
    assert (shown[0].epoch, shown[-1].epoch) == (0, epochs)
    assert FRAMES / 2 < len(shown) <= FRAMES + 2
    scores = shown[-1].frames["scores"]
    inputs, same = pairs.split("validation")
    assert (scores.dtype, scores.shape) == (np.float32, (200, 2))
    np.testing.assert_array_equal(scores[:, 0], predict(run.model, inputs, ask=run.model.distances))
    np.testing.assert_array_equal(scores[:, 1], same)


@pytest.mark.parametrize("loss", DISTANCES)
def test_divergence_ends_with_finite_weights(pairs, loss):
    model = build(siamese(loss), pairs)
    model.branch.hidden[0].linear.weight.register_hook(lambda gradient: gradient * math.inf)
    for end in fit(model, pairs, CONFIG):
        if end.kind == "epoch":
            untrained = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    assert (end.outcome, end.step) == ("diverged", 1)
    assert end.message == (
        "Diverged at step 2: the loss is no longer a finite number. Try a learning rate of 0.001 instead of 0.01, "
        "or clip the gradient's norm at 1."
    )
    assert model.threshold != 0
    assert all(torch.equal(tensor, untrained[name]) for name, tensor in model.state_dict().items())


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_one_step_on_pairs(pairs, smoothing):
    """The whole split in a batch: its loss before the step."""
    config = CONFIG.replace({"batch_size": 400, "epochs": 1, "label_smoothing": smoothing})
    model = build(siamese("binary"), pairs)
    inputs, same = pairs.split("train")
    distances = predict(model, inputs, ask=model.distances)
    step = next(record for record in fit(model, pairs, config) if record.kind == "step")
    targets = same * (1 - smoothing) + smoothing / 2
    expected = F.binary_cross_entropy_with_logits(-distances, targets)
    assert step.metrics["loss"] == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_one_step_on_people(pairs, smoothing):
    config = CONFIG.replace({"batch_size": 100, "label_smoothing": smoothing})
    some = begun("margin_softmax", pairs, config)
    rows = pairs.photos["train"]
    embeddings = predict(some.model, pairs.images[rows], ask=some.model.embed)
    cosines = F.cosine_similarity(embeddings[:, None], some.objective.directions[None], dim=2)
    cosines -= 0.35 * F.one_hot(pairs.labels[rows], 20)
    expected = F.cross_entropy(30 * cosines, pairs.labels[rows], label_smoothing=smoothing)
    ((loss, *_),) = some.take(1).steps
    assert loss == pytest.approx(expected.item(), rel=1e-5)


# Which photos


def test_photos_of_a_person_come_together_where_triplets_are_mined(pairs):
    orders = []
    for epoch in (0, 1):
        some = begun("triplet", pairs, epoch=epoch)
        orders.append(torch.cat(list(some.batches)))
        assert [len(batch) for batch in some.batches] == [24, 24, 24, 24, 4]
    for order in orders:
        assert torch.equal(order.sort().values, torch.arange(100))
        _, together = pairs.labels[order].unique_consecutive(return_counts=True)
        assert set(together.tolist()) <= {1, GROUP, GROUP + 1}  # 5 photos each: 4 and 1, which may meet
    assert not torch.equal(*orders)


@pytest.mark.parametrize("loss", DISTANCES)
def test_every_example_once_an_epoch(pairs, loss):
    some = begun(loss, pairs)
    assert some.examples == (400 if some.objective.on_pairs else 100)
    assert torch.equal(torch.cat(list(some.batches)).sort().values, torch.arange(some.examples))


def test_only_people_in_train_have_a_direction_and_it_is_forgotten(pairs):
    swapped = replace(pairs, photos=pairs.photos | {"train": pairs.photos["validation"]})
    some = steps("margin_softmax", swapped)
    assert some.objective.directions.shape == (10, 16)
    assert some.labels.unique().tolist() == list(range(10))
    assert some.state()["objective.directions"] is not None
    assert not any("directions" in name for name in some.model.state_dict())


def test_directions_learn(pairs):
    some = begun("margin_softmax", pairs)
    before = some.objective.directions.detach().clone()
    some.take(1)
    assert (some.objective.directions - before).abs().max() > 1e-3


def test_triplets_need_two_photos_of_somebody(pairs):
    lonely = replace(pairs, photos=pairs.photos | {"train": pairs.photos["train"][::5]})
    with pytest.raises(DataError, match="Nobody in train has two photos to learn from: give more photos, or"):
        steps("triplet", lonely)


def test_batches_without_triplets_train_nothing(train, pairs):
    run = train(siamese("triplet"), pairs, CONFIG.replace({"batch_size": 1, "epochs": 1}))
    assert math.isnan(run.of("epoch")[-1].metrics["train_accuracy"])
    assert run.records[-1].outcome == "finished"
    fresh = build(siamese("triplet"), pairs)
    assert torch.equal(run.model.branch.hidden[0].linear.weight, fresh.branch.hidden[0].linear.weight)


def test_validation_needs_pairs_of_both_kinds(pairs):
    one_kind = replace(pairs, pairs=pairs.pairs | {"validation": pairs.pairs["validation"][:100]})
    with pytest.raises(DataError, match="no pairs of different people: give pairs of both kinds"):
        list(fit(build(siamese("binary"), pairs), one_kind, CONFIG))


def test_nothing_to_train_on(pairs):
    nothing = replace(pairs, pairs=pairs.pairs | {"train": pairs.pairs["train"][:0]})
    with pytest.raises(DataError, match="training split is empty"):
        steps_for(build(siamese("binary"), pairs), nothing, CONFIG)


# Pictures


@pytest.mark.parametrize("loss", DISTANCES)
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_grey_photos_with_every_augmentation(train, make_pairs, loss, precision):
    branch = ConvNetConfig(blocks=(Block(channels=4, pool="max"),), hidden=(6,), batch_norm=True, dropout=0.3)
    config = CONFIG.replace({"epochs": 2, "augmentation": AUGMENTATION, "precision": precision})
    run = train(siamese(loss, branch=branch, embedding=5, mirror=True), make_pairs(1), config)
    assert run.records[-1].outcome == "finished"
    metrics = [value for record in run.records for value in record.metrics.values()]
    assert all(math.isfinite(value) for value in metrics)


def test_every_augmentation_is_tried():
    assert AUGMENTATION.keys() == type(CONFIG.augmentation).model_fields.keys()


def test_each_photo_of_a_pair_is_mirrored_on_its_own(pairs):
    config = CONFIG.replace({"augmentation": {"flip": 0.5}, "batch_size": 400})
    some, seen = begun("binary", pairs, config), []
    some.model.branch.register_forward_pre_hook(lambda module, args: seen.append(args[0]))
    some.take(1)
    pictures = pairs.images[pairs.pairs["train"][some.batches[0]]] / 255
    kinds = []
    for photos, before in zip(seen[0].chunk(2), pictures.unbind(1), strict=True):
        mirrored = (photos == before.flip(3)).flatten(1).all(1)
        assert ((photos == before).flatten(1).all(1) ^ mirrored).all()
        kinds.append(mirrored)
    assert len(torch.stack(kinds, 1).unique(dim=0)) == 4


def test_discriminant_analysis_comes_at_the_end_and_once(pairs):
    config = CONFIG.replace({"epochs": 3})
    plain = build(siamese("margin_softmax", scale=10.0), pairs)
    turned = build(siamese("margin_softmax", scale=10.0, discriminant=True), pairs)
    for model in (plain, turned):
        *_, last = fit(model, pairs, config)
    learned = [model.branch.hidden[0].linear.weight for model in (plain, turned)]
    torch.testing.assert_close(*learned, rtol=0, atol=1e-3)  # but for rounding they learn alike
    assert not torch.equal(turned.turn, torch.eye(len(turned.turn)))
    validation, same = pairs.split("validation")
    right = [(predict(model, validation).argmax(1) == same).float().mean() for model in (plain, turned)]
    assert right[1] > right[0] - 0.1
    again = build(siamese("margin_softmax", scale=10.0, discriminant=True), pairs)
    for _ in fit(again, pairs, config, resume=last.checkpoint()):
        pass
    torch.testing.assert_close(again.turn, turned.turn)


def test_discriminant_analysis_has_bounds(pairs):
    with pytest.raises(ValueError, match="needs a distance between embeddings"):
        siamese("binary", discriminant=True)
    wide = siamese("triplet", branch=MLPConfig(hidden=(4096,)), discriminant=True)
    with pytest.raises(ShapeError, match="at most 2,048 numbers, and these have 4,096"):
        build(wide, pairs)
