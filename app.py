"""The app: `streamlit run app.py`. The server starts its workers with itself and takes them along when it ends."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit as st

from facelab.errors import StoreError

WORKERS_SECONDS = 20
POLITE = """
import os, sys, threading
getattr(os, "nice", lambda by: None)(10)
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
"""
COMPILE = """
from facelab.training.engine import warm
warm()
"""
DRAW = """
from facelab.data import GeneratedSpec, load_faces
from facelab.labs.siamese import PAIRS
from facelab.labs.starters import STARTERS
for data in (*(starter.config.data for starter in STARTERS.values()), PAIRS.data.faces):
    if isinstance(data, GeneratedSpec):
        load_faces(data)
"""


@asynccontextmanager
async def workers(_: st.App) -> AsyncIterator[None]:
    """Worker processes for as long as the server lives; it serves its first page while they, and torch, come up."""
    starting = asyncio.get_running_loop().run_in_executor(None, _start)
    yield
    if runner := await starting:
        runner.close()


def _start():
    from facelab.runs import RunStore, runner
    from facelab.runs.people import sweep_up

    try:
        sweep_up(RunStore())  # of what sessions of a server that was killed have left
        started = runner()
    except StoreError:
        return None  # every page says what is wrong with the store
    # A server that is asked to end does not wait for this thread.
    threading.Thread(target=_warm, args=[started], daemon=True, name="facelab warms the engine").start()
    return started


def _warm(runner):
    """What the first visitor of a page would wait for: compiled kernels, and the faces of the ready-made runs.

    The Playground trains in this process, where compiling would hold up every page: another process does it, this one
    loads, and so do the workers when they need it. The first page and the start of the workers come first.
    """
    from facelab.training.engine import warm

    runner.ready.wait(WORKERS_SECONDS)
    _beside(COMPILE)
    warm()
    _beside(DRAW)


def _beside(code):
    """Run Python in a process of its own, which leaves the cores to others and ends with this one."""
    process = subprocess.Popen(
        [sys.executable, "-c", POLITE + code],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    process.wait()


app = st.App(Path(__file__).parent / "facelab" / "ui" / "navigation.py", lifespan=workers)
