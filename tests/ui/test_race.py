"""Repeats taken together, and a race on its way to the browser."""

import base64
import json

import numpy as np
import pytest
from scipy.stats import t

from facelab.ui.race import STATUSES, Member, Metric, Plane, Ranking, View, pack
from facelab.ui.race.repeats import courses, gather, note, standing


def member(group: str = "0.1", status: str = "finished", loss=(3.0, 2.0, 1.0), **changes) -> Member:
    epochs = np.arange(len(loss), dtype=np.float32)
    fields = {"at": {"epoch": epochs}, "metrics": {"loss": np.array(loss, np.float32)}, "rank": 2.0}
    return Member(f"{group}, seed 0", group, "#1878B9", status, **fields | changes)


def view(*members: Member, **changes) -> View:
    fields = {"axis": "epoch", "axis_title": "Epoch", "ranking": Ranking("Loss", "nats", False), "alt": "A race."}
    return View(members, (Metric("loss", "Loss (nats)", "nats"),), **fields | changes)


def course(*members: Member, axis: str = "epoch") -> tuple[list[float], np.ndarray]:
    at, found = courses(members, axis, ["loss"])
    return list(at), found["loss"]


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_repeats_of_a_setting_are_gathered_in_order_of_appearance():
    assert gather([member("b"), member("a"), member("b")]) == {"b": [0, 2], "a": [1]}


def test_a_course_is_the_mean_and_the_ends_of_its_repeats():
    at, (mean, low, high) = course(member(loss=(4, 2)), member(loss=(2, 0)), member(loss=(3, 1)))
    assert at == [0, 1]
    assert mean.tolist() == [3, 1]
    assert (low.tolist(), high.tolist()) == ([2, 0], [4, 2])


@pytest.mark.parametrize("status", ["finished", "stopped early"])
def test_a_repeat_that_has_ended_keeps_its_last_value(status):
    _, (mean, _, _) = course(member(loss=(4, 2, 0)), member(loss=(4, 4), status=status))
    assert mean.tolist() == [4, 3, 2]


@pytest.mark.parametrize("status", sorted(set(STATUSES) - {"finished", "stopped early", "diverged"}))
def test_other_repeats_count_as_far_as_they_are_known(status):
    _, (mean, _, _) = course(member(loss=(4, 2, 0)), member(loss=(4, 4), status=status))
    assert mean.tolist() == [4, 3, 0]


def test_diverged_repeats_are_left_out_unless_all_did():
    lost = member(loss=(8, np.inf, np.nan), status="diverged")
    at, (mean, _, _) = course(member(loss=(4, 2)), lost)
    assert (at, mean.tolist()) == ([0, 1], [4, 2])
    _, (mean, _, _) = course(lost, lost)
    assert np.array_equal(mean, [8, np.nan, np.nan], equal_nan=True)


def test_repeats_measured_at_different_moments_are_interpolated():
    slow = member(loss=(4, 0), at={"seconds": np.array([0, 4], np.float32)})
    fast = member(loss=(4, 2, 0), at={"seconds": np.array([0, 1, 2], np.float32)})
    at, (mean, _, _) = course(slow, fast, axis="seconds")
    assert (at, mean.tolist()) == ([0, 4], [4, 0])
    _, (mean, _, _) = course(fast, member(loss=(8, 8), at={"seconds": np.array([1, 2], np.float32)}), axis="seconds")
    assert mean.tolist() == [4, 5, 4]


def test_what_is_not_yet_known_is_nan():
    at, (mean, _, _) = course(member(loss=(), rank=np.nan, status="queued"), member(loss=(), status="queued"))
    assert (at, len(mean)) == ([], 0)
    _, (mean, _, _) = course(member(loss=(np.nan, np.nan), status="running"))
    assert np.isnan(mean).all()


def test_a_standing_is_a_mean_with_students_interval():
    ranks = [0.5, 0.6, 0.55]
    place = standing([member(rank=rank) for rank in ranks], True)
    assert place.mean == pytest.approx(0.55)
    expected = t.interval(0.95, 2, np.mean(ranks), np.std(ranks, ddof=1) / 3**0.5)
    assert (place.low, place.high) == pytest.approx(expected)


def test_the_interval_of_a_share_stays_a_share():
    place = standing([member(rank=1.0), member(rank=0.9)], True)
    assert (place.low, place.high) == (pytest.approx(0.95 - 12.7062 * 0.05, abs=1e-4), 1.0)
    assert standing([member(rank=1.0), member(rank=0.9)], False).high > 1


def test_diverged_and_unknown_repeats_do_not_stand():
    place = standing([member(rank=2), member(rank=np.nan), member(rank=9, status="diverged")], False)
    assert (place.values.tolist(), place.mean) == ([2], 2)
    assert np.isnan(place.low)
    assert np.isnan(standing([member(status="diverged")], False).mean)


@pytest.mark.parametrize(
    ("statuses", "told"),
    [
        (("finished", "finished"), ""),
        (("running", "running"), "running"),
        (("finished", "diverged", "finished"), "1 of 3 diverged"),
        (("diverged", "running", "diverged"), "1 running, 2 diverged"),
    ],
)
def test_a_note_tells_what_became_of_repeats(statuses, told):
    assert note([member(status=status) for status in statuses]) == told


def test_everything_is_json_and_what_is_no_number_is_null():
    queued = member("1", "queued", (), rank=np.nan)
    read = json.loads(json.dumps(pack(view(member(), queued)), allow_nan=False))
    first, second = read["groups"]
    assert (first["mean"], first["interval"], second["mean"], second["values"]) == (2.0, None, None, [])
    assert (first["going"], second["going"]) == (False, True)
    assert (read["axis"]["total"], read["plane"]) == (None, None)


def test_curves_travel_as_little_endian_floats_with_every_repeat():
    packed = pack(view(member(loss=(4, 2)), member(loss=(2, 0)), member("1", loss=(5, 5))))
    first, second = packed["groups"]
    assert floats(first["at"]).tolist() == [0, 1]
    assert floats(first["means"]["loss"]).tolist() == [3, 1, 2, 0, 4, 2]
    assert [floats(repeat["values"]["loss"]).tolist() for repeat in first["repeats"]] == [[4, 2], [2, 0]]
    assert (first["index"], second["index"]) == (0, 2)


def test_the_first_repeat_brings_its_regions():
    regions = [np.full((2, 3), index, np.uint8) for index in range(2)]
    members = [member(regions=each, confidence=each + 7) for each in regions]
    plane = Plane(("#1878B9", "#D55E00"), (-1, 1, -1, 1), np.array([[1.5, -2.0]]), np.array([258]))
    packed = pack(view(*members, plane=plane))
    [group] = packed["groups"]
    assert (group["picture"]["height"], group["picture"]["width"]) == (2, 3)
    assert base64.b64decode(group["picture"]["regions"]) == bytes(6)
    assert base64.b64decode(group["picture"]["confidence"]) == bytes([7] * 6)
    assert floats(packed["plane"]["coordinates"]).tolist() == [1.5, -2]
    assert base64.b64decode(packed["plane"]["labels"]) == b"\x02\x01"


def test_hidden_units_take_the_place_of_regions():
    layers = (np.full((2, 3, 3), 7, np.uint8), np.full((1, 3, 3), 9, np.uint8))
    plane = Plane(("#1878B9",), (-1, 1, -1, 1), np.zeros((1, 2)), np.zeros(1))
    [group] = pack(view(member(units=layers), plane=plane))["groups"]
    units = base64.b64decode(group["picture"].pop("units"))
    assert group["picture"] == {"kind": "units", "side": 3, "layers": [2, 1]}
    assert units == bytes([7] * 18 + [9] * 9)


def test_a_metric_that_a_member_lacks_is_not_known():
    packed = pack(view(member(metrics={})))
    assert np.isnan(floats(packed["groups"][0]["repeats"][0]["values"]["loss"])).all()
