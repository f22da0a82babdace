"""A person's name, and the name of their folder: the same where every system allows it, else percent-encoded."""

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import unquote

from facelab.data.archive import LITTER
from facelab.errors import DataError

LONGEST = 60  # characters, which are at most 240 bytes; file systems take 255
HARMFUL = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%]|^\.|\.$')
# What Windows takes for a device whatever follows the dot, and what computers add to archives.
TAKEN = re.compile(rf"(CON|PRN|AUX|NUL|(COM|LPT)[0-9¹²³])(\.|$)|({'|'.join(map(re.escape, LITTER))})$", re.IGNORECASE)
TWIN = "%~"  # comes before a number; no percent sign of a name is left bare


def proper(name: str) -> str:
    """A name as it is kept: without space around it, accents as they are typed (NFC).

    Raises:
        DataError: it does not have 1 to `LONGEST` characters.
    """
    name = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode()).strip()
    if not 1 <= len(name) <= LONGEST:
        raise DataError(f"A person's name has 1 to {LONGEST} characters: choose one.")
    return name


def folders_of(names: Iterable[str]) -> dict[str, str]:
    """The name of each person's folder. Those that differ in capitals alone are told apart by a number."""
    folders: dict[str, str] = {}
    times: dict[str, int] = {}
    for name in sorted(names):
        folder = HARMFUL.sub(lambda found: f"%{ord(found[0]):02X}", name)
        if TAKEN.match(folder):
            folder = f"%{ord(folder[0]):02X}{folder[1:]}"
        times[folder.casefold()] = twin = times.get(folder.casefold(), 0) + 1
        folders[name] = f"{folder}{TWIN}{twin}" if twin > 1 else folder
    return folders


def name_of(folder: str) -> str:
    """The person whose folder this is; of one that facelab did not name, the folder's own name.

    Raises:
        DataError: it is no name.
    """
    return proper(unquote(re.sub(rf"{TWIN}[0-9]+$", "", folder)))
