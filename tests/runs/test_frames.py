import numpy as np
import pytest

from facelab.models import ConvNetConfig, MLPConfig, blank
from facelab.runs.frames import BYTES, first_layer


def frame(config, shape):
    return first_layer(blank(config, shape, 4), shape)


@pytest.mark.parametrize(
    ("units", "channels", "side", "kept"),
    [(8, 3, 28, 28), (80, 3, 64, 32), (300, 3, 32, 16), (300, 1, 32, 28), (1000, 3, 64, 9)],
)
def test_all_dense_units_are_kept_as_large_as_there_is_room(units, channels, side, kept):
    pictures = frame(MLPConfig(hidden=(units,)), (channels, side, side))
    assert pictures.shape == (units, channels, kept, kept)
    assert pictures.dtype == np.float16
    assert pictures.nbytes <= BYTES


def test_units_without_room_are_left_out():
    pictures = frame(MLPConfig(hidden=(8192,)), (3, 28, 28))
    assert pictures.shape[1:] == (3, 8, 8)
    assert BYTES - pictures[0].nbytes < pictures.nbytes <= BYTES


def test_pixels_are_averaged():
    shape = (3, 32, 32)
    model = blank(MLPConfig(hidden=(300,)), shape, 4)
    weights = model.hidden[0].linear.weight.detach().view(300, 3, 16, 2, 16, 2).mean((3, 5))
    np.testing.assert_allclose(first_layer(model, shape), weights, atol=1e-4)


def test_filters_are_kept_as_they_are():
    assert frame(ConvNetConfig(), (3, 64, 64)).shape == (16, 3, 3, 3)
