"""How locks of hair lie: from their roots on the scalp along the comb, then down, over head, neck and shoulders."""

from dataclasses import dataclass

import numpy as np

from facelab.data.generated import body
from facelab.data.generated.cuts import Cut, frontier
from facelab.data.generated.people import Person
from facelab.data.generated.scalp import Scalp
from facelab.data.generated.scene import bump, step, unit

GOLDEN = np.pi * (3 - np.sqrt(5))
WHORL = np.array([0.05, 0.9, -0.5])
DOWN = np.array([0.0, -1.0, 0.0])
CLOSE = 0.02  # the least distance of locks from the scalp
EAR = (-0.12, -0.08)  # height relative to the eyes, and depth
WINDOW = 0.86  # half of the face that hair leaves free, relative to the head's half width


@dataclass(frozen=True)
class Locks:
    """Locks before they are combed; arrays of L.

    Attributes:
        roots: [L, 3] on the scalp.
        comb: [L, 3], unit vectors along the scalp in which they are combed.
        length: in head units.
        brow: the height above which they may lie over the forehead.
        thick, tall: how far they lie off the scalp, and how much further as part of a quiff.
        shade: how light each is, about 1.
    """

    person: Person
    scalp: Scalp
    cut: Cut
    roots: np.ndarray
    comb: np.ndarray
    length: np.ndarray
    brow: np.ndarray
    thick: np.ndarray
    tall: np.ndarray
    shade: np.ndarray

    @classmethod
    def of(cls, person: Person, scalp: Scalp, cut: Cut, rng: np.random.Generator) -> "Locks":
        """Those of a person who wears a cut that is not shorn."""
        roots = _roots(person, scalp, cut, rng)
        n = len(roots)
        comb = unit(_comb(person, cut, roots, rng), 1)
        fringe = _in_fringe(cut, roots)
        length = _lengths(person, cut, roots, fringe, rng)
        brow = person.eye_height + np.where(fringe, cut.fringe - 0.08, 0.60)
        layer = rng.uniform(0.15, 1.0, n)
        full = person.hair_volume * layer
        # Hair is thin along its line, and is cut shorter towards the nape.
        inner = 0.4 + 0.6 * step(0.0, 0.3, frontier(person, cut, roots))
        thick = full * cut.lift * inner * (0.5 + 0.5 * step(-0.6, 0.1, roots[:, 1]))
        x, y, z = roots.T
        neighbours = np.sin(9 * x + 5 * z) * np.sin(7 * z - 4 * y)
        # The lower layers lie in the shade of the upper ones.
        shade = (0.66 + 0.4 * layer) * (1 + 0.07 * neighbours + rng.normal(0, 0.07, n))
        return cls(person, scalp, cut, roots, comb, length, brow, thick, full * cut.quiff, shade)

    def lines(self, rng: np.random.Generator) -> np.ndarray:
        """Their middle lines from root to tip, [L, J, 3]."""
        cut, n = self.cut, len(self.roots)
        # Tight curls fill the whole thickness of the hair; other locks rise into it from the scalp.
        low, steep = (1.0, 0.0) if cut.tight else (0.3, 3.0)
        share = np.linspace(0, 1, cut.joints)
        paces = (0.4 + 1.2 * share[1:]) / (0.4 + 1.2 * share[1:]).sum()
        way, at, tied = self.comb, self.roots, np.zeros(n, bool)
        lines = [at + self.thick[:, None] * unit(at, 1) if cut.tight else at]
        for joint in range(1, cut.joints):
            if cut.knot:
                goal, tied = self._to_knot(at, tied)
            else:
                fall = cut.weight * min(1.0, 0.15 + np.sqrt(cut.length) * share[joint])
                goal = 0.5 * (1 - share[joint]) ** 2 * self.comb + fall * (DOWN + _inward(at))
            ahead = at + (self.length * paces[joint - 1])[:, None] * unit(way + goal, 1)
            there = self._outside(ahead, min(1.0, low + steep * share[joint]))
            way, at = unit(there - at, 1), there
            lines.append(at)
        lines = np.stack(lines, 1)
        return lines + _curls(cut, n, rng) if cut.curl else lines

    def _to_knot(self, at: np.ndarray, tied: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The way to the knot, and from there down if hair has weight, [L, 3]; and which have been there, [L]."""
        towards = np.array(self.cut.knot) - at
        far = np.sqrt((towards * towards).sum(1, keepdims=True))
        tied = tied | ((far[:, 0] < 0.4) & (self.cut.weight > 0))
        tail = 0.7 * DOWN + towards * (1.2, 0, 0)
        return np.where(tied[:, None], tail, towards / np.maximum(far, 1e-6)), tied

    def _outside(self, at: np.ndarray, risen: float) -> np.ndarray:
        """Points [L, 3] moved out of the head, off the face, and out of neck and shoulders; combed hair lies on the
        head.

        Args:
            risen: the share of their distance from the scalp that the locks have reached.
        """
        # A quiff stands over the forehead and lies down behind it.
        over = bump(at[:, 0], at[:, 2], (0, 0.65), (0.6, 0.35)) * (at[:, 1] > 0)
        clearance = CLOSE + (self.thick + self.tall * over) * risen
        at = self._beside_face(at)
        far = np.sqrt((at * at).sum(1))
        least = self.scalp.reach(at / far[:, None]) + clearance
        if self.cut.length > 1:
            up, forward = at[:, 1] - self.person.eye_height - EAR[0], at[:, 2] - EAR[1]
            ear = step(0.65, 0.1, np.hypot(up, forward))
            least += 0.6 * self.person.ear_spread * ear
        held = 0 if self.cut.knot else step(-0.5, 0.1, at[:, 1])
        # Below the jaw there is the neck, which is no part of the skull.
        wanted = np.where(far > least, far + held * (least - far), np.where(at[:, 1] < -0.8, far, least))
        return body.outside(self.person, at * (wanted / far)[:, None], clearance)

    def _beside_face(self, at: np.ndarray) -> np.ndarray:
        """Hair frames the face: in front of the ears and below the forehead it keeps to the sides."""
        x, y, z = at.T
        gate = step(0.1, 0.4, z) * step(self.brow, self.brow - 0.22, y)
        aside = np.where(x < 0, -1, 1) * np.maximum(np.abs(x), WINDOW * self.person.head_width * gate)
        return np.stack([aside, y, z], 1)


def _roots(person: Person, scalp: Scalp, cut: Cut, rng: np.random.Generator) -> np.ndarray:
    """Evenly over the scalp: those points of a spiral around a ball that are behind the hairline."""
    count = np.arange(cut.locks)
    y = 1 - (2 * count + 1) / cut.locks
    flat = np.sqrt(1 - y * y)
    ball = np.stack([flat * np.cos(GOLDEN * count), y, flat * np.sin(GOLDEN * count)], 1)
    ball = unit(ball + rng.normal(0, 0.4 / np.sqrt(cut.locks), ball.shape), 1)
    rest = ball * scalp.reach(ball)[:, None]
    if cut.knot:  # what grows before the ears is combed over them, so close that paint will do
        rest = rest[(rest[:, 1] > 0.28) | (rest[:, 2] < -0.12)]
    return rest[frontier(person, cut, rest) > 0.015]


def _comb(person: Person, cut: Cut, roots: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where the comb sends hair at its roots, along the scalp, [L, 3]."""
    out = unit(roots, 1)
    part = 0.3 * person.hair_part
    aside = np.tanh((roots[:, 0] - part) * 7)
    parted = np.stack([aside, -0.25 - 0.4 * np.abs(aside), 0.6 * np.abs(aside) - 0.6], 1)
    aim = np.array([0, 0.25, -1.0])
    backward = unit(np.array(cut.knot) - roots, 1) if cut.knot else np.broadcast_to(aim, roots.shape)
    wanted = cut.radiate * unit(roots - WHORL, 1) + cut.part * parted + cut.back * backward
    nape = 0 if cut.knot else step(0.3, -0.2, roots[:, 1:2])
    wanted = wanted + nape * (DOWN - wanted) + rng.normal(0, cut.loose, roots.shape)
    return wanted - (wanted * out).sum(1, keepdims=True) * out


def _in_fringe(cut: Cut, roots: np.ndarray) -> np.ndarray:
    """Which locks are the fringe, bool [L]."""
    x, y, z = roots.T
    return (cut.fringe > 0) & (z > 0.22) & (np.abs(x) < 0.52) & (y > 0.4)


def _lengths(person: Person, cut: Cut, roots: np.ndarray, fringe: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Of the locks, [L]; over the forehead as long as the fringe is."""
    _, y, z = roots.T
    length = cut.length * (cut.sides + (1 - cut.sides) * step(0.1, 0.75, y)) * rng.uniform(0.86, 1.04, len(roots))
    down = 1.25 * (y - person.eye_height - cut.fringe) + 0.35 * (0.75 - np.minimum(z, 0.75))
    short = np.clip(down, 0.1, None) * rng.uniform(0.92, 1.04, len(roots))
    return length + fringe * (np.minimum(short, length) - length)


def _inward(at: np.ndarray) -> np.ndarray:
    """Where free hair closes in on the neck: level, towards the middle, [n, 3]."""
    level = at * np.array([1, 0, 1]) + np.array([0, 0, 0.3])
    return -0.18 * step(0.1, -0.5, at[:, 1])[:, None] * level


def _curls(cut: Cut, n: int, rng: np.random.Generator) -> np.ndarray:
    """How far curls carry the joints of `n` locks off their middle lines, [n, J, 3]."""
    share = np.linspace(0, 1, cut.joints)
    phase, turns = rng.uniform(0, 2 * np.pi, (n, 1)), rng.uniform(0.8, 1.2, (n, 1))
    angle = phase + turns * share * max(8.0, 8 * cut.length)
    ring = np.stack([np.cos(angle), 0.6 * np.sin(angle + 0.8), np.sin(angle)], 2)
    return cut.curl * ring * np.minimum(1, 3 * share + cut.tight)[None, :, None]
