"""Heads: whole at every corner of what can be drawn, and what stands out or moves is where it should be."""

from dataclasses import fields, replace

import numpy as np
import pytest

from facelab.data.generated import Head, Person, Photo, render, sculpt
from facelab.data.generated.face import NET, expressed
from facelab.data.generated.head import COARSE, FINE, pose
from facelab.data.generated.people import BEARDS, HAIR_STYLES

PEOPLE = [Person.draw(np.random.default_rng(seed)) for seed in range(200)]


@pytest.fixture(scope="module")
def head() -> Head:
    return sculpt(PEOPLE[3])


def extreme(side: int) -> Person:
    """The least, or the most, of everything in anybody."""
    ends = {field.name: sorted(getattr(person, field.name) for person in PEOPLE)[side] for field in fields(Person)}
    return Person(**ends)


@pytest.mark.parametrize("style", HAIR_STYLES)
@pytest.mark.parametrize("side", [0, -1])
def test_nobody_is_broken(style, side):
    head = sculpt(replace(extreme(side), hair_style=list(HAIR_STYLES).index(style)))
    for part in pose(head, Photo(smile=1.0, mouth_open=1.0, hat=2, glasses=1, scarf=1, hair_blown=1.0), 64):
        assert np.isfinite(part.points).all()
        assert np.isfinite(part.normals).all()
        assert part.triangles.dtype == np.int32
        assert 0 <= part.triangles.min() <= part.triangles.max() < len(part.points)


def test_a_face_is_as_long_as_it_says_and_looks_ahead(head):
    x, y, z = head.face.points.T
    nose = z.argmax()
    assert abs(x[nose]) < 0.05
    assert head.person.mouth_height < y[nose] < head.person.eye_height
    assert -y.min() == pytest.approx(head.person.face_length, abs=0.12)


def test_both_halves_are_alike(head):
    points = head.face.points
    order = {cell: row for row, cell in enumerate(NET.cells.tolist())}
    side = int(NET.cells.max() ** 0.5) + 1
    mirrored = [order[cell // side * side + side - 1 - cell % side] for cell in NET.cells.tolist()]
    np.testing.assert_allclose(points[mirrored] * [-1, 1, 1], points, atol=1e-3)


def test_an_open_mouth_lowers_the_chin_and_not_the_brow(head):
    moved = expressed(head.face, Photo(mouth_open=1.0, smile=0.0)) - expressed(head.face, Photo(smile=0.0))
    y = head.face.points[:, 1]
    front = NET.z > 0.5
    assert moved[front & (y < -0.9), 1].max() < -0.02
    assert np.abs(moved[y > 0]).max() < 1e-3


def test_the_coarse_mesh_is_the_fine_one_thinned(head):
    assert len(COARSE.rows) < 0.3 * len(FINE.rows)
    small, large = (render(head, Photo(), size).astype(float) for size in (96, 192))
    assert np.abs(large.reshape(3, 96, 2, 96, 2).mean((2, 4)) - small).mean() < 4


@pytest.mark.parametrize("style", range(len(BEARDS)))
def test_a_beard_changes_the_lower_face_alone(style):
    person = replace(PEOPLE[3], beard=0.0, beard_style=style, hair_style=0, hair_tone=1.0, tone=0.2)
    shaved, bearded = (render(sculpt(one), Photo(), 64).astype(float) for one in (person, replace(person, beard=1.0)))
    change = np.abs(shaved - bearded).mean(0)
    assert change[36:52].max() > 20
    assert change[:28].max() < 4


def test_closed_eyes_show_no_iris(head):
    """What looks aside with open eyes looks the same with closed ones."""
    open_, closed = (
        np.abs(
            render(head, Photo(eyes_closed=shut, gaze=-0.7), 96)
            - render(head, Photo(eyes_closed=shut, gaze=0.7), 96).astype(float)
        ).max()
        for shut in (0.0, 1.0)
    )
    assert open_ > 25
    assert closed < 0.25 * open_
