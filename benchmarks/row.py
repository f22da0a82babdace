"""One line of the table."""

from dataclasses import dataclass


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
