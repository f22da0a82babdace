import numpy as np
import pytest
import torch
from torch import nn

from facelab.analysis.invariance import PARAMETERS, Progress, binned, by_parameter, retaken, true_sweep
from facelab.data import Faces, GeneratedSpec, load_faces
from facelab.errors import DataError, SettingsError
from facelab.training import interval


class Constant(nn.Module):
    """Takes everybody for the first person."""

    def forward(self, x):
        return torch.eye(3)[:1].expand(len(x), 3)


@pytest.fixture(scope="module")
def faces():
    return load_faces(GeneratedSpec(people=3, photos=5, size=28))


def test_bins_count_every_photo_inside_once():
    bins = binned(np.array([1, 0, 1, 1, 1], bool), np.array([-1.0, 0.0, 0.5, 2.0, 3.0]), (-1, 0, 1, 2))
    np.testing.assert_array_equal(bins.total, [1, 2, 1])
    np.testing.assert_array_equal(bins.right, [1, 1, 1])
    np.testing.assert_allclose(bins.centres, [-1, 0.25, 2])
    np.testing.assert_allclose(bins.intervals[1], interval(1, 2))


def test_an_empty_bin_knows_nothing():
    bins = binned(np.array([True]), np.array([0.5]), (0, 1, 2))
    assert np.isnan(bins.accuracy[1])
    assert bins.centres[1] == 1.5
    np.testing.assert_array_equal(bins.intervals[1], [0, 1])


def test_all_photos_of_a_split_are_counted_by_every_parameter(faces):
    for bins in by_parameter(Constant(), faces, split="train").values():
        assert bins.total.sum() == len(faces.splits["train"])
        assert bins.right.sum() == (faces.split("train")[1] == 0).sum()


@pytest.mark.parametrize("photo", [0, 7, 14])
def test_a_photo_taken_again_with_nothing_changed_is_the_same(faces, photo):
    own = float(faces.truth["yaw"][photo])
    again = retaken(faces, photo, "yaw", [own])[0]
    apart = (again.int() - faces.images[photo].int()).abs()
    assert apart.float().mean() < 0.2


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_every_parameter_shows_on_the_photo(faces, parameter):
    low, high = retaken(faces, 4, parameter, [PARAMETERS[parameter].values[0], PARAMETERS[parameter].values[-1]])
    assert (low.int() - high.int()).abs().float().mean() > 0.05


def test_a_true_sweep_answers_for_every_value_and_photo(faces):
    *progress, result = true_sweep(Constant(), faces, "yaw", [-20, 0, 20], most=2)
    assert progress == [Progress(3, 6), Progress(6, 6)]
    assert result.right.shape == (3, 2)
    np.testing.assert_array_equal(result.right, np.tile(faces.labels.numpy()[result.photos] == 0, (3, 1)))
    np.testing.assert_array_equal(result.before, result.right[0])
    np.testing.assert_allclose(result.intervals[0], interval(int(result.right[0].sum()), 2))


def test_nobody_knows_how_a_photograph_was_taken(faces):
    photographs = Faces.of(faces.images, faces.labels, faces.names, faces.splits, "photographs")
    with pytest.raises(DataError):
        by_parameter(Constant(), photographs)
    with pytest.raises(DataError):
        next(true_sweep(Constant(), photographs, "yaw"))
    with pytest.raises(SettingsError):
        retaken(faces, 0, "grain", [1])
