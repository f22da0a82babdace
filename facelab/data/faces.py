"""`Faces`: a dataset of faces, whole, in memory. Every source yields one; every network trains on one."""

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    import pandas as pd

SPLITS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Faces:
    """Faces with their people and their splits.

    Attributes:
        images: uint8 [N, 3, H, W], RGB.
        labels: int64 [N], an index into `names`.
        names: one name per person.
        splits: for each of `SPLITS`, int64 indices into `images`; disjoint.
        source: one sentence saying where the faces come from.
        fingerprint: SHA-256 (hex) of images, labels, names and splits.
        truth: how each photo was taken, and, as `person.<trait>`, who is on it: a row per photo, in their order, a
            float32 column per parameter of `facelab.data.generated`. Without columns where nobody knows.
        notes: plain sentences on what was skipped or cut, for the user to read.
    """

    images: Tensor
    labels: Tensor
    names: tuple[str, ...]
    splits: dict[str, Tensor]
    source: str
    fingerprint: str
    truth: "pd.DataFrame"
    notes: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        images: Tensor,
        labels: Tensor,
        names: tuple[str, ...],
        splits: dict[str, Tensor],
        source: str,
        parameters: dict[str, np.ndarray] | None = None,
        notes: tuple[str, ...] = (),
    ) -> "Faces":
        """Faces with their fingerprint computed."""
        import pandas as pd  # takes a third of a second, which a command line without faces need not

        truth = pd.DataFrame(parameters or {}, index=range(len(labels)))
        print_ = fingerprint(images, labels, names, splits)
        return cls(images, labels, names, splits, source, print_, truth, notes)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(3, H, W)."""
        return tuple(self.images.shape[1:])

    @property
    def classes(self) -> int:
        """How many people."""
        return len(self.names)

    def split(self, name: str) -> tuple[Tensor, Tensor]:
        """The (images, labels) of one split: uint8 [n, 3, H, W] and int64 [n], in the order of its indices."""
        rows = self.splits[name]
        return self.images[rows], self.labels[rows]

    def counts(self) -> dict[str, np.ndarray]:
        """Photos per person in each split: int64 [classes] for each of `SPLITS`."""
        return {
            name: np.bincount(self.labels[rows].numpy(), minlength=self.classes) for name, rows in self.splits.items()
        }


def fingerprint(images: Tensor, labels: Tensor, names: tuple[str, ...], splits: dict[str, Tensor]) -> str:
    """SHA-256 (hex) of a dataset's bytes; equal exactly when a network would see the same data."""
    digest = hashlib.sha256(repr((tuple(images.shape), names)).encode())
    for part in (images, labels, *(splits[name] for name in SPLITS)):
        digest.update(memoryview(part.contiguous().numpy()).cast("B") if part.numel() else b"")
    return digest.hexdigest()


def stack(images: list[np.ndarray]) -> Tensor:
    """Photos uint8 [H, W, 3] of one size as one tensor uint8 [N, 3, H, W]."""
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).contiguous()
