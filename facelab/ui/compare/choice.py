"""The setting to take: the one with the best mean, and the test accuracy of that one alone."""

import math

import streamlit as st

from facelab.analysis import Group, grouped
from facelab.labs.comparisons import published
from facelab.ui.compare.outcome import Outcome


def show(found: Outcome) -> None:
    """The choice in words, its test accuracy, and what was published of the same question."""
    best = max((group for group in found.groups if group.count), key=lambda group: group.mean)
    said = f"Best by {found.split} accuracy: **{best.label}**, {_mean(best)}"
    said += f" over {best.count} repeats." if best.count > 1 else "."
    if lost := sum(group.diverged for group in found.groups):
        said += f" {lost} of {len(found.runs)} networks diverged, failed or were stopped before they had a result."
    st.markdown(said)
    if found.split == "validation":
        _show_test(found, best)
    else:
        st.caption(
            "These data have no validation part, so the test itself has chosen, which flatters the chosen one. Give "
            "validation a share under Data, and it will be chosen without looking at the test."
        )


def _show_test(found: Outcome, best: Group) -> None:
    own = [run for run, label in zip(found.runs, found.labels, strict=True) if label == best.label]
    right, total = sum(run.test_right or 0 for run in own), sum(run.test_total or 0 for run in own)
    if not total:
        return
    (tested,) = grouped([0] * len(own), [math.nan if run.test_accuracy is None else run.test_accuracy for run in own])
    interval = _mean(tested) if tested.count > 1 else _share(tested.mean, *_only_interval(own))
    st.markdown(
        f"Its test accuracy is {interval} ({right:,} of {total:,} answers), shown for this one alone: "
        "whoever looks at the test of all and takes the best has chosen by the test, and reports luck."
    )
    if told := published(found.sweep):
        st.markdown(f":material/menu_book: {told}")


def _only_interval(own: list) -> tuple[float, float]:
    """Of one network alone the interval is that of its answers."""
    return next(run.test_interval for run in own if run.test_interval)


def _mean(group: Group) -> str:
    return _share(group.mean, group.low, group.high) if group.count > 1 else f"{100 * group.mean:.1f} %"


def _share(mean: float, low: float, high: float) -> str:
    return f"{100 * mean:.1f} % (95 % interval {100 * max(low, 0):.1f} to {100 * min(high, 1):.1f} %)"
