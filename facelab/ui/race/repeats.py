"""Repeats of one setting taken together: their mean, how far apart they lie, and what became of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facelab.analysis import t_interval
from facelab.ui.race.view import STATUSES, Member

HOLD = {"finished", "stopped early"}


@dataclass(frozen=True)
class Standing:
    """A setting's place: its repeats' values, their mean, and the interval in which the setting's own mean lies.

    `values` has those of the repeats that count; `mean` is NaN without any, `low` and `high` with fewer than two.
    """

    values: np.ndarray
    mean: float
    low: float
    high: float


def gather(members: Sequence[Member]) -> dict[str, list[int]]:
    """The indices of each setting's repeats, in the order in which settings first appear."""
    groups: dict[str, list[int]] = {}
    for index, member in enumerate(members):
        groups.setdefault(member.group, []).append(index)
    return groups


def courses(members: Sequence[Member], axis: str, names: Sequence[str]) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The course of one setting: where, float [G], and by name the mean, least and most of its repeats, float [3, G].

    A repeat that has ended in the ordinary way keeps its last value. Those that diverged are left out, unless all did.
    """
    counted = _counted(members)
    at = max((member.at[axis] for member in counted), key=lambda at: at[-1] if len(at) else -np.inf)
    found = {}
    for name in names:
        values = np.stack([_values_at(at, member, axis, name) for member in counted])
        known = np.isfinite(values)
        mean = np.where(known, values, 0).sum(0) / np.maximum(known.sum(0), 1)
        ends = np.where(known, values, np.inf).min(0), np.where(known, values, -np.inf).max(0)
        found[name] = np.where(known.any(0), [mean, *ends], np.nan)
    return at, found


def standing(members: Sequence[Member], is_share: bool) -> Standing:
    """Where a setting stands; its 95 % interval is Student's (1908), for a share cut off at 0 and 1."""
    values = np.array([member.rank for member in members if member.status != "diverged"], np.float64)
    values = values[np.isfinite(values)]
    ends = t_interval(values)
    low, high = np.clip(ends, 0, 1) if is_share else ends
    return Standing(values, float(values.mean()) if len(values) else np.nan, float(low), float(high))


def note(members: Sequence[Member]) -> str:
    """What became of a setting's repeats, in words; nothing where all have finished."""
    counts = Counter(member.status for member in members)
    told = [status for status in STATUSES if counts[status] and status != "finished"]
    if len(told) != 1:
        return ", ".join(f"{counts[status]} {status}" for status in told)
    [status] = told
    return status if counts[status] == len(members) else f"{counts[status]} of {len(members)} {status}"


def _counted(members: Sequence[Member]) -> Sequence[Member]:
    return [member for member in members if member.status != "diverged"] or members


def _values_at(at: np.ndarray, member: Member, axis: str, name: str) -> np.ndarray:
    """A member's values of one metric at other moments than it was measured at, NaN outside of its course."""
    values = member.metrics.get(name, np.full(len(member.at[axis]), np.nan))
    known = np.isfinite(values)
    if not known.any():
        return np.full(len(at), np.nan)
    last = values[known][-1] if member.status in HOLD else np.nan
    return np.interp(at, member.at[axis][known], values[known], left=np.nan, right=last)
