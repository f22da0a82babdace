"""Whose people: `KEPT` are those that stay on this computer, any other key belongs to one session of a browser."""

import re
import secrets
from pathlib import Path

from facelab import paths
from facelab.errors import SettingsError

KEPT = "kept"
KEY = re.compile(rf"{KEPT}|[0-9a-f]{{32}}")


def new_key() -> str:
    """The key of a new session: 128 bits that nobody guesses, as 32 hex digits."""
    return secrets.token_hex(16)


def check_key(key: str) -> str:
    """The key itself.

    Raises:
        SettingsError: it is none.
    """
    if not KEY.fullmatch(key):
        raise SettingsError(f"enrolled people are {KEPT}, or a session's: its key has 32 hex digits.")
    return key


def home() -> Path:
    """The folder with one folder per key."""
    return paths.home() / "people"


def sessions() -> list[str]:
    """The keys of the sessions whose people are in a folder of this computer."""
    folders = home().iterdir() if home().is_dir() else ()
    return [folder.name for folder in folders if folder.name != KEPT and KEY.fullmatch(folder.name)]


def folder_of(key: str) -> Path:
    """The folder for the people of a key; it need not be there.

    Raises:
        SettingsError: this is no key.
    """
    return home() / check_key(key)
