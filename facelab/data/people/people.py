"""`People`: who is enrolled, each with their shots, the aligned pictures of one face."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from facelab.data.album import check_memory
from facelab.data.people.names import proper
from facelab.errors import DataError

SIDE = 250  # pixels of a shot, and of the photos of Labeled Faces in the Wild, whose framing it has
MOST_PEOPLE, MOST_SHOTS = 200, 1000


@dataclass(frozen=True)
class Shot:
    """One aligned face.

    Attributes:
        key: BLAKE2b (128 bits, hex) of the pixels: the same picture twice is one shot.
        pixels: uint8 [SIDE, SIDE, 3], RGB, read-only.
    """

    key: str
    pixels: np.ndarray = field(compare=False, repr=False)

    @classmethod
    def of(cls, pixels: np.ndarray) -> Self:
        """The shot of an aligned face; copies it.

        Raises:
            DataError: it is not uint8 [SIDE, SIDE, 3].
        """
        if pixels.shape != (SIDE, SIDE, 3) or pixels.dtype != np.uint8:
            raise DataError(f"This is no aligned face of {SIDE}x{SIDE} pixels: enrol the photo that it comes from.")
        pixels = pixels.copy(order="C")
        pixels.setflags(write=False)
        return cls(hashlib.blake2b(pixels, digest_size=16).hexdigest(), pixels)


@dataclass(frozen=True)
class People:
    """Names and their shots, both in the order in which they came. Nobody is without shots.

    It never changes: what changes it gives another one. Names are as `names.proper` leaves them, and told apart
    exactly. Every method that is given the name of somebody who is not there raises `DataError`.
    """

    _shots: dict[str, tuple[Shot, ...]] = field(default_factory=dict)

    def __len__(self) -> int:
        """How many people."""
        return len(self._shots)

    @property
    def names(self) -> tuple[str, ...]:
        """Everybody's name."""
        return tuple(self._shots)

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of names and keys, for caches; see `digest`."""
        return digest((name, [shot.key for shot in shots]) for name, shots in self._shots.items())

    def shots(self, name: str) -> tuple[Shot, ...]:
        """The shots of one person."""
        if name not in self._shots:
            raise DataError(f"Nobody called {name} is enrolled.")
        return self._shots[name]

    def photos(self) -> dict[str, list[np.ndarray]]:
        """The pixels of everybody's shots, uint8 [SIDE, SIDE, 3] each."""
        return {name: [shot.pixels for shot in shots] for name, shots in self._shots.items()}

    def add(self, name: str, pixels: np.ndarray) -> Self:
        """With one more shot of a person, or of a new one; the same where they have this shot already.

        Args:
            pixels: uint8 [SIDE, SIDE, 3], as `facelab.recognition.align` gives it.

        Raises:
            DataError: the name cannot be one, the picture is not aligned, or there are too many.
        """
        name, shot = proper(name), Shot.of(pixels)
        own = self._shots.get(name, ())
        if shot in own:
            return self
        if not own and len(self) == MOST_PEOPLE:
            raise DataError(f"{MOST_PEOPLE} people are enrolled, the most that there can be: remove somebody first.")
        if len(own) == MOST_SHOTS:
            raise DataError(f"{name} has {MOST_SHOTS:,} photos, the most that a person can have: remove some first.")
        check_memory(1 + sum(map(len, self._shots.values())), SIDE)
        return type(self)(self._shots | {name: (*own, shot)})

    def drop(self, name: str, key: str) -> Self:
        """Without the shot of this key; and without the person, where it was their last."""
        left = tuple(shot for shot in self.shots(name) if shot.key != key)
        return type(self)(self._shots | {name: left}) if left else self.without(name)

    def rename(self, old: str, new: str) -> Self:
        """With another name for somebody, in the same place.

        Raises:
            DataError: the new name cannot be one, or is somebody else's.
        """
        self.shots(old)
        new = proper(new)
        if new != old and new in self._shots:
            raise DataError(f"Somebody called {new} is enrolled already: choose another name.")
        return type(self)({new if name == old else name: shots for name, shots in self._shots.items()})

    def without(self, name: str) -> Self:
        """Without a person."""
        self.shots(name)
        return type(self)({other: shots for other, shots in self._shots.items() if other != name})


EMPTY = People()


def digest(people: Iterable[tuple[str, Iterable[str]]]) -> str:
    """SHA-256 (hex) of names and the keys of their shots, in whatever order these come."""
    listed = sorted((name, sorted(keys)) for name, keys in people)
    return hashlib.sha256(repr(listed).encode("utf-8", "surrogatepass")).hexdigest()
