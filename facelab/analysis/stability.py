"""The largest learning rate with which a training does not diverge."""

from collections.abc import Callable, Sequence

import numpy as np

from facelab.models import MLP
from facelab.training import TrainingConfig, fit_many
from facelab.training.fit import Dataset

AT_ONCE = 8
"""Rates tried side by side."""
FINEST = 1.15
"""The rate found and one that fails lie within this factor."""
LOWEST = 1e-6
"""The smallest rate tried, as a share of the one that diverged."""


def highest_rate_that_holds(
    build: Callable[[], MLP], data: Dataset, config: TrainingConfig, epochs: int
) -> float | None:
    """The largest learning rate below `config`'s with which `epochs` epochs pass without divergence.

    Each rate is tried in a whole training by `fit_many`, from the first epoch to the last: changes of the learning rate
    in mid-training are left out, those of other settings stay. With the same settings `fit` holds as well.

    Args:
        build: makes the untrained network, the same each time.
        data, config: of the training that diverged; where its rate was changed, the search begins at the highest.
        epochs: of each training; a schedule runs its whole course in them.

    Returns:
        A rate of two digits, and None where no rate helps.

    Raises:
        SettingsError, DataError: as `fit_many`.
    """
    others = [change.model_dump() | {"learning_rate": None} for change in config.changes]
    steady = config.replace({"epochs": epochs, "changes": others})

    def holds(rates: Sequence[float]) -> list[bool]:
        configs = [steady.replace({"optimizer.learning_rate": rate}) for rate in rates]
        *_, last = fit_many([build() for _ in rates], data, configs, records=1)
        return [fitted.outcome != "diverged" for fitted in last.fitted]

    fails = max(config.at(epoch).optimizer.learning_rate for epoch in {0, *(change.epoch for change in config.changes)})
    best, lowest = 0.0, LOWEST * fails
    while fails > FINEST * best:
        rates = _between(best or lowest, fails)
        # A rate above one that diverged is luck, should it hold.
        count = [*holds(rates), False].index(False)
        best, fails = [best, *rates][count], [*rates, fails][count]
        if not best:
            return None
    return best


def _between(low: float, high: float) -> list[float]:
    """About `AT_ONCE` rates of two digits, evenly apart in their logarithm."""
    rates = {float(f"{rate:.2g}") for rate in np.geomspace(low, high, AT_ONCE + 2)}
    return sorted(rate for rate in rates if low < rate < high)
