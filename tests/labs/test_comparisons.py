"""The ready-made comparisons are what they say they are."""

import pytest

from facelab.labs import COMPARISONS
from facelab.labs.comparisons import COUNTRIES, FACES, published


@pytest.mark.parametrize("name", COMPARISONS)
def test_a_comparison_has_members_and_one_sentence(name):
    comparison = COMPARISONS[name]
    assert len(comparison.sweep.members()) >= 3
    assert comparison.watch.endswith(".")
    assert comparison.sweep.base.data.split.validation > 0


def test_the_published_grid_has_81_members():
    members = COMPARISONS["grid"].sweep.members()
    assert len({member.label for member in members}) == len(members) == 81


def test_what_was_published_is_told_of_the_same_question_on_any_data():
    grid = COMPARISONS["grid"].sweep
    assert published(grid).endswith("These are other faces, so the two figures do not compare.")
    folder = {"source": "folder", "path": "photos"}
    photos = grid.replace({"base": grid.base.model_dump() | {"data": folder}, "repeats": 2})
    assert "87.2 %" in published(photos)
    assert "your folder" in published(photos)
    assert published(COMPARISONS["rates"].sweep) == ""


def test_titles_tell_comparisons_apart():
    assert len({comparison.title for comparison in COMPARISONS.values()}) == len(COMPARISONS)
    assert (COUNTRIES.subject, FACES.subject) == ("points", "faces")
