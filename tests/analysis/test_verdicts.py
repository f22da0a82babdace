"""Sentences say what the numbers say, and not more."""

import math

import numpy as np
import pytest

from facelab.analysis import Group, grouped, means_over
from facelab.analysis.verdicts import course, fading, gains, good_range, influence, lost, pace, standing

NAN = math.nan


def of(**runs: tuple[float, ...]) -> list[Group]:
    """Groups by label, with a value for each repeat."""
    return numbered(runs)


def numbered(runs: dict) -> list[Group]:
    labels = [label for label, values in runs.items() for _ in values]
    return grouped(labels, [value for values in runs.values() for value in values])


def test_who_meets_the_best_and_who_does_not():
    groups = of(sgd=(0.2, 0.21, 0.2), adam=(0.9, 0.89, 0.91), adamw=(0.89, 0.9, 0.88))
    assert standing("optimizer", groups) == (
        "Optimizer adam does best, 90.0 %. The interval of adamw meets its own, so that luck may decide between them; "
        "sgd lies below by more than luck."
    )


def test_all_may_be_luck_and_none_may_be():
    close = of(a=(0.5, 0.6), b=(0.55, 0.62))
    assert standing("x", close).endswith("more repeats would tell whether that is luck.")
    far = of(a=(0.5, 0.5), b=(0.9, 0.9))
    assert standing("x", far).endswith("below its own: that is more than luck.")


def test_one_run_each_proves_nothing():
    said = standing("depth", numbered({1: (0.2,), 2: (0.9,)}))
    assert said.startswith("Depth 2 does best, 90.0 %")
    assert "one run each cannot tell luck from effect" in said
    assert "more than luck" not in said


@pytest.mark.parametrize("runs", [{}, {"a": (0.5,)}, {"a": (0.5,), "b": (NAN,)}])
def test_nothing_to_compare_is_nothing_to_say(runs):
    assert standing("x", numbered(runs)) == ""


def test_a_value_with_one_repeat_left_is_not_put_below():
    groups = of(a=(0.9, 0.9), b=(0.1, NAN))
    assert "more than luck" not in standing("x", groups)
    assert lost("x", groups) == "Without a result, for they diverged, failed or were stopped: 1 of 2 with x b."
    assert lost("x", of(a=(0.5,))) == ""


def test_each_doubling_brings_its_points():
    groups = numbered({32: (0.62, 0.62), 8: (0.5, 0.5), 16: (0.6, 0.6)})
    said = "Each doubling of the width changed the accuracy by +10.0 from 8 to 16 and +2.0 from 16 to 32 points."
    assert gains("width", groups) == said


def test_steps_that_luck_may_have_made_are_marked():
    said = gains("depth", numbered({1: (0.5, 0.51), 6: (0.9, 0.9), 10: (0.85, 0.92)}))
    assert said == "More depth changed the accuracy by +39.5 from 1 to 6 and −1.5 from 6 to 10 (within luck) points."
    assert gains("optimizer", of(a=(0.1,), b=(0.2,))) == ""


RATES, NORM = [1, 0.1, 0.01, 0.001] * 2, ["off"] * 4 + ["on"] * 4


def test_the_range_of_good_rates_with_and_without():
    table = means_over(NORM, RATES, [0.1, 0.3, 0.88, 0.5, 0.3, 0.86, 0.9, 0.87])
    assert good_range("learning rate", "batch norm", table) == (
        "Within 5 points of the best, 90.0 %, come these values of learning rate: 0.01 with batch norm off; 0.001, "
        "0.01 and 0.1 with batch norm on. Batch norm on widens the range by 2.0 powers of ten."
    )


def test_no_good_rate_is_said_so_and_texts_have_no_range():
    table = means_over(NORM, RATES, [0.1, 0.3, 0.2, 0.5, 0.3, 0.86, 0.9, 0.87])
    assert "none with batch norm off" in good_range("learning rate", "batch norm", table)
    assert good_range("optimizer", "x", means_over([1, 1], ["a", "b"], [0.1, 0.2])) == ""
    assert good_range("rate", "x", means_over([1, 1], [1, 2], [NAN, NAN])) == ""


def test_the_setting_that_matters_most_comes_first():
    settings = {"width": numbered({1: (0.5,), 2: (0.52,)}), "rate": numbered({1: (0.1,), 2: (0.9,)})}
    assert influence(settings) == (
        "On average over all others rate (80.0 points between its values) matters most, then width (2.0 points "
        "between its values)."
    )
    assert influence({"width": settings["width"]}) == ""


def test_the_pace_is_a_ratio_of_means():
    labels = ["batch size 1"] * 2 + ["batch size 16"] * 2
    said = "An epoch takes 8 times as long with batch size 1 (4 s) as with batch size 16 (0.5 s)."
    assert pace(labels, [4.0, 4.0, 0.5, 0.5]) == said
    assert pace(labels, [400.0, 400.0, 2.0, 2.0]).startswith(
        "An epoch takes 200 times as long with batch size 1 (400 s)"
    )
    assert pace(labels, [4.0, 0.1, 0.5, 0.5]) == ""
    assert pace(labels[::2], [4.0, 0.5]) == ""


def test_the_course_of_a_loss():
    epoch, train = np.arange(5), np.array([NAN, 4.0, 1.0, 0.35, 0.0])
    follows = course(epoch, train, np.array([5.0, 4.0, 0.5, 0.45, 0.51]))
    assert follows == (
        "Its training loss fell from 4 to 0, nine tenths of that by epoch 3 of 4; its validation loss ends "
        "near its lowest."
    )
    turned = course(epoch, train, np.array([5.0, 0.5, 0.8, 1.0, 1.2]))
    assert turned.endswith("its validation loss was lowest at epoch 1, 0.5, and ends at 1.")
    gone = course(epoch, train, np.array([5.0, 0.0, 0.8, 1.0, 1.2]))
    assert gone.endswith("its validation loss was lowest at epoch 1, 0, and ends at 1.")
    assert course(epoch, train, np.array([5.0, 1.0, 0.0, 0.0, 0.0])).endswith("ends near its lowest.")
    assert course(epoch, train, np.full(5, NAN)).endswith("by epoch 3 of 4.")
    assert course(epoch, np.full(5, NAN), train) == ""
    assert "never fell" in course(epoch[1:4], np.array([1.0, 2.0, 3.0]), train[1:4])


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (1e-6, 1e-1, "fades by 5.0 powers of ten"),
        (10.0, 1e-1, "grows by 2.0 powers of ten"),
        (0.5, 1.0, "within a factor of ten"),
        (0.0, 1.0, "nothing reaches the first layer: below layer 2 of 3 the gradient is 0"),
        (1.0, 0.0, "of the last layer is 0"),
        (NAN, 1.0, "is no finite number"),
    ],
)
def test_how_far_the_gradient_reaches(first, last, said):
    assert said in fading("norm off", np.array([[1.0, first], [1.0, 1.0], [1.0, last]])[:, 1:])


def test_the_last_finite_epoch_counts():
    norms = np.array([[1e-3, 1e-6, NAN], [1.0, 1.0, 1.0]])
    assert "fades by 6.0 powers" in fading("x", norms)
    assert fading("x", np.zeros((2, 1))) == "With x there is no gradient at all."
