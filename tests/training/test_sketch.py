import numpy as np
import torch

from facelab.data.points import MoonsSpec, load_points
from facelab.models import MLPConfig, build, flatten
from facelab.training import Sketch, TrainingConfig, fit

POINTS = load_points(MoonsSpec(points=100))
CONFIG = TrainingConfig(epochs=12, batch_size=10)


def sketch(**settings) -> Sketch:
    return Sketch(build(MLPConfig(hidden=(6, 6)), POINTS, 0), POINTS, CONFIG.replace(settings))


def test_a_sketch_begins_with_the_untrained_network():
    begun = sketch()
    assert (begun.step, begun.epoch, begun.end) == (0, 0.0, None)
    assert np.isfinite(begun.history()["test_loss"]).all()


def test_a_step_is_a_step_and_an_epoch_ends_where_epochs_end():
    begun = sketch()
    begun.take_step()
    assert (begun.step, begun.epoch) == (1, 0.2)
    begun.take_epoch()
    assert (begun.step, begun.epoch) == (5, 1.0)
    for _ in range(5):
        begun.take_step()
    assert begun.epoch == 2.0
    assert begun.history()["epoch"].tolist() == [0, 1, 2]


def test_play_stops_after_the_epochs_it_was_given():
    begun = sketch()
    begun.play(seconds=60, epochs=3)
    assert begun.epoch == 3.0
    assert begun.end is None


def test_played_to_its_end_it_is_the_training_of_fit():
    begun = sketch()
    begun.play(seconds=60)
    assert begun.end.outcome == "finished"
    model = build(MLPConfig(hidden=(6, 6)), POINTS, 0)
    for _ in fit(model, POINTS, CONFIG):
        pass
    np.testing.assert_array_equal(flatten(begun.model), flatten(model))


def test_a_change_on_the_way_is_a_training_that_can_be_repeated():
    begun = sketch()
    begun.play(seconds=60, epochs=3)
    begun.change(learning_rate=0.1)
    begun.change(batch_size=25)
    begun.play(seconds=60)
    (change,) = begun.config.changes
    assert (change.epoch, change.learning_rate, change.batch_size) == (4, 0.1, 25)
    model = build(MLPConfig(hidden=(6, 6)), POINTS, 0)
    for _ in fit(model, POINTS, begun.config):
        pass
    np.testing.assert_array_equal(flatten(begun.model), flatten(model))


def test_a_film_goes_from_the_first_to_the_present_moment():
    begun = sketch()
    begun.play(seconds=60, epochs=7)
    film = begun.film(10)
    assert (film[0].step, film[-1].step) == (0, 35)
    assert 5 <= len(film) <= 10
    np.testing.assert_array_equal(film[-1].weights, flatten(begun.model))
    assert [moment.step for moment in begun.film(1)] == [35]


def test_divergence_is_an_end():
    begun = sketch(**{"optimizer.name": "sgd", "optimizer.learning_rate": 100.0, "optimizer.weight_decay": 10.0})
    begun.play(seconds=60)
    assert begun.end.outcome == "diverged"
    assert torch.isfinite(torch.from_numpy(flatten(begun.model))).all()
