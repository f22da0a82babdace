"""Which members go into which job, and which sweeps are refused."""

import pytest

from facelab.errors import DataError, SettingsError
from facelab.runs import RunConfig, Sweep, dealing
from facelab.runs.dealing import check, deal

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
        sweep("width", [100], POINTS),
        sweep("epochs", [1, 2], gradients=True),
        sweep("precision", ["bfloat16"]),
    ],
    ids=["faces", "wide", "gradients", "bfloat16"],
)
def test_what_the_engine_does_not_train_has_a_job_each(apart):
    assert set(deal(apart, 2)) == {None}


def test_a_batch_larger_than_the_data():
    with pytest.raises(SettingsError, match=r"batch_size is 1000, but there are only 250 .*: choose at most 250\."):
        check(sweep("batch_size", [10, 1000]))


def test_data_that_are_not_there():
    with pytest.raises(DataError, match=r"no\.csv"):
        check(sweep("data.path", ["no.csv"], POINTS.replace({"data.source": "table"})))


def test_more_members_than_memory_allows(monkeypatch):
    one = sweep("optimizer.learning_rate", [1, 0.1], repeats=20)
    check(one)
    monkeypatch.setattr(dealing, "ROOM", 1e-6)
    with pytest.raises(
        SettingsError, match=r"These 40 members would need about 0\.0 GB of memory, but only 0\.0 GB may"
    ):
        check(one)


def test_faces_are_not_loaded_for_a_check_unless_wanted(monkeypatch):
    monkeypatch.setattr(dealing, "load_dataset", lambda spec: pytest.fail("They are loaded."))
    check(sweep("epochs", [1, 2], FACES))
