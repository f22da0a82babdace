"""A list in FaceScrub's format (Ng and Winkler 2014): a face per line, its photo's address and its place on it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from facelab.errors import DataError

COLUMNS = ("name", "image_id", "face_id", "url", "bbox", "sha256")
MAX_BYTES = 100_000_000  # FaceScrub's 106,863 faces take about 20 MB
LONGEST_NAME = 200  # bytes; file systems allow 255
UNFIT = frozenset('/\\:*?"<>|')  # in the name of a folder, on one system or another

ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
BOX = re.compile(r" *-?\d{1,6} *(, *-?\d{1,6} *){3}", re.ASCII)
HASH = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)


@dataclass(frozen=True)
class Entry:
    """One line: a face on a photo in the web.

    Attributes:
        line: its number in the list, from 1, header and empty lines counted.
        name: whose face it is, as the list has it.
        image: the list's id of the photo.
        face: the list's id of the face.
        url: where the photo lies; not checked before it is fetched.
        box: left, top, right, bottom in pixels of the photo; right and bottom are outside. May reach over its edges.
        sha256: of the photo's file, lowercase hex.
    """

    line: int
    name: str
    image: str
    face: str
    url: str
    box: tuple[int, int, int, int]
    sha256: str

    @property
    def stem(self) -> str:
        """The face's file without its suffix, relative to the folder of all people."""
        return f"{'_'.join(self.name.split())}/{self.face}"


@dataclass(frozen=True)
class Failure:
    """A line that gave no face: its number, whose face it is where that can be read, and one sentence saying why."""

    line: int
    who: str
    reason: str


def read_list(source: Path | bytes) -> tuple[list[Entry], list[Failure]]:
    """The faces of a list, and the lines that are none.

    Columns are separated by tabs. The first line may name them, in any order and with others among them; without such
    a header they are `COLUMNS`.

    Args:
        source: where the list lies, or its bytes: UTF-8, with or without a byte order mark.

    Raises:
        DataError: it cannot be read, is no text, is too large, lacks columns, or has no line with a face.
    """
    lines = _content(source).removeprefix(b"\xef\xbb\xbf").splitlines()
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    columns = COLUMNS
    if filled and (header := _header(_cells(filled[0][1]))):
        columns, filled = header, filled[1:]
    entries: list[Entry] = []
    failures: list[Failure] = []
    taken: set[str] = set()
    for number, line in filled:
        cells = _cells(line)
        try:
            entry = _entry(number, cells, columns)
            # On many systems Ann/1.jpg and ANN/1.jpg are one file.
            if entry.stem.casefold() in taken:
                raise DataError("An earlier line has the same person and face id.")
        except DataError as error:
            who = dict(zip(columns, cells, strict=False)).get("name", "")
            failures.append(Failure(number, who[:LONGEST_NAME], str(error)))
        else:
            taken.add(entry.stem.casefold())
            entries.append(entry)
    if not entries:
        first = f" Line {failures[0].line}: {failures[0].reason}" if failures else ""
        raise DataError(f"The list names no face: it needs lines of {', '.join(COLUMNS)} between tabs.{first}")
    return entries, failures


def _content(source: Path | bytes) -> bytes:
    if isinstance(source, bytes):
        content = source[: MAX_BYTES + 1]
    else:
        try:
            with Path(source).open("rb") as stream:
                content = stream.read(MAX_BYTES + 1)
        except (OSError, ValueError) as error:  # ValueError: a null character in the name
            reason = (getattr(error, "strerror", None) or "no such name").lower()
            raise DataError(f"The list cannot be opened: {reason}.") from None
    if len(content) > MAX_BYTES:
        raise DataError(f"The list has more than {MAX_BYTES // 1_000_000} MB: divide it.")
    if b"\0" in content:
        raise DataError("The list is not text in UTF-8: save it as such, with tabs between the columns.")
    return content


def _cells(line: bytes) -> list[str]:
    return [cell.strip() for cell in line.decode("utf-8", "replace").split("\t")]


def _header(cells: list[str]) -> tuple[str, ...] | None:
    """The columns that a header names, None where the line is no header."""
    names = tuple(cell.casefold().replace(" ", "_") for cell in cells)
    if "url" not in names:
        return None
    if missing := [column for column in COLUMNS if column not in names and column != "image_id"]:
        raise DataError(f"The list's header names no column {missing[0]}: it needs {', '.join(COLUMNS)}.")
    return names


def _entry(number: int, cells: list[str], columns: tuple[str, ...]) -> Entry:
    """
    Raises:
        DataError: the line is no face.
    """
    if len(cells) != len(columns):
        raise DataError(f"The line has {len(cells)} columns between tabs instead of {len(columns)}.")
    values = dict(zip(columns, cells, strict=True))
    for column, (fits, sentence) in CHECKS.items():
        if not fits(values[column]):
            raise DataError(sentence)
    box = tuple(map(int, values["bbox"].split(",")))
    if box[0] >= box[2] or box[1] >= box[3]:
        raise DataError("The box has no area: it needs left,top,right,bottom.")
    ids = values.get("image_id", ""), values["face_id"]
    return Entry(number, values["name"], *ids, values["url"], box, values["sha256"].lower())


def _folder_name(name: str) -> bool:
    """Whether a person's name can be a folder's. Hidden folders are none, and so neither are . and .. ones."""
    fit = 0 < len(name.encode()) <= LONGEST_NAME and name.isprintable()
    return fit and not name.startswith(".") and UNFIT.isdisjoint(name) and "\N{REPLACEMENT CHARACTER}" not in name


CHECKS: dict[str, tuple[Callable[[str], object], str]] = {
    "name": (_folder_name, "The name is missing, too long, or holds characters that no folder's name may have."),
    "face_id": (ID.fullmatch, "The face id is not made of up to 64 letters, digits, - and _."),
    "url": (bool, "The address of the photo is missing."),
    "bbox": (BOX.fullmatch, "The box is not four whole numbers left,top,right,bottom."),
    "sha256": (HASH.fullmatch, "The SHA-256 is not 64 hexadecimal digits."),
}
