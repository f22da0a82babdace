"""Where things lie on this computer. Nothing is created until it is written to."""

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """The folder for runs and caches: `FACELAB_HOME`, else the user's data directory of this system."""
    return Path(os.environ.get("FACELAB_HOME") or platformdirs.user_data_path("facelab", appauthor=False))


def cache() -> Path:
    """The folder for what can be made again."""
    return home() / "cache"


def assets() -> Path:
    """The folder of what comes with facelab: ready-made runs, measurements and pictures."""
    return Path(__file__).parents[1] / "assets"


def data() -> Path | None:
    """The folder of real datasets named by `FACELAB_DATA`, or None where there is none."""
    folder = os.environ.get("FACELAB_DATA")
    return Path(folder) if folder and Path(folder).is_dir() else None


def candidates(path: str) -> list[Path]:
    """What a path that somebody typed may mean, the first that exists counting: as given, or inside `data`.

    Raises:
        RuntimeError: it begins with the home of a user whom this computer does not know.
    """
    given = Path(path.strip()).expanduser()
    return [given, folder / given] if (folder := data()) else [given]
