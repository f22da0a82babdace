"""A zip of photos, one folder per person, read member by member: nothing is ever written to disk."""

import contextlib
import io
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from facelab.data.order import natural
from facelab.data.photos import MAX_BYTES
from facelab.errors import DataError

MAX_MEMBERS = 20_000
MAX_TOTAL = 2_000_000_000  # bytes of all members unpacked
MAX_RATIO = 200  # unpacked to packed; photos are at 1, flat drawings in BMP above 100, and deflate's limit is 1032
HARMLESS = 1_000_000  # bytes below which no ratio is asked for
MAX_DIRECTORY = 8_000_000  # bytes of the list of members, which zipfile turns into objects before one can be refused
READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # unpacking bzip2 and LZMA takes memory as the file demands

# What computers add on their own: said nothing about.
LITTER = ("__MACOSX", "Thumbs.db", "desktop.ini")
UTF8_NAME, ENCRYPTED = 0x800, 0x1  # flag bits

Skip = Callable[[str], None]


def members(file: Path | bytes | BinaryIO, skip: Skip) -> Iterator[tuple[PurePosixPath, bytes]]:
    """The files in a zip in natural order (s2 before s10), each with its path in the zip; the person is `path.parent`.

    Whether they are photos is for `read_photo` to say. Hidden files and what a Mac or Windows adds to archives are left
    out; so is, with a sentence to `skip`, what cannot be used: links, zips inside the zip, names that lead out of it,
    second files of one name, damaged ones.

    Args:
        file: the zip, its bytes, or an open stream that can seek, as an upload is.
        skip: is told what was left out and why, one sentence each.

    Raises:
        DataError: on the first step, where it is no zip, is locked with a password or unpacks to more than the limits
            above.
    """
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(_stream(file, stack)))
        except OSError as error:
            reason = (error.strerror or "no access").lower()
            raise DataError(f"The archive cannot be opened: {reason}.") from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, IndexError, EOFError):
            raise DataError("This is not a zip, or it is damaged: make it again, or copy it anew.") from None
        entries = [entry for entry in archive.infolist() if entry.filename and not entry.is_dir()]
        _check(entries)
        for path, entry in _usable(entries, skip):
            try:
                with archive.open(entry) as member:
                    data = member.read(entry.file_size)  # without a size it unpacks all, whatever the list says
            except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
                skip(f"{path} is damaged in the archive: make the archive again.")
                continue
            if data.startswith(b"PK\x03\x04"):
                skip(f"{path} is an archive inside the archive: unpack it first.")
                continue
            yield path, data


class _Stream(io.BufferedReader):
    """Gives no more than `MAX_DIRECTORY` at once: zipfile asks for a list of members as long as the file claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > MAX_DIRECTORY:
            raise zipfile.BadZipFile("The list of members is too long")
        return super().read(size)


def _stream(file: Path | bytes | BinaryIO, stack: contextlib.ExitStack) -> BinaryIO:
    if isinstance(file, bytes):
        file = io.BytesIO(file)
    elif not hasattr(file, "readinto"):
        file = stack.enter_context(io.FileIO(file))
    stream = _Stream(file)
    stack.callback(stream.detach)  # else it would close the caller's stream
    return stream


def _check(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_MEMBERS:
        raise DataError(f"The archive holds more than {MAX_MEMBERS:,} files: split it.")
    if any(entry.flag_bits & ENCRYPTED for entry in entries):
        raise DataError("The archive is locked with a password: unpack it, and zip the folders again without one.")
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise DataError(f"The archive unpacks to more than {MAX_TOTAL / 1e9:.0f} GB: split it.")


def _usable(entries: list[zipfile.ZipInfo], skip: Skip) -> Iterator[tuple[PurePosixPath, zipfile.ZipInfo]]:
    seen: set[PurePosixPath] = set()
    for name, entry in sorted(((_name(entry), entry) for entry in entries), key=lambda pair: natural(pair[0])):
        path = PurePosixPath(name)
        if any(part in LITTER or (part.startswith(".") and part != "..") for part in path.parts):
            continue
        problem = "is in the archive twice: give each file its own name" if path in seen else _problem(path, entry)
        seen.add(path)
        if problem:
            skip(f"{path} {problem}.")
        else:
            yield path, entry


def _problem(path: PurePosixPath, entry: zipfile.ZipInfo) -> str | None:
    """What forbids reading a member, as the end of a sentence that begins with its path."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", str(path)):
        return "leads out of the archive: zip the folders themselves"
    if kind not in (0, stat.S_IFREG):
        return "is a link or device and no file: put the photo itself there"
    if entry.compress_type not in READ:
        return "is compressed in an unusual way: make the archive with the computer's own tool"
    if entry.file_size > MAX_BYTES:
        return f"has more than {MAX_BYTES / 1e6:,.0f} MB: save a smaller copy"
    if entry.file_size > max(HARMLESS, MAX_RATIO * entry.compress_size):
        return "unpacks to far more than a photo does: save it as JPEG or PNG"
    return None


def _name(entry: zipfile.ZipInfo) -> str:
    """With one kind of slash, and accents as they are typed; a Mac writes UTF-8 without saying so."""
    name = entry.filename
    if not entry.flag_bits & UTF8_NAME:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return unicodedata.normalize("NFC", name.replace("\\", "/"))
