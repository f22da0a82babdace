"""Which members go into which job."""

import pytest

from facelab.runs import RunConfig, Sweep
from facelab.runs.dealing import deal

POINTS = RunConfig.parse({"data": {"source": "moons"}, "model": {"kind": "mlp", "hidden": [8, 8]}})
FACES = RunConfig.parse({"model": {"kind": "mlp"}})


def sweep(field, values, base=POINTS, **settings):
    return Sweep.parse({"base": base, "vary": [{"field": field, "values": values}]} | settings)


def test_members_of_the_same_cost_are_dealt_evenly():
    shares = deal(sweep("optimizer.learning_rate", [1, 0.1, 0.01], repeats=4), 2)
    assert [shares.count(share) for share in (0, 1)] == [6, 6]


def test_a_dear_member_gets_a_share_with_few_others():
    shares = deal(sweep("epochs", [90, 30, 31, 32]), 2)
    assert shares[1:] == [1 - shares[0]] * 3


def test_no_more_shares_than_members():
    assert sorted(deal(sweep("epochs", [1, 2]), 4)) == [0, 1]


def test_a_share_has_one_dataset():
    shares = deal(sweep("data.noise", [0, 0.1, 0.2], repeats=2), 2)
    assert [shares[index] == shares[index + 1] for index in (0, 2, 4)] == [True] * 3
    assert len(set(shares)) == 3


@pytest.mark.parametrize(
    "apart",
    [
        sweep("epochs", [1, 2], FACES),
        sweep("optimizer.momentum_epochs", [5, 10], POINTS),
        sweep("width", [100], POINTS),
        sweep("epochs", [1, 2], gradients=True),
        sweep("precision", ["bfloat16"]),
    ],
    ids=["faces", "rising momentum", "wide", "gradients", "bfloat16"],
)
def test_what_the_engine_does_not_train_has_a_job_each(apart):
    assert set(deal(apart, 2)) == {None}
