"""Which process wrote a folder of people, and whether it still runs: a session's people go when its server has."""

import json
import os
import socket
import time
from contextlib import suppress
from pathlib import Path

import psutil

FILE = ".owner"
ELSEWHERE = 7 * 24 * 3600
"""Seconds after which a folder that another computer wrote is taken for abandoned: nobody's session lasts that long,
and a container that starts again is another computer."""


def sign(folder: Path) -> None:
    """Note in a folder that this process has written it."""
    owner = {"host": socket.gethostname(), "process": os.getpid(), "started": psutil.Process().create_time()}
    (folder / FILE).write_text(json.dumps(owner), "utf-8")


def is_gone(folder: Path) -> bool:
    """Whether the process that wrote a folder has ended."""
    file = folder / FILE
    try:
        owner = json.loads(file.read_text("utf-8"))
        if owner["host"] != socket.gethostname():
            return file.stat().st_mtime < time.time() - ELSEWHERE
        with suppress(psutil.NoSuchProcess):
            # Another process may have its number by now.
            return abs(psutil.Process(owner["process"]).create_time() - owner["started"]) > 1
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return True
