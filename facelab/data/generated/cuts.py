"""Ways to wear hair, and the line where it begins."""

from dataclasses import dataclass, replace

import numpy as np

from facelab.data.generated.people import HAIR_STYLES, Person
from facelab.data.generated.scene import bump, step

TOP_KNOT, BACK_KNOT = (0.0, 1.22, -0.55), (0.0, 0.25, -1.15)


@dataclass(frozen=True)
class Cut:
    """A way to wear hair. Lengths are in head units; the three ways to comb are weighed against each other.

    Attributes:
        length: of strands on the crown.
        sides: the same on the sides and the back, relative to it.
        lift: how far the outermost strands stand off the scalp.
        radiate: combed away from the whorl on the crown.
        part: combed to both sides of the parting.
        back: combed backwards, or to the knot.
        fringe: strands over the forehead end so far above the eyes; 0 for no fringe.
        quiff: how much further hair stands off over the forehead.
        loose: how little the comb tamed it, 0 (sleek) to 1 and more.
        curl: radius of curls.
        weight: how fast strands turn down, 0 to 1.
        line: added to the height of the hairline.
        knot: where the ends are gathered.
        locks: how many would grow on a whole ball.
        joints: of a lock, from root to tip.
        width: of a lock.
        stubble: of shorn hair: how much it darkens the scalp on the sides, and on the crown, 0 to 1.
    """

    length: float
    sides: float = 1.0
    lift: float = 0.06
    radiate: float = 0.0
    part: float = 0.0
    back: float = 0.0
    fringe: float = 0.0
    quiff: float = 0.0
    loose: float = 0.15
    curl: float = 0.0
    weight: float = 0.5
    line: float = 0.0
    knot: tuple[float, float, float] | None = None
    locks: int = 1400
    joints: int = 6
    width: float = 0.10
    stubble: tuple[float, float] = (0.0, 0.0)

    @property
    def tight(self) -> bool:
        """Whether these are curls that stand rather than hang."""
        return self.curl > 0 and self.length < 1


CUTS: dict[str, Cut] = {
    "bald": Cut(0.0, stubble=(0.25, 0.04)),
    "buzz": Cut(0.0, stubble=(0.68, 0.78)),
    "short": Cut(0.32, 0.6, 0.07, radiate=1.0, locks=2200, width=0.07),
    "side part": Cut(0.55, 0.45, 0.08, radiate=0.15, part=1.0, back=0.3, quiff=0.05, locks=2200, width=0.07),
    "quiff": Cut(0.75, 0.32, 0.06, part=0.35, back=1.0, quiff=0.27, weight=0.3, locks=2200, width=0.07),
    "receding": Cut(0.30, 0.8, 0.04, radiate=0.2, back=1.0, line=0.22, locks=2200, width=0.06),
    "short curls": Cut(
        0.34, 0.8, 0.16, radiate=0.6, loose=0.6, curl=0.06, weight=0.2, locks=2200, joints=9, width=0.05
    ),
    "afro": Cut(0.24, 1.0, 0.36, loose=1.0, curl=0.07, weight=0.0, locks=3200, joints=9, width=0.045),
    "pixie": Cut(0.62, 0.6, 0.09, radiate=0.7, part=0.6, fringe=0.36, quiff=0.04, locks=2200, width=0.07),
    "bob": Cut(1.45, 0.8, 0.13, part=1.0, back=0.25, quiff=0.04, weight=0.8, joints=10, width=0.11),
    "bob with fringe": Cut(1.40, 0.8, 0.13, radiate=1.0, fringe=0.27, weight=0.8, joints=10, width=0.11),
    "long": Cut(2.6, 0.9, 0.13, part=1.0, back=0.3, quiff=0.04, weight=0.8, joints=11, width=0.11),
    "long with fringe": Cut(2.6, 0.9, 0.13, radiate=1.0, fringe=0.27, weight=0.8, joints=11, width=0.11),
    "long curls": Cut(2.2, 0.9, 0.18, part=0.8, back=0.2, loose=0.4, curl=0.055, weight=0.6, joints=16, width=0.07),
    "bun": Cut(1.6, 1.0, 0.035, back=1.0, loose=0.05, knot=TOP_KNOT, weight=0.0, locks=2000, joints=9, width=0.08),
    "tied back": Cut(
        2.5, 0.9, 0.035, back=1.0, loose=0.05, knot=BACK_KNOT, weight=0.5, locks=2000, joints=13, width=0.08
    ),
}
assert CUTS.keys() == HAIR_STYLES.keys()


def cut_of(person: Person) -> Cut:
    """The way a person wears their hair."""
    cut = list(CUTS.values())[person.hair_style]
    return replace(cut, length=cut.length * person.hair_length)


def frontier(person: Person, cut: Cut, rest: np.ndarray) -> np.ndarray:
    """How far points of the bare skull, [n, 3], are behind the hairline, in head units."""
    x, y, z = rest.T
    line = person.hair_line + cut.line
    heights = [-1.2, -0.75, -0.45, -0.12, 0.1, line - 0.2, line - 0.05, line + 0.02, line + 0.1]
    depths = [-1.2, -0.75, -0.45, 0.04, 0.14, 0.34, 0.56, 0.80, 1.4]
    # Round foreheads; on men the temples recede.
    swept = y + 0.35 * x**2 - 0.03 - 0.09 * max(0.0, person.masculinity) * bump(np.abs(x), 0, (0.36, 0), (0.12, 1))
    behind = np.interp(swept, heights, depths) - z + 0.015 * np.sin(37 * x + 3) * np.sin(29 * y)
    # None grows on the ears.
    up, forward = y - person.eye_height + 0.12, z + 0.08
    ear = (np.hypot(up / 0.28, forward / 0.17) - person.ear_size) * 0.15
    return np.where(np.abs(x) > 0.3, np.minimum(behind, ear), behind)


def cover_of(person: Person, cut: Cut, rest: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """How much of the scalp's colour is hair, float32 [n], for points [n, 3] of the bare skull."""
    inside = frontier(person, cut, rest)
    if cut.length:
        return (0.85 * step(-0.03, 0.07, inside)).astype(np.float32)
    grains = rng.normal(0, 1, len(inside))
    sides, crown = cut.stubble
    depth = sides + (crown - sides) * step(0.35, 0.75, rest[:, 1])
    stubble = depth * rng.uniform(0.7, 1.0) * step(-0.05, 0.16, inside + 0.02 * grains) * (1 + 0.13 * grains)
    return np.clip(stubble, 0, 1).astype(np.float32)
