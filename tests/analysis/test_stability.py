import pytest
import torch

from facelab.analysis import highest_rate_that_holds
from facelab.data.points import MoonsSpec, load_points
from facelab.models import MLPConfig, build
from facelab.training import Change, OptimizerConfig, TrainingConfig, fit

POINTS = load_points(MoonsSpec(points=100))
EPOCHS = 200
DECAY = 10.0
SGD = OptimizerConfig(name="sgd", momentum=0.0, learning_rate=5.0, weight_decay=DECAY)
EDGE = 2 / DECAY
"""Weight decay alone multiplies a weight by 1 - rate * decay in each step: beyond this rate it grows without end."""


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def network(**settings):
    return build(MLPConfig(**{"hidden": ()} | settings), POINTS, 0)


def outcome(config, rate):
    *_, end = fit(network(), POINTS, config.replace({"optimizer.learning_rate": rate}))
    return end.outcome


def test_the_rate_found_holds_and_a_larger_one_does_not():
    config = TrainingConfig(optimizer=SGD, epochs=EPOCHS, batch_size=10)
    rate = highest_rate_that_holds(network, POINTS, config, EPOCHS)
    assert EDGE / 1.3 < rate <= EDGE
    assert rate == float(f"{rate:.2g}")
    assert [outcome(config, factor * rate) for factor in (1, 1.3)] == ["finished", "diverged"]


def test_the_rate_replaces_all_rates_and_other_changes_stay():
    """It is a change that makes training diverge, and another one that sets the edge."""
    calm = SGD.model_copy(update={"learning_rate": 0.01, "weight_decay": 0.0})
    changes = (Change(epoch=2, weight_decay=DECAY), Change(epoch=4, learning_rate=5.0))
    config = TrainingConfig(optimizer=calm, epochs=EPOCHS, batch_size=10, changes=changes)
    rate = highest_rate_that_holds(network, POINTS, config, EPOCHS)
    assert EDGE / 1.3 < rate <= EDGE


def test_none_where_the_rate_is_not_to_blame():
    config = TrainingConfig(epochs=5, batch_size=10)

    def overflowing():
        return network(hidden=(8,) * 40, activation="identity", init="normal", init_std=10.0)

    assert highest_rate_that_holds(overflowing, POINTS, config, 5) is None
