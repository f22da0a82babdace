"""Faces as a zip of PNGs, with names that every file system takes."""

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from itertools import chain, count

from PIL import Image

from facelab.data import SPLITS, Faces

FORBIDDEN = set('<>:"/\\|?*')
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices, with any extension."""
JOINERS = "\u200c\u200d"  # invisible, but part of the spelling in Persian and many Indian languages
MAX_BYTES = 150


def faces_zip(faces: Faces) -> bytes:
    """The faces of every split as `<split>/<person>/<number>.png`; the same bytes for the same faces.

    A photo's number is its place in its split, so that sorting by file name across people gives the order in which
    facelab itself trains. Photos in no split are left out.
    """
    data = io.BytesIO()
    folders = folder_names(faces.names)
    with zipfile.ZipFile(data, "w") as archive:
        for split in SPLITS:
            images, labels = faces.split(split)
            digits = max(4, len(str(len(labels))))
            for number, (image, label) in enumerate(zip(images.permute(0, 2, 3, 1), labels.tolist(), strict=True)):
                png = io.BytesIO()
                Image.fromarray(image.contiguous().numpy()).save(png, "PNG")
                entry = zipfile.ZipInfo(f"{split}/{folders[label]}/{number:0{digits}}.png")
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, png.getvalue())
    return data.getvalue()


def folder_names(names: Iterable[str]) -> list[str]:
    """A folder name for each name, safe on Linux, macOS and Windows, and unique also where case does not count.

    Letters of every script stay; separators, control characters and whatever else a file system refuses become "_".
    """
    taken: set[str] = set()
    folders = []
    for name in names:
        base = _safe(name)
        candidates = chain([base], (f"{base} ({number})" for number in count(2)))
        folder = next(candidate for candidate in candidates if _key(candidate) not in taken)
        taken.add(_key(folder))
        folders.append(folder)
    return folders


def _safe(name: str) -> str:
    name = unicodedata.normalize("NFC", name)
    name = "".join("_" if _refused(character) else character for character in name)
    name = name.encode()[:MAX_BYTES].decode(errors="ignore").strip()
    if name.endswith("."):  # Windows drops dots at the end, and "." and ".." are folders already
        name = name.rstrip(".") + "_"
    if name.startswith(".") or DEVICES.fullmatch(name):
        name = "_" + name
    return name or "_"


def _refused(character: str) -> bool:
    category = unicodedata.category(character)
    return character in FORBIDDEN or (category in ("Cc", "Cf", "Cs", "Zl", "Zp") and character not in JOINERS)


def _key(folder: str) -> str:
    return unicodedata.normalize("NFKC", folder.casefold())
