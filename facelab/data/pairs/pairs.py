"""`Pairs`: two photos each, and whether they show one person."""

import hashlib
from dataclasses import dataclass

import torch
from torch import Tensor

from facelab.data.faces import SPLITS

ANSWERS = ("different people", "the same person")


@dataclass(frozen=True, eq=False)
class Pairs:
    """Photos with their people, and pairs of them.

    Attributes:
        images: uint8 [N, C, H, W], RGB or grey.
        labels: int64 [N], an index into `people`.
        people: one name per person.
        photos: for each of `SPLITS`, int64 indices into `images`: the photos of its people that a network may see.
        pairs: for each of `SPLITS`, int64 [P, 2], indices into `images`.
        source: one sentence saying where the pairs come from.
        notes: plain sentences for the user to read.
        fingerprint: SHA-256 (hex) of all that a network would see.
    """

    images: Tensor
    labels: Tensor
    people: tuple[str, ...]
    photos: dict[str, Tensor]
    pairs: dict[str, Tensor]
    source: str
    notes: tuple[str, ...]
    fingerprint: str

    names = ANSWERS

    @classmethod
    def of(
        cls,
        images: Tensor,
        labels: Tensor,
        people: tuple[str, ...],
        photos: dict[str, Tensor],
        pairs: dict[str, Tensor],
        source: str,
        notes: tuple[str, ...] = (),
    ) -> "Pairs":
        """Pairs with their fingerprint computed."""
        digest = hashlib.sha256(repr((tuple(images.shape), people)).encode())
        for part in (images, labels, *(rows[name] for rows in (photos, pairs) for name in SPLITS)):
            digest.update(memoryview(part.contiguous().numpy()).cast("B") if part.numel() else b"")
        return cls(images, labels, people, photos, pairs, source, notes, digest.hexdigest())

    def __len__(self) -> int:
        return sum(map(len, self.pairs.values()))

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """Of one photo, (C, H, W)."""
        return tuple(self.images.shape[1:])

    @property
    def classes(self) -> int:
        """Two: different, and the same."""
        return len(self.names)

    def same(self, name: str) -> Tensor:
        """For each pair of a split, 1 where it shows one person, else 0: int64 [P]."""
        first, second = self.labels[self.pairs[name]].unbind(1)
        return (first == second).long()

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        """The pairs of one split and whether each shows one person: uint8 [P, 2, C, H, W] and int64 [P]."""
        return self.images[self.pairs[name]], self.same(name)


def grey(images: Tensor) -> Tensor:
    """Uint8 [N, 3, H, W] in one channel [N, 1, H, W], weighted as the eye does (ITU-R BT.601)."""
    weights = torch.tensor([77, 150, 29], dtype=torch.int32)  # of 256
    parts = [
        (chunk * weights.view(1, 3, 1, 1)).sum(1, keepdim=True).add_(128).div_(256, rounding_mode="floor")
        for chunk in images.split(512)
    ]
    return torch.cat(parts).to(torch.uint8)
