"""The order of a sweep's settings."""

import pytest

from facelab.runs import Run, Sweep, rank

SWEEP = Sweep.parse({"vary": [{"field": "epochs", "values": [1, 2, 3]}], "repeats": 2})


def run(member, best=None, status="finished", right=None):
    facts = dict.fromkeys(Run.__dataclass_fields__) | {"id": str(member), "member": member, "status": status}
    return Run(**facts | {"best_validation_accuracy": best, "test_right": right, "test_total": 10})


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
