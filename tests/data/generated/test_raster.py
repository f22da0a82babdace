"""The depth buffer: known answers for single triangles, and for what lies before what."""

import numpy as np
import pytest

from facelab.data.generated.raster import raster


def drawn(corners, triangles, side=8):
    x, y, near = np.array(corners, np.float32).T
    return raster(x.copy(), y.copy(), near.copy(), np.array(triangles, np.int32), side)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_cells_whose_middle_is_inside_are_met(order):
    met, _, nearest = drawn([(0, 0, 1), (8, 0, 1), (0, 8, 1)], [order])
    row, column = np.indices((8, 8))
    inside = (row + 0.5) + (column + 0.5) <= 8
    np.testing.assert_array_equal(met, np.where(inside, 0, -1))
    assert np.isneginf(nearest[~inside]).all()


def test_shares_give_back_the_place():
    corners = np.array([(0.3, 0.2, 1), (7.5, 1.1, 2), (2.2, 7.7, 4)])
    met, shares, nearest = drawn(corners, [(0, 1, 2)])
    row, column = np.nonzero(met == 0)
    second, third = shares[row, column].T
    mixed = (1 - second - third)[:, None] * corners[0] + second[:, None] * corners[1] + third[:, None] * corners[2]
    np.testing.assert_allclose(mixed[:, 0], column + 0.5, atol=1e-4)
    np.testing.assert_allclose(mixed[:, 1], row + 0.5, atol=1e-4)
    np.testing.assert_allclose(mixed[:, 2], nearest[row, column], atol=1e-4)


@pytest.mark.parametrize("first", [0, 1])
def test_what_is_nearer_hides_what_is_behind(first):
    far, near = [(0, 0, 1), (16, 0, 1), (0, 16, 1)], [(0, 0, 2), (4, 0, 2), (0, 4, 2)]
    triangles = [(0, 1, 2), (3, 4, 5)] if first == 0 else [(3, 4, 5), (0, 1, 2)]
    met, _, nearest = drawn([*far, *near], triangles)
    assert nearest[0, 0] == 2
    assert met[0, 0] == (1 if first == 0 else 0)
    assert nearest[6, 1] == 1


def test_two_that_pass_through_each_other_meet_in_a_line():
    met, _, _ = drawn(
        [(0, -8, 0), (8, -8, 1), (0, 24, 0), (8, 24, 1), (0, -8, 1), (8, -8, 0), (0, 24, 1), (8, 24, 0)],
        [(0, 1, 2), (1, 3, 2), (4, 5, 6), (5, 7, 6)],
    )
    assert (met[:, :4] >= 2).all()
    assert (met[:, 4:] < 2).all()


def test_what_is_outside_or_has_no_area_is_left_out():
    met, _, _ = drawn([(-9, -9, 1), (-1, -9, 1), (-9, -1, 1), (1, 1, 1), (5, 5, 1), (3, 3, 1)], [(0, 1, 2), (3, 4, 5)])
    assert (met == -1).all()


def test_any_triangle_meets_the_cells_whose_middle_has_only_positive_shares():
    rng = np.random.default_rng(0)
    for _ in range(300):
        corners = rng.uniform(-4, 16, (3, 2)).astype(np.float32)
        corners[:, rng.integers(2)] *= rng.choice([0.1, 1])  # thin ones too
        met, _, _ = drawn(np.column_stack([corners, np.ones(3)]), [(0, 1, 2)], side=12)
        row, column = np.indices((12, 12))
        places = np.stack([column + 0.5, row + 0.5, np.ones((12, 12))]).reshape(3, -1)
        shares = np.linalg.solve(np.vstack([corners.T.astype(float), np.ones(3)]), places).min(0).reshape(12, 12)
        sure = np.abs(shares) > 1e-4  # on an edge rounding decides
        np.testing.assert_array_equal(met[sure] == 0, shares[sure] > 0)
