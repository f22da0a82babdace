"""Nets of triangles, their normals, and turning."""

import numpy as np
import pytest

from facelab.data.generated.scene import grid_triangles, normals_of, rotation, unit


def sphere(rows=40, columns=60):
    down, around = np.linspace(0.05, np.pi - 0.05, rows), np.linspace(0, 2 * np.pi, columns, endpoint=False)
    sine = np.sin(down)[:, None]
    points = (sine * np.sin(around), np.repeat(np.cos(down)[:, None], columns, 1), sine * np.cos(around))
    return np.stack(points, -1).reshape(-1, 3).astype(np.float32)


def test_a_closed_net_has_two_triangles_per_cell_and_each_edge_twice():
    triangles = grid_triangles(4, 5, closed=True)
    assert triangles.shape == (2 * 3 * 5, 3)
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), axis=1)
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert np.bincount(counts).tolist() == [0, 2 * 5, 2 * 5 + 3 * 5 + 3 * 5]  # the rims belong to one


def test_normals_of_a_sphere_point_outwards():
    points = sphere()
    normals = normals_of(points, grid_triangles(40, 60, closed=True))
    inner = np.abs(points[:, 1]) < 0.95
    cosine = (normals * points).sum(1)[inner]
    assert np.abs(cosine).min() > 0.995
    assert len(set(np.sign(cosine))) == 1


@pytest.mark.parametrize(
    ("turned", "to"), [((90, 0, 0), (1, 0, 0)), ((0, 90, 0), (0, 1, 0)), ((-90, 0, 0), (-1, 0, 0))]
)
def test_yaw_faces_right_and_pitch_looks_up(turned, to):
    np.testing.assert_allclose(rotation(*turned) @ np.array([0, 0, 1]), to, atol=1e-6)


def test_roll_leans_to_the_right():
    np.testing.assert_allclose(rotation(0, 0, 90) @ np.array([0, 1, 0]), (1, 0, 0), atol=1e-6)


def test_a_turn_keeps_lengths():
    turn = rotation(23, -11, 7)
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(unit(np.ones((3, 4), np.float32)), axis=0), 1, rtol=1e-6)
