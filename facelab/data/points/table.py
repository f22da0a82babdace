"""Points from a CSV file: read row by row, so that every row that cannot be used is named by its line."""

import contextlib
import csv
import hashlib
import io
import math
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from facelab import paths
from facelab.data.album import Progress
from facelab.data.points.countries import map_aspect
from facelab.data.points.points import MAP, PLANE, Cloud
from facelab.data.points.specs import TableSpec
from facelab.errors import DataError

COLUMNS = {("long", "lat", "country"): MAP, ("x", "y", "label"): PLANE}
"""The headers understood, with the titles of their axes."""
LARGEST = {MAP: (360.0, 90.0), PLANE: (1e12, 1e12)}
"""Coordinates beyond these are taken for mistakes."""
MAX_BYTES, MAX_ROWS, MAX_CLASSES = 200 * 2**20, 2_000_000, 256
MAX_NAMED = 5  # bad lines named one by one
WANTED = " or ".join(",".join(columns) for columns in COLUMNS)


def load(spec: TableSpec, progress: Progress) -> Cloud:
    """The points of a CSV file, or of all CSV files in a folder.

    The header names the columns, in any order and case; other columns do not matter. Columns are separated by commas or
    semicolons; with semicolons a number may have a decimal comma. Rows without a label or with a coordinate that is
    missing, not a finite number or off the map are left out and named in a note.

    Raises:
        DataError: there is no such file, it is not such a table, or it has too many rows or classes.
    """
    files = _files(spec)
    several = len(files) > 1
    title = files[0].resolve().parent.name if several else files[0].name
    return _cloud(((file.name, _read(file)) for file in files), title, several)


def signature(spec: TableSpec) -> str:
    """Changes when the file, or one of the folder, is written anew."""
    states = [(file, file.stat()) for file in _files(spec)]
    return repr([(str(file), state.st_mtime_ns, state.st_size) for file, state in states])


def save_table(data: bytes) -> Path:
    """Keep an uploaded CSV file, so that a run on it can go on later; the same bytes are kept once.

    Returns:
        where it lies, for `TableSpec.path`.

    Raises:
        DataError: it is not a table as `load` reads it, or it cannot be written; nothing is kept then.
    """
    _cloud([("the file", data)], "the file")
    file = paths.home() / "tables" / f"{hashlib.sha256(data).hexdigest()[:16]}.csv"
    unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_bytes(data)
        os.replace(unfinished, file)
    except OSError as error:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise DataError(f"The table cannot be kept on this computer: {error.strerror}.") from None
    return file


def _files(spec: TableSpec) -> list[Path]:
    if not spec.path.strip():
        raise DataError("Name a CSV file: the path is empty.")
    try:
        for path in paths.candidates(spec.path):
            if path.is_file():
                return [path]
            if path.is_dir():
                files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".csv")
                if files:
                    return files
                raise DataError(f"There is no CSV file in the folder {path.name}.")
    except (OSError, ValueError, RuntimeError):
        pass  # a name that no file can have, or the home of a user whom this computer does not know
    raise DataError(f"There is no file {spec.path}: check the path, which is of a CSV file on this computer.")


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise DataError(f"{file.name} is larger than {MAX_BYTES // 2**20} MB: give it fewer rows.")
        return file.read_bytes()
    except OSError as error:
        raise DataError(f"{file.name} cannot be read: {error.strerror}.") from None


@dataclass
class _Rows:
    """The rows read so far: usable ones as columns, the places of the others."""

    axes: tuple[str, str] | None = None
    x: list[float] = field(default_factory=list)
    y: list[float] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    bad: list[str] = field(default_factory=list)

    def read(self, title: str, data: bytes, several: bool) -> None:
        """Add the rows of one file."""
        rows, place, decimal = _table(title, data)
        axes = COLUMNS[tuple(place)]
        if self.axes not in (None, axes):
            raise DataError(f"{title} has other columns than the files before it: give all files the same.")
        self.axes, (most_x, most_y) = axes, LARGEST[axes]
        at_x, at_y, at_label = place.values()
        for line, row in rows:
            try:
                x, y = float(row[at_x].replace(decimal, ".")), float(row[at_y].replace(decimal, "."))
                name = row[at_label].strip()
            except (ValueError, IndexError):
                name = ""
            # A comparison with NaN is false.
            if name and abs(x) <= most_x and abs(y) <= most_y:
                self.x.append(x)
                self.y.append(y)
                self.labels.append(self.names.setdefault(name, len(self.names)))
            elif any(map(str.strip, row)):
                self.bad.append(f"{line} of {title}" if several else str(line))
            if len(self.names) > MAX_CLASSES:
                column = list(place)[2]
                raise DataError(f"{title} has more than {MAX_CLASSES} classes: is {column} the column of the classes?")
            if len(self.x) > MAX_ROWS:
                raise DataError(f"There are more than {MAX_ROWS:,} points: give it fewer rows.")


def _cloud(files: Iterable[tuple[str, bytes]], title: str, several: bool = False) -> Cloud:
    found = _Rows()
    for name, data in files:
        found.read(name, data, several)
    if not found.x:
        raise DataError(f"{title} has no row with two numbers and a class.")
    coordinates = np.array([found.x, found.y]).T
    names = sorted(found.names, key=_order)
    rank = np.empty(len(names), np.int64)
    rank[[found.names[name] for name in names]] = np.arange(len(names))
    aspect = map_aspect(coordinates) if found.axes == MAP else None
    labels = rank[found.labels]
    return Cloud(coordinates, labels, tuple(names), f"from {title}", found.axes, aspect, notes=_notes(found.bad))


def _table(title: str, data: bytes) -> tuple[Iterator[tuple[int, list[str]]], dict[str, int], str]:
    """The (line, cells) of a file's rows, the places of the columns of `COLUMNS` that it has, and its decimal point."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{title} is not text in UTF-8: save it as CSV, in UTF-8.") from None
    header = text.partition("\n")[0]
    semicolons = header.count(";") > header.count(",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if semicolons else ",")
    rows = _numbered(reader, title)
    _, cells = next(rows, (1, []))
    names = [cell.strip().lower() for cell in cells]
    for columns in COLUMNS:
        if set(columns) <= set(names):
            return rows, {column: names.index(column) for column in columns}, "," if semicolons else "."
    given = ", ".join(filter(None, names))
    shown = f"it has {given[:80]}" if given else "its first line is empty"
    raise DataError(f"{title} needs columns called {WANTED}, but {shown}.")


def _numbered(reader: Iterator[list[str]], title: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the number of the line on which each begins."""
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{title} is not a CSV file: line {reader.line_num}: {error}.") from None


def _order(name: str) -> tuple[int, float, str]:
    """Numbers by size, then text by letters."""
    try:
        number = float(name)
    except ValueError:
        number = math.nan
    return (0, number, name) if math.isfinite(number) else (1, 0.0, name.casefold())


def _notes(bad: list[str]) -> tuple[str, ...]:
    if not bad:
        return ()
    rows, lines = ("1 row was", "line") if len(bad) == 1 else (f"{len(bad):,} rows were", "lines")
    more = f" and {len(bad) - MAX_NAMED:,} more" if len(bad) > MAX_NAMED else ""
    named = ", ".join(bad[:MAX_NAMED])
    return (f"{rows} left out for want of a class or of two numbers in range: {lines} {named}{more}.",)
