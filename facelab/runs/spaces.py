"""What a search varies: `Space`, the values of one setting, and `Search`, all of them with the run they start from."""

import hashlib
from decimal import Decimal
from typing import Any, Self

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from pydantic import Field, model_validator

from facelab.runs.config import RunConfig
from facelab.runs.sweep import SHAPES, Sweep, summary
from facelab.settings import Settings


class Space(Settings):
    """The values that one setting may take: from `low` to `high`, or one of `choices`.

    `field` is a dotted name of `RunConfig`, "depth" or "width", as in `Vary`. With `log`, values are drawn evenly in
    their logarithm; `step` leaves only those a whole number of steps above `low`.
    """

    field: str
    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    step: int | float | None = Field(None, gt=0)
    choices: tuple[bool | int | float | str, ...] | None = Field(None, max_length=1000)

    def problem(self, present: Any) -> str:
        """What is wrong with it in one sentence, empty if nothing is; `present` is the value that it replaces."""
        if self.choices is not None:
            if not self.choices:
                return f"{self.field} has no choices: give at least one."
            alone = self.low is self.high is self.step is None and not self.log
            return "" if alone else f"{self.field} has choices: leave out low, high, log and step."
        if self.low is None or self.high is None:
            return f"{self.field} needs low and high, or choices."
        if self.low > self.high:
            return f"{self.field}: low must be at most high, but {self.low:g} is above {self.high:g}."
        if self.log and self.low <= 0:
            return f"{self.field}: a logarithmic space needs a low above 0, but low is {self.low:g}."
        if self.log and self.step is not None:
            return f"{self.field}: a logarithmic space has no steps, so leave out log or step."
        if self.step and (Decimal(str(self.high)) - Decimal(str(self.low))) % Decimal(str(self.step)):
            return f"{self.field}: steps of {self.step:g} from {self.low:g} do not end at {self.high:g}."
        # Pydantic itself would take 1.0 for true, and refuse a middle where it took both ends.
        if isinstance(present, bool | str | list):
            return f"{self.field} is no number: give choices instead of low and high."
        if isinstance(present, int) and any(end != int(end) for end in (self.low, self.high, self.step or 1)):
            return f"{self.field} takes whole numbers: low, high and step must be whole."
        return ""

    def distribution(self, whole: bool) -> BaseDistribution:
        """The space as Optuna has it; `whole` for whole numbers."""
        if self.choices is not None:
            return CategoricalDistribution(self.choices)
        if whole:
            return IntDistribution(int(self.low), int(self.high), self.log, int(self.step or 1))
        return FloatDistribution(self.low, self.high, self.log, self.step)


class Search(Settings):
    """What to search, from where, and how long.

    All but `trials` and `seconds` say which search it is: the same settings with a larger budget go on with it.
    `trials` is the budget over all sittings, `seconds` that of one sitting. `pruner` gives up trials that are worse
    than the median of the others at the same epoch.
    """

    base: RunConfig = RunConfig()
    spaces: tuple[Space, ...] = Field(min_length=1, max_length=10)
    trials: int = Field(30, ge=1, le=10_000)
    seconds: float | None = Field(None, gt=0)
    pruner: bool = True
    seed: int = Field(0, ge=0, le=2**31 - 1)

    @model_validator(mode="after")
    def _can_be_tried(self) -> Self:
        fields = [space.field for space in self.spaces]
        for field in fields:
            if fields.count(field) > 1:
                raise ValueError(f"{field} can be searched once, but has {fields.count(field)} spaces.")
        if self.base.subject == "points" and not self.base.data.split.validation:
            raise ValueError("A search chooses by validation: give data.split.validation a share above 0.")
        for space in self.spaces:
            if problem := space.problem(self._present(space.field)):
                raise ValueError(problem)
        self.outermost()
        return self

    @property
    def id(self) -> str:
        """Names the search in the store, whatever its budget."""
        settings = self.model_dump_json(exclude={"trials", "seconds"})
        return "search-" + hashlib.sha256(settings.encode()).hexdigest()[:16]

    @property
    def people(self) -> set[str]:
        """`RunConfig.people` of all its trials."""
        return {config.people for config in (self.base, *self.outermost())}

    def summary(self) -> str:
        """A few words that tell this search from its neighbours."""
        return summary([space.field for space in self.spaces], self.base)

    def outermost(self) -> list[RunConfig]:
        """The settings of trials at the ends of the spaces: each choice or end of one, with the first of all others.

        Raises:
            SettingsError: a field that does not exist, or a value that it cannot have.
        """
        ends = {field: _ends(distribution) for field, distribution in self.distributions().items()}
        first = {field: values[0] for field, values in ends.items()}
        return [settings_of(self.base, first | {field: value}) for field, values in ends.items() for value in values]

    def distributions(self) -> dict[str, BaseDistribution]:
        """Optuna's spaces by field."""
        return {space.field: space.distribution(isinstance(self._present(space.field), int)) for space in self.spaces}

    def _present(self, field: str) -> Any:
        return 1 if field in SHAPES else self.base.flat().get(field)


def _ends(distribution: BaseDistribution) -> tuple[Any, ...]:
    """All choices, or the lowest and the highest value."""
    if isinstance(distribution, CategoricalDistribution):
        return distribution.choices
    return distribution.low, distribution.high


def settings_of(base: RunConfig, values: dict[str, Any]) -> RunConfig:
    """`base` with values by field, as the one member of a sweep has them.

    Raises:
        SettingsError: a name that does not exist, or a value out of range.
    """
    vary = [{"field": field, "values": [value]} for field, value in values.items()]
    (member,) = Sweep.parse({"base": base, "vary": vary}).members()
    return member.config
