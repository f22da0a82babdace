"""What is there already: the faces that a folder was given, line by line, so that nothing is fetched twice."""

import contextlib
import hashlib
import json
import os
from pathlib import Path

from facelab.data.web.crop import FORMS, Form
from facelab.data.web.listing import Entry
from facelab.errors import DataError

FILE = "fetched.jsonl"


class Manifest:
    """The faces in a folder and where each comes from, in a file of one JSON object per face.

    Only appended to: an interruption costs at most the face it was about, and of two lines on a face the last counts.
    """

    def __init__(self, folder: Path) -> None:
        """
        Raises:
            DataError: the folder cannot be read.
        """
        self.folder, self._file = folder, folder / FILE
        self._rows: dict[str, dict[str, object]] = {}
        try:
            text = self._file.read_text("utf-8", "replace") if self._file.exists() else ""
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or "no such name"
            raise DataError(f"The folder {folder} cannot be read: {reason}.") from None
        self._torn = bool(text) and not text.endswith("\n")
        for line in text.split("\n"):
            with contextlib.suppress(ValueError, TypeError, KeyError, RecursionError):
                row = json.loads(line)
                self._rows[row["file"]] = row

    def has(self, entry: Entry, side: int, form: Form) -> bool:
        """Whether this very face was made from this very photo, and its file is still as it was written."""
        row = self._rows.get(f"{entry.stem}.{form}", {})
        if any(row.get(name) != value for name, value in _origin(entry, side).items()):
            return False
        try:
            content = (self.folder / f"{entry.stem}.{form}").read_bytes()
        except OSError:
            return False
        return row.get("file_sha256") == hashlib.sha256(content).hexdigest()

    def add(self, entry: Entry, side: int, form: Form, content: bytes) -> None:
        """Write a face, whole or not at all, in place of an earlier one in another form.

        Raises:
            DataError: the disk is full or cannot be written.
        """
        name = f"{entry.stem}.{form}"
        row = {"file": name, **_origin(entry, side), "file_sha256": hashlib.sha256(content).hexdigest()}
        try:
            _write_whole(self.folder / name, content)
            for other in (f"{entry.stem}.{other}" for other in FORMS if other != form):
                if other in self._rows:
                    (self.folder / other).unlink(missing_ok=True)
            with self._file.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write("\n" * self._torn + json.dumps(row, ensure_ascii=False) + "\n")
        except OSError as error:
            raise DataError(f"The folder {self.folder} cannot be written: {error.strerror}.") from None
        self._rows[name], self._torn = row, False


def _origin(entry: Entry, side: int) -> dict[str, object]:
    """All that decides what a face looks like, and where it is from."""
    return {
        "name": entry.name,
        "image_id": entry.image,
        "face_id": entry.face,
        "url": entry.url,
        "bbox": list(entry.box),
        "sha256": entry.sha256,
        "side": side,
    }


def _write_whole(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{file.name}.part")  # hidden: no dataset takes it for a photo
    try:
        unfinished.write_bytes(content)
        os.replace(unfinished, file)
    except BaseException:  # also Ctrl-C
        unfinished.unlink(missing_ok=True)
        raise
