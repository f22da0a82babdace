"""What comparisons say, in sentences made of their numbers alone.

Two settings are told apart where their 95 % intervals do not meet. That is stricter than a test of their difference,
and can be seen in the figures.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from facelab.analysis.compare import Group, Table, grouped
from facelab.plots.frame import listed

MOST_OF_IT = 0.9
RISEN = 1.2
"""A validation loss that ends beyond so many times its lowest has turned up."""
NEAR = 0.05
"""A setting is good while its accuracy is at most this far from the best."""


def standing(name: str, groups: Sequence[Group]) -> str:
    """Which values of a setting do as well as the best, and which do not; "" where there is nothing to compare.

    Args:
        name: of the setting, "learning rate".
        groups: of accuracies from 0 to 1, one for each value.
    """
    known = [group for group in groups if group.count]
    if len(known) < 2:
        return ""
    best = max(known, key=lambda group: group.mean)
    first = f"{name.capitalize()} {_text(best.label)} does best, {_percent(best.mean)}"
    if all(group.count < 2 for group in known):
        return f"{first}, but one run each cannot tell luck from effect: repeat them to see which differences last."
    others = [group for group in known if group is not best]
    below = [group for group in others if _apart(group, best)]
    close = [group for group in others if group not in below]
    each = "every other" if len(others) > 1 else "the other"
    if not below:
        return f"{first}, but its interval meets that of {each}: more repeats would tell whether that is luck."
    if not close:
        return f"{first}, and the interval of {each} ends below its own: that is more than luck."
    meets = f"interval of {_labels(close)} meets" if len(close) == 1 else f"intervals of {_labels(close)} meet"
    return (
        f"{first}. The {meets} its own, so that luck may decide between them; "
        f"{_labels(below)} {'lies' if len(below) == 1 else 'lie'} below by more than luck."
    )


def lost(name: str, groups: Sequence[Group]) -> str:
    """With which values networks have no result, such as those that diverged; "" where all have one."""
    told = [
        f"{group.diverged} of {group.diverged + group.count} with {name} {_text(group.label)}"
        for group in groups
        if group.diverged
    ]
    return f"Without a result, for they diverged, failed or were stopped: {listed(told)}." if told else ""


def gains(name: str, groups: Sequence[Group]) -> str:
    """What each step to a larger value brought, in points of accuracy; "" unless all values are numbers."""
    if not all(_is_number(group.label) for group in groups):
        return ""
    known = sorted((group for group in groups if group.count), key=lambda group: group.label)
    pairs = list(pairwise(known))
    if not pairs:
        return ""
    doubles = all(after.label == 2 * before.label for before, after in pairs)
    told = [
        f"{_points(after.mean - before.mean)} from {_text(before.label)} to {_text(after.label)}{_luck(before, after)}"
        for before, after in pairs
    ]
    start = (
        f"Each doubling of the {name} changed the accuracy by" if doubles else f"More {name} changed the accuracy by"
    )
    return f"{start} {listed(told)} points."


def good_range(across: str, up: str, table: Table) -> str:
    """How wide a range of one setting comes close to the best of all, for each value of another.

    Args:
        across: the name of the table's columns, which are positive numbers.
        up: the name of its rows.
        table: of accuracies from 0 to 1.

    Returns:
        "" where columns are no positive numbers, or no accuracy is known.
    """
    columns = table.columns
    if not all(_is_number(value) and value > 0 for value in columns) or not np.isfinite(table.means).any():
        return ""
    best = float(np.nanmax(table.means))
    good = [[columns[at] for at in np.flatnonzero(row >= best - NEAR)] for row in table.means]
    told = [
        f"{_labels_of(values) if values else 'none'} with {up} {_text(row)}"
        for row, values in zip(table.rows, good, strict=True)
    ]
    said = (
        f"Within {100 * NEAR:g} points of the best, {_percent(best)}, come these values of {across}: {'; '.join(told)}."
    )
    if len(good) != 2:
        return said
    wide = [math.log10(max(values) / min(values)) if values else -1 for values in good]
    if abs(wide[1] - wide[0]) < 0.01 or min(wide) < 0:
        return said
    row = table.rows[int(np.argmax(wide))]
    return f"{said} {up.capitalize()} {_text(row)} widens the range by {_powers(abs(wide[1] - wide[0]))}."


def influence(settings: Mapping[str, Sequence[Group]]) -> str:
    """Which of several settings of a grid matters most: by how far the means of its values lie apart."""
    spread = {
        name: max(means) - min(means)
        for name, groups in settings.items()
        if (means := [group.mean for group in groups if group.count])
    }
    if len(spread) < 2:
        return ""
    order = sorted(spread, key=lambda name: -spread[name])
    told = [f"{name} ({100 * spread[name]:.1f} points between its values)" for name in order]
    return f"On average over all others {told[0]} matters most, then {listed(told[1:])}."


def pace(labels: Sequence[str], seconds: Sequence[float]) -> str:
    """How much longer an epoch takes with one setting than with another: float [runs] seconds, NaN where unknown.

    "" where that may be luck: other work on the computer changes times too.
    """
    known = [group for group in grouped(labels, seconds) if group.count and group.mean > 0]
    if len(known) < 2:
        return ""
    slow, fast = (choose(known, key=lambda group: group.mean) for choose in (max, min))
    if not _apart(fast, slow):
        return ""
    ratio = slow.mean / fast.mean
    return (
        f"An epoch takes {_short(ratio)} times as long with {slow.label} ({_short(slow.mean)} s) as with {fast.label} "
        f"({_short(fast.mean)} s)."
    )


def course(epoch: np.ndarray, train: np.ndarray, validation: np.ndarray) -> str:
    """How fast the training loss fell, and whether the validation loss ends near its lowest.

    Args:
        epoch, train, validation: float [R] each, losses in nats; NaN where unknown. "" with fewer than three known.
    """
    known = np.flatnonzero(np.isfinite(train))
    if len(known) < 3:
        return ""
    at, loss = np.asarray(epoch)[known], np.asarray(train)[known]
    fall = loss[0] - loss.min()
    if fall <= 0:
        return "Its training loss never fell below where it began."
    most = at[np.flatnonzero(loss <= loss[0] - MOST_OF_IT * fall)[0]]
    said = (
        f"Its training loss fell from {loss[0]:.3g} to {loss.min():.3g}, nine tenths of that by epoch {most:g} of "
        f"{at[-1]:g}"
    )
    if not np.isfinite(validation).any():
        return f"{said}."
    lowest = int(np.nanargmin(validation))
    end = validation[np.isfinite(validation)][-max(3, len(validation) // 10) :]
    least, last = float(validation[lowest]), float(np.median(end))
    if last > RISEN * least:
        return (
            f"{said}; its validation loss was lowest at epoch {epoch[lowest]:g}, {least:.3g}, and ends at {last:.3g}."
        )
    return f"{said}; its validation loss ends near its lowest."


def fading(label: str, norms: np.ndarray) -> str:
    """How much of the gradient reaches the first layer.

    Args:
        label: of the network.
        norms: float [layers, epochs], first layer first, 0 or more; NaN and infinity allowed.
    """
    known = np.flatnonzero(np.isfinite(norms).all(0))
    if not len(known):
        return f"With {label} the gradient is no finite number."
    last = np.asarray(norms, np.float64)[:, known[-1]]
    reached = np.flatnonzero(last > 0)
    if not len(reached):
        return f"With {label} there is no gradient at all."
    if last[0] == 0:
        return (
            f"With {label} nothing reaches the first layer: below layer {reached[0] + 1} of {len(last)} the gradient "
            "is 0 in single precision."
        )
    if last[-1] == 0:
        return f"With {label} the gradient of the last layer is 0 in single precision."
    powers = math.log10(last[-1] / last[0])
    if abs(powers) < 1:
        return f"With {label} as much of the gradient reaches the first layer as the last, within a factor of ten."
    word = "fades" if powers > 0 else "grows"
    return f"With {label} the gradient {word} by {_powers(abs(powers))} from the last layer to the first."


def _apart(below: Group, above: Group) -> bool:
    return below.high < above.low


def _luck(one: Group, other: Group) -> str:
    if min(one.count, other.count) < 2:
        return ""
    return "" if _apart(one, other) or _apart(other, one) else " (within luck)"


def _labels(groups: Sequence[Group]) -> str:
    return _labels_of([group.label for group in groups])


def _labels_of(labels: Sequence[object]) -> str:
    return listed([_text(label) for label in labels])


def _is_number(label: object) -> bool:
    return isinstance(label, int | float) and not isinstance(label, bool)


def _text(label: object) -> str:
    return f"{label:g}" if _is_number(label) else str(label)


def _short(number: float) -> str:
    """Two digits, and no powers of ten below a million."""
    return f"{float(f'{number:.2g}'):g}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _points(change: float) -> str:
    return f"{100 * change:+.1f}".replace("-", "−")


def _powers(number: float) -> str:
    return f"{number:.1f} powers of ten" if f"{number:.1f}" != "1.0" else "a power of ten"
