"""From a list to a folder of faces: what is missing is fetched, its hash checked, the faces cut out and written."""

import hashlib
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from facelab.data.specs import FolderSpec, Split
from facelab.data.web.crop import FORMS, Form, cut
from facelab.data.web.fetch import Manners, fetch_all
from facelab.data.web.listing import Entry, Failure, read_list
from facelab.data.web.manifest import Manifest
from facelab.errors import DataError, SettingsError

SIDES = (28, 1024)  # pixels: what datasets use and more, and less than full photos
SPLIT = Split(train=70, validation=20, test=20)
LEAST_PHOTOS = 3  # per person: one to train on, one to validate, one to test


@dataclass
class Report:
    """What became of a list's lines.

    Attributes:
        total: lines that are neither header nor empty.
        made: faces written now.
        kept: faces that were there already.
        failures: the lines that gave no face, by their number.
    """

    total: int
    made: int = 0
    kept: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def faces(self) -> int:
        """Faces that are there now."""
        return self.made + self.kept

    @property
    def failed(self) -> int:
        """Lines that gave no face."""
        return len(self.failures)

    @property
    def done(self) -> float:
        """The share of the lines that are dealt with."""
        return (self.faces + self.failed) / self.total

    @property
    def reasons(self) -> dict[str, int]:
        """How many lines failed for each reason, the most frequent first."""
        return dict(Counter(failure.reason for failure in self.failures).most_common())

    def as_json(self) -> dict[str, Any]:
        """For a script."""
        failures = [vars(failure) for failure in self.failures]
        counts = {"total": self.total, "made": self.made, "kept": self.kept, "failed": self.failed}
        return counts | {"reasons": self.reasons, "failures": failures}


def collect(
    source: Path | bytes,
    folder: Path,
    side: int = 256,
    form: Form = "jpg",
    manners: Manners | None = None,
    progress: Callable[[Report], None] = lambda report: None,
) -> Report:
    """Put the faces of a list into `folder/<Person>/<face id>.<form>`.

    Photos are fetched from wherever the list says. What is in the folder already, made from the same photo in the same
    way, is left as it is: an interrupted call goes on where it was. Files appear whole or not at all.

    Args:
        source: the list, as `read_list` takes it.
        folder: made where it is missing.
        side: the most pixels of a face's longer side.
        form: how faces are written.
        manners: how the web is asked; the defaults without it.
        progress: is told what is done so far, in the caller's thread, several times a second. What it raises stops
            everything.

    Raises:
        DataError: the list is none, or the folder cannot be written.
        SettingsError: a side or form that cannot be.
    """
    if form not in FORMS or not SIDES[0] <= side <= SIDES[1]:
        raise SettingsError(
            f"Faces can be written as {' or '.join(FORMS)} with sides of {SIDES[0]} to {SIDES[1]} pixels."
        )
    entries, failures = read_list(source)
    manifest = Manifest(folder)
    report = Report(len(entries) + len(failures), failures=failures)
    wanted: dict[str, list[Entry]] = {}  # several faces may be on one photo
    for entry in entries:
        if manifest.has(entry, side, form):
            report.kept += 1
        else:
            wanted.setdefault(entry.url, []).append(entry)
        progress(report)
    with closing(fetch_all(list(wanted), manners or Manners())) as files:
        for news in files:
            url, answer = news or ("", b"")
            for entry in wanted.get(url, ()):
                try:
                    face = _face(entry, answer, side, form)
                except DataError as error:
                    failures.append(Failure(entry.line, f"{entry.name} {entry.face}", str(error)))
                else:
                    manifest.add(entry, side, form, face)
                    report.made += 1
                progress(report)
            if not news:
                progress(report)
    failures.sort(key=lambda failure: failure.line)
    return report


def folder_spec(folder: Path) -> FolderSpec:
    """What `load_faces` reads a collected folder by: 70 photos per person to train, 20 to validate, 20 to test on."""
    return FolderSpec(path=str(folder.resolve()), min_photos=LEAST_PHOTOS, split=SPLIT)


def _face(entry: Entry, answer: bytes | DataError, side: int, form: Form) -> bytes:
    """
    Raises:
        DataError: there is no photo, not the list's photo, or no face on it.
    """
    if isinstance(answer, DataError):
        raise answer
    if hashlib.sha256(answer).hexdigest() != entry.sha256:
        raise DataError("The file is not the one in the list: its SHA-256 differs.")
    return cut(answer, entry.box, side, form)
