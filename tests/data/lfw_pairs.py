"""A tiny LFW with an official protocol, in the original's file formats."""

from pathlib import Path

import pytest

from facelab.data import lfw
from tests.data.conftest import portrait

COUNTS = {f"Dev_{letter}": 3 for letter in "ABCDEFGHIJKLMNOPQRST"} | {f"Test_{letter}": 2 for letter in "ABCDEF"}
DEVELOPED, TESTED = ([name for name in COUNTS if name.startswith(start)] for start in ("Dev", "Test"))


def lines(people: list[str]) -> list[str]:
    """A pair of each person, and as many of neighbours."""
    same = [f"{name}\t1\t2" for name in people]
    return same + [f"{name}\t1\t{other}\t2" for name, other in zip(people, people[1:] + people[:1], strict=True)]


def write(file: Path, rows: list[str]) -> None:
    file.write_text("\n".join([str(len(rows)), *rows]) + "\n")


def make(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `FACELAB_DATA` at `root` with 20 people to develop on and 6 to test on; returns the folder of the protocol."""
    for person, (name, photos) in enumerate(COUNTS.items()):
        folder = root / "lfw" / "lfw-deepfunneled" / name
        folder.mkdir(parents=True)
        for photo in range(1, photos + 1):
            # The stripe, by which a photo is told from its person's others, lies in the middle.
            portrait(person, 120 + photo, 250, 250).save(folder / f"{name}_{photo:04d}.jpg")
    write(root / "lfw" / "pairsDevTrain.txt", lines(DEVELOPED))
    write(root / "lfw" / "pairsDevTest.txt", lines(TESTED))
    write(root / "lfw" / "peopleDevTrain.txt", [f"{name}\t{COUNTS[name]}" for name in DEVELOPED])
    monkeypatch.setenv("FACELAB_DATA", str(root))
    for name, value in {"PEOPLE": len(COUNTS), "PHOTOS": sum(COUNTS.values()), "MOST_PHOTOS": 3}.items():
        monkeypatch.setattr(lfw, name, value)
    return root / "lfw"
