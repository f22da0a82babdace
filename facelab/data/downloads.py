"""Fetching through scikit-learn, with progress and with errors in plain words."""

import contextlib
import sys
import threading
import zlib
from collections.abc import Callable
from concurrent.futures import Future
from http.client import HTTPException
from pathlib import Path
from tarfile import TarError
from urllib.error import URLError

from facelab import paths
from facelab.data.album import Progress
from facelab.errors import DataError

LOOK_EVERY = 0.2  # seconds
HOST = "ndownloader.figshare.com"
"""From where scikit-learn fetches; asked only on a click that names it."""


def data_home() -> Path:
    """Where scikit-learn's downloader is told to put what it fetches."""
    return paths.cache() / "scikit-learn"


def run(fetch: Callable[[], object], share: Callable[[], float], progress: Progress, what: str) -> None:
    """Run `fetch`, telling `progress` what `share` measures meanwhile.

    The fetching runs in a thread of its own, so that `progress` is called in the caller's, as a page needs it.

    Raises:
        DataError: the download failed.
    """
    done: Future[None] = Future()

    def work() -> None:
        try:
            fetch()
            done.set_result(None)
        except BaseException as error:
            done.set_exception(error)

    # scikit-learn prints, and standard output may be a script's JSON.
    with contextlib.redirect_stdout(sys.stderr):
        thread = threading.Thread(target=work, name="facelab-download", daemon=True)
        thread.start()
        while thread.is_alive():
            progress(share())
            thread.join(LOOK_EVERY)
    try:
        done.result()
    except (URLError, TimeoutError, HTTPException):
        raise DataError(
            f"{what} could not be downloaded: the server that has them cannot be reached. Check the connection, or try "
            "again later."
        ) from None
    except (OSError, EOFError, TarError, zlib.error) as error:
        raise DataError(f"{what} could not be downloaded: {error}") from None


def size_of(folder: Path, start: str) -> int:
    """Bytes of the largest file in `folder` whose name begins with `start`, finished or still growing."""
    sizes = [0]
    for file in folder.glob(f"{start}*"):
        with contextlib.suppress(OSError):  # renamed between listing and asking
            sizes.append(file.stat().st_size)
    return max(sizes)
