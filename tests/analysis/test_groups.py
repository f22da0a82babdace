import math

import numpy as np
import pytest
import torch
from torch import nn

from facelab.analysis.groups import TRAITS, by_group, compare_groups, in_words
from facelab.data import Faces, GeneratedSpec, load_faces
from facelab.errors import DataError
from facelab.training import interval


class Constant(nn.Module):
    """Takes everybody for the first person."""

    def forward(self, x):
        return torch.eye(4)[:1].expand(len(x), 4)


def compare(right, tone, masculinity=1.0, age=20.0):
    """`right` is bool [people, photos], traits are one number per person, or one for all."""
    right = np.asarray(right, bool)
    people = np.repeat(np.arange(len(right)), right.shape[1])
    values = zip(TRAITS, (tone, masculinity, age), strict=True)
    return compare_groups(
        right.ravel(), people, {name: np.broadcast_to(value, len(right))[people] for name, value in values}
    )


def rate(groups, name):
    (found,) = [rate for rate in groups.rates if rate.name == name]
    return found


def test_every_trait_divides_all_people_at_its_edges():
    made = compare(np.ones((6, 2)), [0, 0.33, 0.34, 0.66, 0.67, 1], [-1, -1, -0.1, 0, 1, 1], [18, 34.9, 35, 54, 55, 75])
    assert [(each.name, each.people, each.photos) for each in made.rates] == [
        ("light skin", 2, 4),
        ("medium skin", 2, 4),
        ("dark skin", 2, 4),
        ("women", 3, 6),
        ("men", 3, 6),
        ("18 to 34 years", 2, 4),
        ("35 to 54 years", 2, 4),
        ("55 years or more", 2, 4),
    ]
    assert made.worst is None
    assert made.chance == 1
    assert in_words(made) == "No group is recognised worse than the rest."


def test_the_difference_is_to_all_others():
    dark = rate(compare([[1, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0]], [0.1, 0.5, 0.9]), "dark skin")
    assert dark.accuracy == 0.25
    assert dark.difference == pytest.approx(0.25 - 7 / 8)
    assert dark.difference_low < dark.difference < dark.difference_high


def test_where_there_are_no_others_there_is_no_difference():
    men = rate(compare([[1, 0], [1, 1]], [0.1, 0.9]), "men")
    assert men.people == 2
    assert math.isnan(men.difference)


def test_people_who_are_all_alike_count_by_their_photos():
    dark = rate(compare([[1, 1, 0, 0]] * 5, [0.9] * 5), "dark skin")
    assert (dark.low, dark.high) == interval(10, 20)


def test_people_known_always_or_never_count_once():
    known = rate(compare([[1] * 50, [0] * 50] * 50, [0.9] * 100), "dark skin")
    # The unbiased variance over people costs one of them.
    assert (known.low, known.high) == pytest.approx(interval(49.5, 99))


def test_the_interval_of_a_difference_is_newcombes():
    groups = compare([[1, 1, 0, 0]] * 5 + [[1, 1, 1, 0]] * 5, [0.1] * 5 + [0.9] * 5)
    light, dark = rate(groups, "light skin"), rate(groups, "dark skin")
    # Newcombe (1998), method 10, by hand: 10 of 20 and 15 of 20 by Wilson are 0.299 to 0.701 and 0.531 to 0.888.
    assert light.difference == pytest.approx(-0.25)
    assert light.difference_low == pytest.approx(-0.25 - math.hypot(0.5 - 0.2993, 0.8881 - 0.75), abs=1e-3)
    assert light.difference_high == pytest.approx(-0.25 + math.hypot(0.7007 - 0.5, 0.75 - 0.5313), abs=1e-3)
    assert (dark.difference_low, dark.difference_high) == pytest.approx((-light.difference_high, -light.difference_low))


def test_a_group_that_is_never_recognised_is_more_than_chance():
    groups = compare([[1] * 4] * 12 + [[0] * 4] * 6, [0.1] * 12 + [0.9] * 6)
    assert groups.worst.name == "dark skin"
    # One division in 18 over 6 = 18,564 is this one.
    assert groups.chance < 0.002
    assert in_words(groups) == (
        "Recognised worst is the group dark skin: 0.0 % right, 100.0 points below the rest. That is more than chance: "
        "dividing these people into such groups at random leaves one as far behind in less than 1 % of all draws."
    )


def test_chance_is_the_share_of_divisions_that_are_as_bad():
    # One of four is never recognised, and a group of its own: so it is in one division of four.
    groups = compare([[1, 1]] * 3 + [[0, 0]], [0.1] * 3 + [0.9])
    assert groups.chance == pytest.approx(1 / 4, abs=0.03)
    assert "That may be chance" in in_words(groups)


def test_chance_is_uniform_where_there_is_nothing_but_chance():
    rng = np.random.default_rng(0)
    found = [
        compare(rng.random((24, 5)) < rng.beta(4, 2, (24, 1)), rng.random(24), rng.normal(size=24), 75 * rng.random(24))
        for _ in range(60)
    ]
    assert np.mean([groups.chance < 0.5 for groups in found]) == pytest.approx(0.5, abs=0.2)
    assert np.mean([groups.chance < 0.05 for groups in found]) < 0.15


@pytest.fixture(scope="module")
def faces():
    return load_faces(GeneratedSpec(people=4, photos=5, size=28))


def test_a_network_is_asked_for_the_photos_of_a_split(faces):
    groups = by_group(Constant(), faces, "train")
    first = float(faces.truth["person.masculinity"][0])
    own = rate(groups, "men" if first >= 0 else "women")
    assert sum(each.photos for each in groups.rates) == 3 * len(faces.splits["train"])
    assert own.accuracy == pytest.approx(1 / own.people)


def test_nobody_knows_who_is_on_a_photograph(faces):
    photographs = Faces.of(faces.images, faces.labels, faces.names, faces.splits, "photographs")
    with pytest.raises(DataError):
        by_group(Constant(), photographs)
    nothing = Faces.of(
        faces.images, faces.labels, faces.names, faces.splits | {"test": torch.arange(0)}, "", dict(faces.truth)
    )
    with pytest.raises(DataError):
        by_group(Constant(), nothing)
