"""The order of a sweep's settings."""

import numpy as np
import pytest

from facelab.data import SPLITS
from facelab.runs import History, Run, RunConfig, Sweep, accuracies, rank

SWEEP = Sweep.parse({"vary": [{"field": "epochs", "values": [1, 2, 3]}], "repeats": 2})


def run(member, last=None, status="finished", right=None, **facts):
    known = {"id": str(member), "member": member, "status": status, "settings": RunConfig().model_dump_json()}
    tested = {} if right is None else {"test_right": right, "test_total": 10}
    return Run(**dict.fromkeys(Run.__dataclass_fields__) | known | {"validation_accuracy": last} | tested | facts)


def test_the_best_mean_on_validation_comes_first():
    accuracies = [0.5, 0.7, 0.9, 0.7, 0.1, 0.2]
    split, ranks = rank(SWEEP, [run(member, best) for member, best in enumerate(accuracies)])
    assert split == "validation"
    assert [found.label for found in ranks] == ["epochs 2", "epochs 1", "epochs 3"]
    assert [found.mean for found in ranks] == pytest.approx([0.8, 0.6, 0.15])
    assert ranks[0].spread == pytest.approx(0.02**0.5)


def test_without_validation_examples_test_counts():
    split, ranks = rank(SWEEP, [run(member, right=member) for member in range(6)])
    assert split == "test"
    assert [found.mean for found in ranks] == pytest.approx([0.45, 0.25, 0.05])


def test_diverged_members_count_as_such():
    statuses = ["diverged", "diverged", "diverged", "finished", "finished", "running"]
    _, ranks = rank(
        SWEEP, [run(member, None if status == "running" else 0.9, status) for member, status in enumerate(statuses)]
    )
    assert [(found.mean, found.spread, found.diverged) for found in ranks] == [
        (0.9, None, 1),
        (0.9, None, 0),
        (None, None, 2),
    ]


CURVES = History({}, {"epoch": np.arange(3)} | {f"{split}_accuracy": np.array([0.1, 0.6, 0.3]) for split in SPLITS})


def test_accuracies_are_those_of_the_network_that_was_kept():
    assert accuracies(run(0, 0.3, right=7), CURVES) == {"train": 0.3, "validation": 0.3, "test": 0.7}
    assert accuracies(run(0), CURVES) == {"train": 0.3, "validation": 0.3, "test": 0.3}
    assert np.isnan(accuracies(run(0, 0.3))["train"])


def test_early_stopping_keeps_the_best_epoch():
    best = {"settings": RunConfig().replace({"early_stopping.patience": 1}).model_dump_json(), "best_epoch": 1}
    found = accuracies(run(0, 0.3, right=7, best_validation_accuracy=0.6, **best), CURVES)
    assert found == {"train": 0.6, "validation": 0.6, "test": 0.7}


@pytest.mark.parametrize("status", ["diverged", "failed"])
def test_what_came_to_nothing_has_no_accuracy(status):
    assert np.isnan(list(accuracies(run(0, 0.8, status, 7)).values())).all()
