"""The published experiments are settings that can be trained, beside figures that were published."""

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from facelab.data import SPLITS, Pairs
from facelab.labs.siamese import DISTORTIONS, EXPERIMENTS, PAIRS, QUICK
from facelab.models import build, layer_table
from facelab.runs import RunConfig
from facelab.training import fit

TEST = (70.4, 49.3, 66.3, 64.6, 65.3, 65.8, 64.3, 64.1, 66.9, 66.1)


def parameters(config: RunConfig) -> int:
    return sum(layer.parameters for layer in layer_table(config.model, config.input_shape, 2))


def test_there_are_ten_with_their_published_test_accuracies():
    assert list(EXPERIMENTS) == list(range(1, 11))
    assert [round(100 * one.published.test_accuracy, 1) for one in EXPERIMENTS.values()] == list(TEST)


def test_the_first_is_the_network_of_koch_et_al():
    assert EXPERIMENTS[1].config.input_shape == (1, 105, 105)
    assert parameters(EXPERIMENTS[1].config) == 38_951_745


@pytest.mark.parametrize("config", [*(one.config for one in EXPERIMENTS.values()), PAIRS, QUICK])
def test_settings_go_through_json_and_make_a_network(config):
    assert RunConfig.parse(config.model_dump_json()) == config
    assert 10_000 < parameters(config) < 40_000_000


@pytest.mark.parametrize("number", EXPERIMENTS)
def test_each_trains(number):
    """An epoch on noise of the published size, with an eighth of the hidden units: what is wrong shows all the same."""
    config = EXPERIMENTS[number].config.replace({"epochs": 1, "batch_size": 4})
    config = config.replace({"model.branch.hidden": [max(8, config.model.branch.hidden[0] // 8)]})
    images = torch.randint(0, 256, (24, *config.input_shape), dtype=torch.uint8)
    labels, rows = torch.arange(24) // 2, torch.arange(24).view(3, 8)
    pairs = {name: torch.stack([part, part.roll(-1)], 1) for name, part in zip(SPLITS, rows, strict=True)}
    people = tuple(f"person {index}" for index in range(12))
    data = Pairs.of(images, labels, people, dict(zip(SPLITS, rows, strict=True)), pairs, "noise")
    model = build(config.model, data, config.seed)
    before = parameters_to_vector(model.branch.parameters()).detach().clone()
    *_, last = fit(model, data, config)
    assert last.outcome == "finished"
    assert not torch.equal(parameters_to_vector(model.branch.parameters()), before)


def test_they_differ_from_each_other():
    assert len({one.config.model_dump_json() for one in EXPERIMENTS.values()}) == 10
    assert len({one.title for one in EXPERIMENTS.values()}) == 10


def test_the_distortions_are_those_of_the_paper():
    config = EXPERIMENTS[1].config.replace({"augmentation": DISTORTIONS.model_dump()})
    assert config.augmentation.chance == 0.5
    assert config.augmentation.translate * config.data.size == pytest.approx(2)
