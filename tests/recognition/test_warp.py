"""Similarities against the singular value decomposition of the paper, and photos of patterns known at every point."""

import numpy as np
import pytest

from facelab.recognition.warp import apply, inverse, resize, similarity, warp

POINTS = np.array([[154.0, 113.0], [138.0, 114.0], [97.0, 115.0], [113.0, 114.0], [126.0, 146.0]])


def turned(scale: float, degrees: float, shift: tuple[float, float]) -> np.ndarray:
    """The transform [2, 3] by its usual formula."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array([[scale * cos, -scale * sin, shift[0]], [scale * sin, scale * cos, shift[1]]])


def umeyama(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Equations 40 to 42 of Umeyama 1991."""
    from_mean, to_mean = source - source.mean(0), target - target.mean(0)
    u, d, vt = np.linalg.svd(to_mean.T @ from_mean / len(source))
    sign = np.diag([1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ sign @ vt
    scale = np.trace(np.diag(d) @ sign) / from_mean.var(0).sum()
    return np.column_stack([scale * rotation, target.mean(0) - scale * rotation @ source.mean(0)])


def pattern(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """A smooth picture with a colour for every real x and y: uint8 [..., 3]."""
    waves = np.stack([np.sin(x / 9), np.sin(y / 7 + 1), np.cos((x + 2 * y) / 20)], axis=-1)
    return (127.5 + 100 * waves).round().astype(np.uint8)


def grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """x and y of all pixel centres."""
    y, x = np.mgrid[:height, :width] + 0.5
    return x, y


def test_similarity_finds_the_transform_that_was_applied():
    known = turned(0.3, 25, (-40, 7))
    assert np.allclose(similarity(POINTS, apply(known, POINTS)), known)


@pytest.mark.parametrize("seed", range(5))
def test_similarity_of_noisy_points_is_umeyamas(seed):
    noisy = POINTS @ [[0, 2], [-2, 0]] + np.random.default_rng(seed).normal(0, 20, (5, 2))
    assert np.allclose(similarity(POINTS, noisy), umeyama(POINTS, noisy))


def test_inverse_leads_back():
    there = turned(3, -70, (5, 60))
    assert np.allclose(apply(inverse(there), apply(there, POINTS)), POINTS)


def test_warp_by_nothing_changes_nothing():
    photo = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    assert np.array_equal(warp(photo, turned(1, 0, (0, 0)), 40), photo[:, :40])


def test_a_quarter_turn_moves_whole_pixels():
    photo = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    assert np.abs(np.subtract(warp(photo, turned(1, 90, (40, 0)), 40), np.rot90(photo, -1), dtype=float)).max() <= 1


@pytest.mark.parametrize("scale", [0.4, 1, 2.5])
def test_what_was_turned_and_scaled_comes_back_upright(scale):
    about_centres = turned(1 / scale, -30, (0, 0))
    about_centres[:, 2] = 50 - about_centres[:, :2] @ (250, 250)
    x, y = grid(500, 500)
    photo = pattern(*apply(about_centres, np.stack([x, y], -1).reshape(-1, 2)).T).reshape(500, 500, 3)
    assert np.abs(np.subtract(warp(photo, about_centres, 100), pattern(*grid(100, 100)), dtype=float)).max() <= 6


def test_fine_texture_becomes_its_mean():
    photo = np.repeat(255 * (np.indices((960, 1280)).sum(0) % 2)[..., None], 3, axis=2).astype(np.uint8)
    small = warp(photo, turned(0.11, 10, (0, 0)), 64)
    assert np.abs(small[20:, 20:].astype(int) - 128).max() <= 3


def test_outside_the_photo_its_edge_is_repeated():
    photo = np.zeros((10, 10, 3), np.uint8)
    photo[:, -1] = (10, 20, 30)
    assert (warp(photo, turned(1, 0, (0, 0)), 40)[:, 12:] == (10, 20, 30)).all()
    assert (warp(photo, turned(1, 0, (-500, 0)), 40) == (10, 20, 30)).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (2, 7)])
def test_tiny_photos(shape):
    photo = np.full((*shape, 3), 77, np.uint8)
    assert (warp(photo, turned(0.05, 10, (3, 3)), 20) == 77).all()
    assert (warp(photo, turned(50, 10, (3, 3)), 20) == 77).all()


def test_views_and_locked_arrays_are_taken_as_they_are():
    photo = np.random.default_rng(0).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    mirrored, locked = photo[:, ::-1], photo.copy()
    locked.setflags(write=False)
    assert np.array_equal(resize(locked, 20, 30), resize(photo, 20, 30))
    assert np.array_equal(warp(mirrored, turned(1, 0, (0, 0)), 60), mirrored[:, :60])
