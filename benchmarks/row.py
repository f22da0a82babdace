"""One line of the table."""

from dataclasses import dataclass

from facelab.training import interval


@dataclass(frozen=True)
class Row:
    """What was measured, for us and for the plain way, and the bar it is held to."""

    what: str
    ours: str
    plain: str
    result: str
    bar: str
    met: bool

    def markdown(self) -> str:
        """The line as Markdown."""
        cells = (self.what, self.ours, self.plain, self.result, self.bar, "yes" if self.met else "no")
        return f"| {' | '.join(cells)} |"


def rate(right: int, total: int) -> str:
    """A share of right answers with its 95 % interval, in words."""
    low, high = interval(right, total)
    return f"{right / total:.1%} ({100 * low:.1f} to {100 * high:.1f})"
